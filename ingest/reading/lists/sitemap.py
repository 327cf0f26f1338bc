"""Reads sitemaps (https://www.sitemaps.org/protocol.html): addresses and their last changes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from lxml import etree

from ingest.errors import ParseError, Unreadable
from ingest.reading.dates import resolve_date
from ingest.reading.documents import charset
from ingest.reading.documents.parse import parse
from ingest.reading.xml import xml_text
from ingest.urls import absolute_link, host_of, site_of
from ingest.values import ParsedEntry, ResolvedDate

_NAMED = re.compile(r"\s*sitemap\s*:\s*([^\s#]\S*)", re.IGNORECASE)
_HOST_AND_PATH = re.compile(r"([\w-]+(?:\.[\w-]+)+)(?::\d+)?(?:[/?#]|\Z)")
_FEW = 3  # This many addresses may have the same `lastmod` by chance.


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An address in a sitemap; `is_list` is true if it is the address of another sitemap.

    `published` is the raw date of a news sitemap. `changed` is the raw `lastmod`, or None if most
    addresses of the list have the same `lastmod`.
    """

    url: str
    changed_at: datetime | None
    is_list: bool
    published: str | None = None
    changed: str | None = None


def read_sitemap(
    body: bytes, *, url: str, now: datetime, content_type: str | None = None
) -> list[Listed]:
    """Read a sitemap, a sitemap index, a list of addresses as plain text, or a feed.

    Raise `Unreadable` for any other document.
    """
    text = xml_text.repair(charset.decode(body, content_type).text).lstrip("\ufeff \t\r\n")
    if not text.startswith("<"):
        return _plain(text, url)
    root = xml_text.find_root(text)
    if root is not None and root.name in xml_text.FEED_ROOTS:
        return _in_feed(body, url, now, content_type)
    try:
        tree = _tree(text)
    except etree.XMLSyntaxError as error:
        raise Unreadable(url, f"it is no sitemap: {error}") from None
    if tree is None or next(tree.iter("{*}urlset", "{*}sitemapindex"), None) is None:
        raise Unreadable(url, "it is no sitemap")
    return _without_build_dates(_addresses_in(tree, url, now))


def sitemaps_of_robots(body: bytes, url: str) -> list[str]:
    """Return the sitemaps in a robots.txt (https://www.sitemaps.org/protocol.html#submit_robots).

    A malformed address is returned unchanged.
    """
    text = charset.decode(body).text.lstrip("\ufeff")
    named = (found[1] for line in text.splitlines() if (found := _NAMED.match(line)))
    return list(dict.fromkeys(_absolute(one, url) for one in named))


def _tree(text: str) -> etree._Element | None:
    """Parse a document that may be broken; return its root, or None if it has no element."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, recover=True, encoding="utf-8"
    )
    return etree.fromstring(text.encode("utf-8", "replace"), parser)


def _plain(text: str, url: str) -> list[Listed]:
    lines = text.split()
    if not lines or not all(line.startswith(("http://", "https://")) for line in lines):
        raise Unreadable(url, "it is no sitemap")
    return [Listed(url=line, changed_at=None, is_list=False) for line in lines]


def _in_feed(body: bytes, url: str, now: datetime, content_type: str | None) -> list[Listed]:
    """Return the pages that a feed links to."""
    try:
        feed = parse(body, content_type=content_type, url=url)
    except ParseError as error:
        raise Unreadable(url, f"it is no sitemap: {error}") from None
    links = ((absolute_link(entry.link, feed.link or url), entry) for entry in feed.entries)
    return [
        Listed(
            url=link,
            changed_at=changed.at if (changed := _instant(entry, now)) else None,
            is_list=False,
            published=entry.published,
        )
        for link, entry in links
        if link
    ]


def _instant(entry: ParsedEntry, now: datetime) -> ResolvedDate | None:
    return resolve_date(entry.updated or entry.published, first_seen_at=now)


def _without_build_dates(listed: Iterator[Listed]) -> list[Listed]:
    """Drop a `lastmod` that most addresses share, because it only says when the site was built."""
    found = list(listed)
    (most,) = Counter(one.changed for one in found).most_common(1) or [(None, 0)]
    is_build = most[1] > max(_FEW, len(found) / 2)
    return [replace(o, changed=None) if is_build and o.changed == most[0] else o for o in found]


def _addresses_in(root: etree._Element, list_url: str, now: datetime) -> Iterator[Listed]:
    """Yield the addresses at any depth, because some sites nest lists in each other."""
    for place in root.iter("{*}url", "{*}sitemap"):
        written = (place.findtext("{*}loc") or "").strip()
        is_whole = written.startswith(("http://", "https://"))
        url = written if is_whole else _absolute(written, list_url)
        raw = (place.findtext("{*}lastmod") or "").strip() or None
        changed = resolve_date(raw, first_seen_at=now)
        if url:
            yield Listed(
                url=url,
                changed_at=changed.at if changed else None,
                is_list=etree.QName(place).localname == "sitemap",
                published=place.findtext("{*}news/{*}publication_date"),
                changed=raw,
            )


def _absolute(written: str, list_url: str) -> str:
    """Return an absolute address; `example.org/a` counts as an address without a scheme."""
    if (named := _HOST_AND_PATH.match(written)) and _is_host(named[1].lower(), host_of(list_url)):
        written = f"//{written}"
    return absolute_link(written, list_url) or written


def _is_host(name: str, own: str) -> bool:
    return name.startswith("www.") or (own != "" and site_of(name) == site_of(own))
