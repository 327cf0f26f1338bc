"""The pages that a site lists in its sitemaps, each read as an article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urljoin, urlsplit

from ingest.errors import Gone, SourceError, Unreadable
from ingest.reading.links import absolute_link, canonical_link, host_of, site_of
from ingest.reading.sitemap import Listed, read_sitemap
from ingest.sources.page import PAGE_ACCEPT
from ingest.sources.past.source import Form, Piece, Source, Taken, Web, Window, askable, home_of
from ingest.store.feed_state import FeedState
from ingest.values import Document, DocumentKind, Planned

_USUAL = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml")
_NAMED = re.compile(rb"(?im)^\s*sitemap\s*:\s*(\S+)")
# Sitemaps of lists, and lists, as WordPress, Yoast, Typecho, Hexo and Hugo name them.
_OF_LISTS = re.compile(
    r"(?:taxonom|categor|post_tag|(?:^|[/_-])(?:tags?|authors?|users?)[._-])[^/]*$"
)
# Sitemaps of pages that are no articles, as WordPress and Yoast name them.
_OF_PAGES = re.compile(r"(?:^|[/_-])pages?[._-][^/]*$")
_ABOUT = re.compile(
    r"/(?:about(?:[-_](?:us|me))?|contact(?:[-_]us)?|links?|friends?|guestbook|privacy(?:-policy)?"
    r"|terms|search|404|projects?)(?:\.html?|/index\.html?|/)?$",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"/?(?:(?:categor(?:y|ies)|tags?|authors?)/[^/.]*/?|archives?/?|page/\d+/?)?$", re.IGNORECASE
)
# What WordPress without permalinks asks its lists by.
_LISTED_BY = frozenset({"author", "cat", "feed", "m", "paged", "s", "tag"})
_LISTS_ACCEPT = "application/xml, text/xml;q=0.9, */*;q=0.5"


class Sitemap(Source):
    """The sitemaps that robots.txt names, or the usual ones, and the pages in the window."""

    def __init__(self, web: Web, feed: FeedState, window: Window) -> None:
        self._web, self._window = web, window
        self._at_hand: dict[str, list[Listed]] = {}
        self.listed_at = self._home = home_of(feed)
        self._site = site_of(host_of(self._home))

    async def plan(self) -> Sequence[Planned]:
        """The site's sitemaps; raise `SourceError` if it has none."""
        named = await self._named_in_robots()
        if not any(host_of(url) for url in named):
            named += await self._usual()
        if not named:
            raise Unreadable(self._home, "the site has no sitemap that could be found")
        return [_list(url) for url in named]

    async def _usual(self) -> list[str]:
        """The first of the usual addresses with a sitemap."""
        for path in _USUAL:
            url = urljoin(self._home, path)
            try:
                self._at_hand[url] = await self._listed(url)
            except (Gone, Unreadable):
                continue
            return [url]
        return []

    async def _named_in_robots(self) -> list[str]:
        try:
            robots = await self._web.fetcher.fetch_document(urljoin(self._home, "/robots.txt"))
        except SourceError:
            return []  # a site without robots.txt may well have a sitemap
        named = (url.decode("utf-8", "replace") for url in _NAMED.findall(robots.body))
        urls = dict.fromkeys(absolute_link(url, robots.final_url) or url for url in named)
        return [url for url in urls if self._may_be_of_site(url)]

    async def take(self, planned: Planned) -> Taken:
        """Ask for a sitemap or a page."""
        askable(planned.address)
        if planned.kind is not DocumentKind.LIST:
            return await self._page(planned)
        listed = self._at_hand.pop(planned.address, None) or await self._listed(planned.address)
        more = [self._planned(one, planned.address) for one in listed if self._is_wanted(one)]
        return Taken(more=more, reason=None if more else "it lists nothing that is wanted")

    async def _listed(self, url: str) -> list[Listed]:
        document = await self._web.fetcher.fetch_document(url, accept=_LISTS_ACCEPT)
        return read_sitemap(document.body, url=document.final_url, now=document.fetched_at)

    def _is_wanted(self, listed: Listed) -> bool:
        """Whether it is of the site, and not too old; a late change says nothing of the date."""
        if not self._may_be_of_site(listed.url):
            return False
        is_list = _is_of_lists(listed.url) if listed.is_list else _is_list(listed.url)
        return not is_list and not self._window.is_before(listed.changed_at)

    def _may_be_of_site(self, url: str) -> bool:
        """Whether an address is the site's, or malformed: then it is named as missing."""
        host = host_of(url)
        return not host or site_of(host) == self._site

    def _planned(self, listed: Listed, list_url: str) -> Planned:
        if listed.is_list:
            return _list(listed.url)
        key = canonical_link(listed.url) or listed.url
        dates = {"published": listed.published, "changed": _telling_change(listed, list_url)}
        hints = {name: date for name, date in dates.items() if date}
        return Planned(key=key, address=listed.url, kind=DocumentKind.PAGE, hints=hints)

    async def _page(self, planned: Planned) -> Taken:
        robots = self._web.robots
        if not await robots.is_known(planned.address):
            raise Unreadable(
                planned.address, "its robots.txt cannot be had, so it is not asked for"
            )
        if not await robots.allows(planned.address):
            return Taken(reason="its robots.txt asks us not to read it")
        page: Document = await self._web.fetcher.fetch_document(
            planned.address,
            accept=PAGE_ACCEPT,
            host_delay=await robots.crawl_delay(planned.address),
        )
        piece = Piece(
            document=page,
            form=Form.PAGE,
            as_of=page.fetched_at,
            published=planned.hints.get("published"),
            changed=planned.hints.get("changed"),
        )
        return Taken(piece=piece)


def _telling_change(listed: Listed, list_url: str) -> str | None:
    """When a page changed; pages about the site change, too, and have no date of publication."""
    is_about = _OF_PAGES.search(urlsplit(list_url).path) or (
        host_of(listed.url) and _ABOUT.search(urlsplit(listed.url).path)
    )
    return None if is_about else listed.changed


def _is_of_lists(url: str) -> bool:
    return bool(host_of(url) and _OF_LISTS.search(urlsplit(url).path))


def _is_list(url: str) -> bool:
    """Whether a page is a list: by its path, or, where only the query tells pages apart, by it."""
    if not host_of(url):
        return False
    parts = urlsplit(canonical_link(url) or url)
    if parts.path in {"", "/"} and parts.query:
        return not _LISTED_BY.isdisjoint(dict(parse_qsl(parts.query, keep_blank_values=True)))
    return bool(_LIST.match(parts.path))


def _list(url: str) -> Planned:
    return Planned(key=url, address=url, kind=DocumentKind.LIST)
