"""The feed behind an address that a user gives: itself, or the one that a site's page names."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

import lxml.html
from lxml import etree

from ingest.errors import FetchError, ParseError, SourceError, UsageError
from ingest.fetch import Fetcher
from ingest.reading import charset
from ingest.reading.links import without_secrets
from ingest.reading.parse import parse
from ingest.rsshub.recognition import generator_of, is_rsshub
from ingest.rsshub.routes import carries_access, without_access
from ingest.sources.instances import Instances
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


async def find_feed(fetcher: Fetcher, instances: Instances, url: str) -> Finding:
    """Find the feed at an address.

    Raise `UsageError` for a page that names no feed, or something else that is none. An address
    that cannot be reached at present is taken as it is, with a note.
    """
    if (route := instances.route_of(url)) is not None:
        return await _find_route(instances, route, url)
    try:
        document = await fetcher.fetch_document(url)
    except FetchError as error:
        return Finding(url=url, notes=(_unseen(url, error),))
    try:
        feed = parse(document.body, content_type=document.content_type, url=document.final_url)
    except ParseError as error:
        return _named_by_page(document, url, error)
    if carries_access(url) and is_rsshub(
        generator_of(document.headers, feed.generator, feed.description)
    ):
        raise UsageError(
            f"{without_access(url)}: this is an RSSHub, and the address holds an access key or "
            "code; name the server in rsshub.instances, its key in rsshub.access_key, and add "
            "the feed again"
        )
    return Finding(url=url)


async def _find_route(instances: Instances, route: str, url: str) -> Finding:
    try:
        document = await instances.fetch_document(route)
    except SourceError as error:
        return Finding(url=url, notes=(_unseen(url, error),))
    try:
        parse(document.body, content_type=document.content_type, url=document.final_url)
    except ParseError as error:
        raise UsageError(f"{without_secrets(url)}: {error}") from None
    return Finding(url=url)


def _unseen(url: str, error: SourceError) -> str:
    return f"{without_secrets(url)} could not be looked at ({error}); added as it is"


def _named_by_page(document: Document, url: str, error: ParseError) -> Finding:
    found = feeds_of_page(document)
    if not found:
        raise UsageError(f"{without_secrets(url)}: {error}, and it names no feed") from None
    notes = [f"{without_secrets(url)} is a page; it names {found[0][0]}"]
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
