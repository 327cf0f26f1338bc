"""The article page of an entry, for feeds that give only a summary."""

from __future__ import annotations

import asyncio
import logging

from ingest.errors import FetchError
from ingest.fetch import Fetcher, Robots
from ingest.reading import charset, extract, html
from ingest.reading.normalize import take_article
from ingest.values import Article, Document, NormalEntry

logger = logging.getLogger(__name__)

PAGE_ACCEPT = "text/html, application/xhtml+xml;q=0.9"


async def complete(
    fetcher: Fetcher, robots: Robots, entry: NormalEntry, *, always: bool
) -> NormalEntry:
    """Return the entry with the full text of its page, where that is better than what it has.

    With `always` false only where the text shows signs of having been cut. A page that cannot be
    had, or that robots.txt asks us to leave alone, leaves the entry as it is.
    """
    text = html.text_of(entry.html)
    if entry.link is None or not (always or extract.looks_truncated(entry.html, text)):
        return entry
    try:
        document = await _fetch(fetcher, robots, entry.link)
    except FetchError as error:
        logger.warning("no full text of %s: %s", entry.link, error)
        return entry
    if document is None:
        return entry
    article = await asyncio.to_thread(read_page, document)
    if article is None or not extract.page_is_better(text, article.text):
        return entry
    return take_article(entry, article, document)


async def _fetch(fetcher: Fetcher, robots: Robots, link: str) -> Document | None:
    if not await robots.allows(link):
        logger.warning("no full text of %s: its robots.txt asks us not to read it", link)
        return None
    delay = await robots.crawl_delay(link)
    answer = await fetcher.fetch(link, accept=PAGE_ACCEPT, host_delay=delay)
    return answer if isinstance(answer, Document) else None


def read_page(document: Document) -> Article | None:
    """Decode a page and take its article."""
    decoded = charset.decode(document.body, document.content_type)
    return extract.extract_article(decoded.text, url=document.final_url)
