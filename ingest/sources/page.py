"""Complete entries from their article pages, for feeds that give only a summary.

Pages are requested as robots.txt and the site's limits allow, and read in a process with limits. If
a page cannot be fetched or read, the entry keeps the feed's text and a message that says why.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta, tzinfo

from ingest.border import border
from ingest.errors import Fault, SourceError, Unreadable
from ingest.fetch import Fetcher
from ingest.logs import log_fault
from ingest.manners import Manners
from ingest.reading import extract, html
from ingest.reading.entries.articles import take_article
from ingest.reading.pages import goes_on, joined, read_page
from ingest.values import Article, Document, NormalEntry
from ingest.workers import Workers

logger = logging.getLogger(__name__)

PAGE_ACCEPT = "text/html, application/xhtml+xml;q=0.9"
_MOST_PAGES = 20
_WITHIN = timedelta(seconds=20)


class Pages:
    """A reader that fetches article pages, and completes entries with their text."""

    def __init__(self, fetcher: Fetcher, manners: Manners, workers: Workers) -> None:
        self._fetcher = fetcher
        self._manners = manners
        self._workers = workers

    def via(self, proxy: str | None) -> Pages:
        """Return a reader that fetches pages through this proxy."""
        return Pages(self._fetcher.via(proxy), self._manners, self._workers)

    async def complete(self, entry: NormalEntry, *, zone: tzinfo) -> NormalEntry:
        """Return the entry with the full text of its page, if that is better than its own text.

        `zone` is the time zone of the page's dates. If the page cannot be fetched or read, the
        entry has the reason. If a bug in Guidang is the reason, the entry also keeps the page.
        """
        if entry.link is None:
            return entry
        page = None
        try:
            with border(entry.link):
                page = await self._page_at(entry.link)
                return await self._complete_from(entry, page, zone)
        except Fault as fault:
            log_fault(logger, fault, fault.trace, feed=entry.feed_title)
            return replace(entry, full_text_error=str(fault), page=page)
        except SourceError as error:
            logger.warning("no full text of %s: %s", entry.link, error)
            return replace(entry, full_text_error=str(error))

    async def _complete_from(self, entry: NormalEntry, page: Document, zone: tzinfo) -> NormalEntry:
        article = await self._article_in(page)
        if article is None:
            return entry
        article = joined([article, *await self._following(article, page)])
        if not extract.page_is_better(html.text_of(entry.html), article.text):
            return entry
        return take_article(entry, article, page, zone=zone)

    async def _following(self, article: Article, page: Document) -> list[Article]:
        """Return the further pages of an article; stop at a page that does not belong to it."""
        seen, parts, url = {page.url, page.final_url}, [article], article.next_url
        while url and url not in seen and len(parts) < _MOST_PAGES:
            seen.add(url)
            try:
                following = await self._page_at(url)
                part = await self._article_in(following)
            except SourceError as error:
                logger.warning("%s continues at %s, which cannot be read: %s", page.url, url, error)
                break
            if part is None or not goes_on(parts, part, page, following):
                break
            parts.append(part)
            url = part.next_url
        return parts[1:]

    async def _page_at(self, url: str) -> Document:
        """Fetch a page; raise `SourceError`, also if robots.txt forbids it."""
        permission = await self._manners.permission(url, self._fetcher)
        if not permission.is_allowed:
            raise Unreadable(url, "its robots.txt asks us not to read it")
        return await self._fetcher.fetch_document(
            url, accept=PAGE_ACCEPT, host_delay=permission.delay
        )

    async def _article_in(self, page: Document) -> Article | None:
        """Return the article in a page, or None. Raise `Unreadable` or `Fault`."""
        return await self._workers.run(_WITHIN, page.url, read_page, page)
