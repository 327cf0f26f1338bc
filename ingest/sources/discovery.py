"""The feed behind an address that a user gives: itself, or the one that a site's page names."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

import lxml.html
from lxml import etree

from ingest.config import Config
from ingest.errors import FetchError, ParseError, UsageError
from ingest.fetch import Fetcher
from ingest.reading import charset
from ingest.reading.parse import parse
from ingest.rsshub import is_route
from ingest.sources.live import feed_address
from ingest.values import Document

_FEED_TYPES = {
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
    "application/xml",
    "text/xml",
    "application/json",
}
_COMMENTS = ("comments", "评论", "comment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The feed that was found, and what the user should know of it."""

    url: str
    notes: tuple[str, ...] = ()


async def find_feed(fetcher: Fetcher, config: Config, url: str) -> Finding:
    """Find the feed at an address.

    Raise `UsageError` for a page that names no feed, or something else that is none. An address
    that cannot be reached at present is taken as it is, with a note.
    """
    try:
        document = await fetcher.fetch(feed_address(config, url))
    except FetchError as error:
        return Finding(url=url, notes=(f"{url} could not be looked at ({error}); added as it is",))
    if not isinstance(document, Document):
        return Finding(url=url)
    try:
        parse(document.body, content_type=document.content_type, url=document.final_url)
    except ParseError as error:
        if is_route(url):
            raise UsageError(f"{url}: {error}") from None
        return _named_by_page(document, url, error)
    return Finding(url=url)


def _named_by_page(document: Document, url: str, error: ParseError) -> Finding:
    found = feeds_of_page(document)
    if not found:
        raise UsageError(f"{url}: {error}, and it names no feed") from None
    notes = [f"{url} is a page; it names {found[0][0]}"]
    notes += [f"it names another: {address} {title}".rstrip() for address, title in found[1:]]
    return Finding(url=found[0][0], notes=tuple(notes))


def feeds_of_page(document: Document) -> list[tuple[str, str]]:
    """The feeds that a page names by `link rel=alternate`, comment feeds last: address, title.

    See https://www.rssboard.org/rss-autodiscovery.
    """
    text = charset.decode(document.body, document.content_type).text
    try:
        tree = lxml.html.document_fromstring(charset.repair(text).encode(), parser=_parser())
    except (etree.ParserError, ValueError):
        return []
    base = urljoin(document.final_url, next(iter(tree.xpath("//base/@href")), ""))
    found: dict[str, str] = {}
    for link in tree.iter("link"):
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" in (link.get("rel") or "").lower().split() and kind in _FEED_TYPES:
            address = urljoin(base, (link.get("href") or "").strip())
            if address.startswith(("http://", "https://")):
                found.setdefault(address, link.get("title") or "")
    return sorted(found.items(), key=lambda one: _is_about_comments(*one))


def _is_about_comments(address: str, title: str) -> bool:
    return any(word in f"{address} {title}".lower() for word in _COMMENTS)


def _parser() -> lxml.html.HTMLParser:
    return lxml.html.HTMLParser(encoding="utf-8")
