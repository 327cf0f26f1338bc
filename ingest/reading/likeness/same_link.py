"""Normalises links, so that the links of one article in several feeds are equal."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit, urlunsplit

from ingest.reading.links import canonical_link, is_front_page, names_a_site

_LONGEST = 4000  # characters of a link
_MOBILE = re.compile(r"^(?:wap|3g|mobile|touch)\.(?=[^.]+\.[^.])")


def comparable_link(url: str) -> str | None:
    """Return a link in the form that all links to the same article share.

    This is the canonical link without a slash at its end. A fragment is dropped, unless it is a
    path (`#/article/7`). Return None for a front page and for any link that is not a web address.
    """
    link = canonical_link(url.strip()) if len(url) <= _LONGEST else None
    try:
        parts = urlsplit(link or "")
    except ValueError:
        return None
    if link is None or parts.scheme != "https" or not parts.hostname:
        return None
    fragment = parts.fragment if "/" in unquote(parts.fragment) else ""
    if not fragment and (names_a_site(link) or is_front_page(link)):
        return None
    server = _MOBILE.sub("", parts.netloc)
    return urlunsplit(("https", server, parts.path.rstrip("/"), parts.query, fragment))
