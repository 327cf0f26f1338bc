"""The article page of an entry, for feeds that give only a summary.

Pages are asked for politely (robots.txt, the site's limits) and read in a bounded process. One
that cannot be had leaves the entry as its feed gave it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta, tzinfo
from urllib.parse import urlsplit

from ingest.errors import SourceError
from ingest.fetch import Fetcher, Robots
from ingest.reading import charset, extract, html, not_a_feed
from ingest.reading.links import site_of
from ingest.reading.normalize import take_article
from ingest.values import Article, Document, NormalEntry
from ingest.workers import Workers

logger = logging.getLogger(__name__)

PAGE_ACCEPT = "text/html, application/xhtml+xml;q=0.9"
_MOST_PAGES = 20
_WITHIN = timedelta(seconds=20)
_SHORTEST_PARAGRAPH = 20  # characters; shorter ones may well come twice


class Pages:
    """Article pages, asked for and read."""

    def __init__(self, fetcher: Fetcher, robots: Robots, workers: Workers) -> None:
        self._fetcher = fetcher
        self._robots = robots
        self._workers = workers

    async def complete(self, entry: NormalEntry, *, zone: tzinfo) -> NormalEntry:
        """Return the entry with the full text of its page, where that is better than what it has.

        `zone` is that of the page's dates.
        """
        if entry.link is None:
            return entry
        try:
            found = await self._article_at(entry.link)
        except SourceError as error:
            logger.warning("no full text of %s: %s", entry.link, error)
            return entry
        if found is None:
            return entry
        page, article = found
        article = joined([article, *await self._following(article, page)])
        if not extract.page_is_better(html.text_of(entry.html), article.text):
            return entry
        return take_article(entry, article, page, zone=zone)

    async def _following(self, article: Article, page: Document) -> list[Article]:
        """Return the further pages of an article: as long as they are its own, and new."""
        seen, parts, url = {page.url, page.final_url}, [article], article.next_url
        while url and url not in seen and len(parts) < _MOST_PAGES:
            seen.add(url)
            try:
                found = await self._article_at(url)
            except SourceError as error:
                logger.warning("%s goes on at %s, which cannot be had: %s", page.url, url, error)
                break
            if found is None or not _goes_on(parts, found[1], page, found[0]):
                break
            parts.append(found[1])
            url = found[1].next_url
        return parts[1:]

    async def _article_at(self, url: str) -> tuple[Document, Article] | None:
        """Return a page and its article; None if it has none, or its site wants no readers."""
        if not await self._robots.allows(url):
            logger.warning("no full text of %s: its robots.txt asks us not to read it", url)
            return None
        delay = await self._robots.crawl_delay(url)
        page = await self._fetcher.fetch_document(url, accept=PAGE_ACCEPT, host_delay=delay)
        article = await self._workers.run(_WITHIN, url, read_page, page)
        return None if article is None else (page, article)


def read_page(page: Document) -> Article | None:
    """Decode a page and take its article; None if it has none, or is no page."""
    from ingest.reading.extract.article import extract_article

    if not_a_feed.name_bytes(page.body) is not None:
        return None
    decoded = charset.decode(page.body, page.content_type)
    return extract_article(decoded.text, url=page.final_url)


def _goes_on(parts: Sequence[Article], part: Article, page: Document, following: Document) -> bool:
    """Whether a page is of the same site, and says what the pages before did not."""
    sites = {site_of(urlsplit(url).hostname or "") for url in (page.final_url, following.final_url)}
    said = {paragraph for earlier in parts for paragraph in _paragraphs(earlier)}
    fresh = [paragraph for paragraph in _paragraphs(part) if paragraph not in said]
    return len(sites) == 1 and 2 * len(fresh) > len(_paragraphs(part))


def _paragraphs(article: Article) -> list[str]:
    lines = ("".join(line.split()) for line in article.text.splitlines())
    return [line for line in lines if len(line) >= _SHORTEST_PARAGRAPH]


def joined(parts: Sequence[Article]) -> Article:
    """One article of its pages, in their order; what the first says of it holds for all."""
    return replace(
        parts[0],
        html="\n".join(part.html for part in parts),
        text="\n".join(part.text for part in parts),
    )
