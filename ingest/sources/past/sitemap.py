"""Read the pages that are listed in a site's sitemaps, each as an article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from urllib.parse import parse_qsl, urljoin, urlsplit

from ingest.errors import BadStatus, Gone, SourceError, Unreadable
from ingest.feed import FeedState
from ingest.reading.links import canonical_link
from ingest.reading.lists.sitemap import Listed, read_sitemap, sitemaps_of_robots
from ingest.sources.page import PAGE_ACCEPT
from ingest.sources.past.source import (
    Source,
    Taken,
    Web,
    Window,
    check_address,
    home_of,
)
from ingest.urls import absolute_link, host_of, site_of
from ingest.values import Document, DocumentKind, Form, Piece, Planned
from ingest.workers import READ_WITHIN

_USUAL = (
    *("sitemap.xml", "sitemap_index.xml", "sitemap-index.xml", "wp-sitemap.xml", "sitemap.xml.gz"),
    *("sitemap_index.xml.gz", "sitemap.txt", "sitemaps.xml", "sitemapindex.xml", "sitemap/"),
)
# Matches sitemaps of categories, tags and authors (WordPress, Yoast, Typecho, Hexo and Hugo), and
# pages of categories, tags and authors.
_OF_LISTS = re.compile(
    r"(?:taxonom|categor|post_tag|(?:^|[/_-])(?:tags?|authors?|users?)[._-])[^/]*$"
)
# WordPress and Yoast use these names for sitemaps without articles.
_OF_PAGES = re.compile(r"(?:^|[/_-])pages?[._-][^/]*$")
_ABOUT = re.compile(
    r"/(?:about(?:[-_](?:us|me))?|contact(?:[-_]us)?|links?|friends?|guestbook|privacy(?:-policy)?"
    r"|terms|search|404|projects?)(?:\.html?|/index\.html?|/)?$",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"/?(?:(?:categor(?:y|ies)|tags?|authors?)/[^/.]*/?|archives?/?|page/\d+/?)?$", re.IGNORECASE
)
# In WordPress without permalinks, these query parameters name lists of articles.
_LISTED_BY = frozenset({"author", "cat", "feed", "m", "paged", "s", "tag"})
_MOST_FOLDERS = 2
_MOST_TRIED = 5  # sitemaps; robots.txt may name more
_MAY_PASS = frozenset({408, 425, 429})
_LISTS_ACCEPT = "application/xml, text/xml;q=0.9, */*;q=0.5"


class Sitemap(Source):
    """A source that finds a site's sitemaps, and reads the pages that they list."""

    def __init__(self, web: Web, feed: FeedState, window: Window) -> None:
        self._web, self._window = web, window
        self._fetched: dict[str, list[Listed]] = {}
        self.listed_at = self._home = home_of(feed)
        self._site = site_of(host_of(self._home))
        self._folders = _folders_of(feed, self._home)

    async def plan(self) -> Sequence[Planned]:
        """Return the site's sitemaps; raise `SourceError` if it has none.

        If the site is in a folder of its host, sitemaps of that folder are preferred.
        """
        refused: list[str] = []
        named = await self._sitemaps_in_robots()
        own = [url for url in named if url.startswith(self._folders)]
        own = own or await self._find_usual(self._folders, refused)
        named = own or named
        if not await self._any_exists(named):
            # robots.txt may name sitemaps that no longer exist. Malformed addresses stay in the
            # list, so that the run reports them as missing.
            usual = await self._find_usual((self._home,), refused)
            malformed = [url for url in named if not host_of(url)]
            named = [*malformed, *usual] if usual else named
        if not named:
            why = f" ({'; '.join(refused)})" if refused else ""
            raise Unreadable(self._home, f"the site has no sitemap that could be found{why}")
        return [_plan_list(url) for url in named]

    async def _any_exists(self, urls: Sequence[str]) -> bool:
        """Return whether one of the addresses has a sitemap, or has failed only temporarily."""
        for url in [url for url in urls if host_of(url)][:_MOST_TRIED]:
            if url in self._fetched:
                return True
            try:
                self._fetched[url] = await self._fetch_list(url)
            except (Gone, Unreadable):
                continue
            except SourceError as error:
                if isinstance(error, BadStatus) and not _may_pass(error):
                    continue
            return True
        return False

    async def _find_usual(self, folders: Sequence[str], refused: list[str]) -> list[str]:
        """Return the first usual address that has a sitemap, or an empty list.

        Append to `refused` the addresses that answer with an error other than 404 or 410.
        """
        for folder in folders:
            for name in _USUAL:
                url = urljoin(folder, name)
                try:
                    self._fetched[url] = await self._fetch_list(url)
                except (Gone, Unreadable):
                    continue
                except BadStatus as error:
                    if _may_pass(error):
                        raise
                    refused.append(f"{url}: {error}")
                    continue
                return [url]
        return []

    async def _sitemaps_in_robots(self) -> list[str]:
        try:
            robots = await self._web.fetcher.fetch_document(urljoin(self._home, "/robots.txt"))
        except SourceError:
            return []  # A site without robots.txt may still have a sitemap.
        urls = sitemaps_of_robots(robots.body, robots.final_url)
        return [url for url in urls if self._may_be_of_site(url)]

    async def take(self, planned: Planned) -> Taken:
        """Fetch a sitemap or a page."""
        check_address(planned.address)
        if planned.kind is not DocumentKind.LIST:
            return await self._fetch_page(planned)
        listed = self._fetched.pop(planned.address, None)
        listed = listed or await self._fetch_list(planned.address)
        more = [self._plan(one, planned.address) for one in listed if self._is_wanted(one)]
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

    async def _fetch_list(self, url: str) -> list[Listed]:
        document = await self._web.fetcher.fetch_document(url, accept=_LISTS_ACCEPT)
        read = partial(read_sitemap, document.body, url=document.final_url)
        read = partial(read, now=document.fetched_at, content_type=document.content_type)
        return await self._web.workers.run(READ_WITHIN, document.url, read)

    def _is_wanted(self, listed: Listed) -> bool:
        """Return whether an address can be an article of the site within the requested time.

        The end of this time is not checked here, because a sitemap has only the date of the last
        change.
        """
        if not self._may_be_of_site(listed.url):
            return False
        is_list = _is_of_lists(listed.url) if listed.is_list else _is_list(listed.url)
        return not is_list and not self._window.is_before(listed.changed_at)

    def _may_be_of_site(self, url: str) -> bool:
        """Return whether an address belongs to the site, or is malformed.

        Malformed addresses are accepted, so that the run reports them as missing.
        """
        host = host_of(url)
        return not host or site_of(host) == self._site

    def _plan(self, listed: Listed, list_url: str) -> Planned:
        if listed.is_list:
            return _plan_list(listed.url)
        key = canonical_link(listed.url) or listed.url
        dates = {"published": listed.published, "changed": _article_change(listed, list_url)}
        hints = {name: date for name, date in dates.items() if date}
        return Planned(key=key, address=listed.url, kind=DocumentKind.PAGE, hints=hints)

    async def _fetch_page(self, planned: Planned) -> Taken:
        permission = await self._web.manners.permission(planned.address, self._web.fetcher)
        if not permission.is_known:
            raise Unreadable(
                planned.address, "its robots.txt cannot be fetched, so the page is not fetched"
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


def _article_change(listed: Listed, list_url: str) -> str | None:
    """Return when an article changed, or None for a page about the site.

    A page about the site has no publication date, so its last change would become its date.
    """
    is_about = _OF_PAGES.search(urlsplit(list_url).path) or (
        host_of(listed.url) and _ABOUT.search(urlsplit(listed.url).path)
    )
    return None if is_about else listed.changed


def _folders_of(feed: FeedState, home: str) -> tuple[str, ...]:
    """Return the folders below the host's root that may belong to the site, the deepest first."""
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
    """Return whether an address is a list of articles, by its path, or by its query at the root."""
    if not host_of(url):
        return False
    parts = urlsplit(canonical_link(url) or url)
    if parts.path in {"", "/"} and parts.query:
        return not _LISTED_BY.isdisjoint(dict(parse_qsl(parts.query, keep_blank_values=True)))
    return bool(_LIST.match(parts.path))


def _plan_list(url: str) -> Planned:
    return Planned(key=url, address=url, kind=DocumentKind.LIST)
