"""Sitemaps (https://www.sitemaps.org/protocol.html): addresses, and when they last changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from lxml import etree

from ingest.errors import Unreadable
from ingest.reading.dates import resolve_date

_MOST = 50_000  # addresses, by the protocol
_FEW = 3  # addresses that may have changed in one moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An address of a sitemap; `is_list` if it is that of another sitemap.

    `published` is the date that a sitemap of news gives, as it is there; `changed` is the raw
    `lastmod` where it tells the address apart from the others of its list.
    """

    url: str
    changed_at: datetime | None
    is_list: bool
    published: str | None = None
    changed: str | None = None


def read_sitemap(body: bytes, *, url: str, now: datetime) -> list[Listed]:
    """Read a sitemap, a sitemap index, or a list of addresses as plain text.

    Raise `Unreadable` if it is none of them.
    """
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _plain(body, url)
    try:
        root = _root(body)
    except etree.XMLSyntaxError as error:
        raise Unreadable(url, f"it is no sitemap: {error}") from None
    name = "" if root is None else etree.QName(root).localname
    if root is None or name not in {"urlset", "sitemapindex"}:
        raise Unreadable(url, "it is no sitemap")
    return _without_build_dates(islice(_listed(root, name == "sitemapindex", now), _MOST))


def _root(body: bytes) -> etree._Element | None:
    """The root of a document that may be broken; None if there is no element in it."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    return etree.fromstring(body, parser)


def _plain(body: bytes, url: str) -> list[Listed]:
    lines = body.decode("utf-8", "replace").split()
    if not lines or not all(line.startswith(("http://", "https://")) for line in lines[:_MOST]):
        raise Unreadable(url, "it is no sitemap")
    return [Listed(url=line, changed_at=None, is_list=False) for line in lines[:_MOST]]


def _without_build_dates(listed: Iterator[Listed]) -> list[Listed]:
    """Drop a `lastmod` that most of the addresses have: it is when the site was built."""
    found = list(listed)
    (most,) = Counter(one.changed for one in found).most_common(1) or [(None, 0)]
    is_build = most[1] > max(_FEW, len(found) / 2)
    return [replace(o, changed=None) if is_build and o.changed == most[0] else o for o in found]


def _listed(root: etree._Element, is_list: bool, now: datetime) -> Iterator[Listed]:
    for place in root.iterchildren("{*}url", "{*}sitemap"):
        url = (place.findtext("{*}loc") or "").strip()
        raw = (place.findtext("{*}lastmod") or "").strip() or None
        changed = resolve_date(raw, first_seen_at=now)
        if url.startswith(("http://", "https://")):
            yield Listed(
                url=url,
                changed_at=changed.at if changed else None,
                is_list=is_list,
                published=place.findtext("{*}news/{*}publication_date"),
                changed=raw,
            )
