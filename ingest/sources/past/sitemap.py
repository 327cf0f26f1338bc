"""The pages that a site lists in its sitemaps, each read as an article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urljoin, urlsplit

from ingest.errors import BadStatus, Gone, SourceError, Unreadable
from ingest.feed import FeedState
from ingest.reading.links import canonical_link
from ingest.reading.lists.sitemap import Listed, read_sitemap, sitemaps_of_robots
from ingest.sources.page import PAGE_ACCEPT
from ingest.sources.past.source import Form, Piece, Source, Taken, Web, Window, askable, home_of
from ingest.urls import absolute_link, host_of, site_of
from ingest.values import Document, DocumentKind, Planned

_USUAL = (
    *("sitemap.xml", "sitemap_index.xml", "sitemap-index.xml", "wp-sitemap.xml", "sitemap.xml.gz"),
    *("sitemap_index.xml.gz", "sitemap.txt", "sitemaps.xml", "sitemapindex.xml", "sitemap/"),
)
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
_MOST_FOLDERS = 2
_MOST_TRIED = 5  # of the sitemaps that robots.txt names
_MAY_PASS = frozenset({408, 425, 429})
_LISTS_ACCEPT = "application/xml, text/xml;q=0.9, */*;q=0.5"


class Sitemap(Source):
    """The sitemaps that robots.txt names, or the usual ones, and the pages in the window."""

    def __init__(self, web: Web, feed: FeedState, window: Window) -> None:
        self._web, self._window = web, window
        self._at_hand: dict[str, list[Listed]] = {}
        self.listed_at = self._home = home_of(feed)
        self._site = site_of(host_of(self._home))
        self._folders = _folders_of(feed, self._home)

    async def plan(self) -> Sequence[Planned]:
        """The site's sitemaps; raise `SourceError` if it has none.

        Of a site in a folder, its own come before those of the whole host.
        """
        refused: list[str] = []
        named = await self._named_in_robots()
        own = [url for url in named if url.startswith(self._folders)]
        own = own or await self._usual(self._folders, refused)
        named = own or named
        if not await self._any_is_there(named):
            # robots.txt may name sitemaps of long ago; what is malformed is named as missing.
            usual = await self._usual((self._home,), refused)
            malformed = [url for url in named if not host_of(url)]
            named = [*malformed, *usual] if usual else named
        if not named:
            why = f" ({'; '.join(refused)})" if refused else ""
            raise Unreadable(self._home, f"the site has no sitemap that could be found{why}")
        return [_list(url) for url in named]

    async def _any_is_there(self, urls: Sequence[str]) -> bool:
        """Whether one of the addresses has a sitemap, or may have one when it is asked again."""
        for url in [url for url in urls if host_of(url)][:_MOST_TRIED]:
            if url in self._at_hand:
                return True
            try:
                self._at_hand[url] = await self._listed(url)
            except (Gone, Unreadable):
                continue
            except SourceError as error:
                if isinstance(error, BadStatus) and not _may_pass(error):
                    continue
            return True
        return False

    async def _usual(self, folders: Sequence[str], refused: list[str]) -> list[str]:
        """The first of the usual addresses with a sitemap; those that are refused are noted."""
        for folder in folders:
            for name in _USUAL:
                url = urljoin(folder, name)
                try:
                    self._at_hand[url] = await self._listed(url)
                except (Gone, Unreadable):
                    continue
                except BadStatus as error:
                    if _may_pass(error):
                        raise
                    refused.append(f"{url}: {error}")
                    continue
                return [url]
        return []

    async def _named_in_robots(self) -> list[str]:
        try:
            robots = await self._web.fetcher.fetch_document(urljoin(self._home, "/robots.txt"))
        except SourceError:
            return []  # a site without robots.txt may well have a sitemap
        urls = sitemaps_of_robots(robots.body, robots.final_url)
        return [url for url in urls if self._may_be_of_site(url)]

    async def take(self, planned: Planned) -> Taken:
        """Ask for a sitemap or a page."""
        askable(planned.address)
        if planned.kind is not DocumentKind.LIST:
            return await self._page(planned)
        listed = self._at_hand.pop(planned.address, None) or await self._listed(planned.address)
        more = [self._planned(one, planned.address) for one in listed if self._is_wanted(one)]
        if more:
            return Taken(more=more)
        in_time = [one for one in listed if not self._window.is_before(one.changed_at)]
        return Taken(reason=self._why_unwanted(listed, in_time), is_suspect=bool(in_time))

    def _why_unwanted(self, listed: Sequence[Listed], in_time: Sequence[Listed]) -> str:
        if not listed:
            return "it lists nothing"
        if not in_time:
            return "it lists nothing from the time that is wanted"
        elsewhere = {host_of(one.url) for one in in_time if not self._may_be_of_site(one.url)}
        hosts = f", on other sites: {', '.join(sorted(elsewhere)[:3])}" if elsewhere else ""
        return f"it lists nothing that is wanted, of {len(in_time):,} addresses{hosts}"

    async def _listed(self, url: str) -> list[Listed]:
        document = await self._web.fetcher.fetch_document(url, accept=_LISTS_ACCEPT)
        return read_sitemap(
            document.body,
            url=document.final_url,
            now=document.fetched_at,
            content_type=document.content_type,
        )

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
        permission = await self._web.manners.permission(planned.address, self._web.fetcher)
        if not permission.is_known:
            raise Unreadable(
                planned.address, "its robots.txt cannot be had, so it is not asked for"
            )
        if not permission.is_allowed:
            return Taken(reason="its robots.txt asks us not to read it")
        page: Document = await self._web.fetcher.fetch_document(
            planned.address,
            accept=PAGE_ACCEPT,
            host_delay=permission.delay,
        )
        piece = Piece(
            document=page,
            form=Form.PAGE,
            as_of=page.fetched_at,
            published=planned.hints.get("published"),
            changed=planned.hints.get("changed"),
        )
        return Taken(piece=piece)


def _may_pass(error: BadStatus) -> bool:
    return error.status in _MAY_PASS or error.status >= 500


def _telling_change(listed: Listed, list_url: str) -> str | None:
    """When a page changed; pages about the site change, too, and have no date of publication."""
    is_about = _OF_PAGES.search(urlsplit(list_url).path) or (
        host_of(listed.url) and _ABOUT.search(urlsplit(listed.url).path)
    )
    return None if is_about else listed.changed


def _folders_of(feed: FeedState, home: str) -> tuple[str, ...]:
    """The folders that a site may have to itself, below the root of its host: its own first."""
    page = absolute_link(feed.link, feed.address) or feed.address
    folders: list[str] = []
    folder = urljoin(page if page.endswith("/") or feed.link is None else f"{page}/", ".")
    while folder.startswith(home) and folder != home and len(folders) < _MOST_FOLDERS:
        folders.append(folder)
        folder = urljoin(folder, "..")
    return tuple(folders)


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
