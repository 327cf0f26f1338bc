"""Reads the tree of a fetched page, its `Link` headers, and its `meta refresh`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import urljoin

import lxml.html
from lxml import etree

from ingest.reading.documents import charset
from ingest.reading.xml import xml_text
from ingest.urls import absolute_link
from ingest.values import Document

_REFRESH = re.compile(
    r"^\s{0,20}[\d.]{0,9}\s{0,20}[;,]?\s{0,20}url\s{0,20}=\s{0,20}[\"']?([^\"'\s]+)",
    re.IGNORECASE,
)
_LINK = re.compile(r"<(?P<url>[^<>]{1,2000})>(?P<options>[^<]*)")
_OPTION = re.compile(r";\s*([\w*-]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))")
_LONGEST_HEADER = 20_000
_MOST = 30


def tree_of(page: Document) -> lxml.html.HtmlElement:
    """Parse a page to a tree; return an empty tree if the page cannot be parsed."""
    text = charset.decode(page.body, page.content_type).text
    try:
        return lxml.html.document_fromstring(xml_text.repair(text).encode(), parser=_parser())
    except (etree.ParserError, ValueError):
        return lxml.html.document_fromstring("<html></html>")


def links_of_headers(page: Document) -> Iterator[dict[str, str]]:
    """Yield the links in the `Link` headers (RFC 8288) as attributes of `link` elements."""
    headers = (value[:_LONGEST_HEADER] for name, value in page.headers if name == "link")
    for found in islice((link for value in headers for link in _LINK.finditer(value)), _MOST):
        options = {name.lower(): a or b for name, a, b in _OPTION.findall(found["options"])}
        try:
            yield options | {"href": urljoin(page.final_url, found["url"].strip())}
        except ValueError:  # The address is malformed.
            continue


def refresh_target(page: Document) -> str | None:
    """Return the address to which a page redirects by `meta refresh`, or None."""
    for meta in tree_of(page).iter("meta"):
        if (meta.get("http-equiv") or "").strip().lower() != "refresh":
            continue
        found = _REFRESH.search(meta.get("content") or "")
        url = absolute_link(found[1], page.final_url) if found else None
        return None if url == page.final_url else url
    return None


def _parser() -> lxml.html.HTMLParser:
    return lxml.html.HTMLParser(encoding="utf-8")
