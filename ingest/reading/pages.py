"""Read the pages of an article: find it in each page, and join its pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from ingest.reading.documents import charset, not_a_feed
from ingest.urls import site_of
from ingest.values import Article, Document

_SHORTEST_PARAGRAPH = 20  # characters; a shorter paragraph may be repeated on several pages


def read_page(page: Document) -> Article | None:
    """Decode a page and return its article, or None if it has no article or is not HTML."""
    # Loaded at the first page, because most feeds need none and it takes a third of a second.
    from ingest.reading.extract.article import extract_article

    if not_a_feed.name_bytes(page.body) is not None:
        return None
    decoded = charset.decode(page.body, page.content_type)
    return extract_article(decoded.text, url=page.final_url)


def goes_on(parts: Sequence[Article], part: Article, page: Document, following: Document) -> bool:
    """Return whether a further page is on the same site, and most of its text is new."""
    sites = {site_of(urlsplit(url).hostname or "") for url in (page.final_url, following.final_url)}
    said = {paragraph for earlier in parts for paragraph in _paragraphs(earlier)}
    fresh = [paragraph for paragraph in _paragraphs(part) if paragraph not in said]
    return len(sites) == 1 and 2 * len(fresh) > len(_paragraphs(part))


def _paragraphs(article: Article) -> list[str]:
    lines = ("".join(line.split()) for line in article.text.splitlines())
    return [line for line in lines if len(line) >= _SHORTEST_PARAGRAPH]


def joined(parts: Sequence[Article]) -> Article:
    """Join the pages of an article; title, dates and other facts come from the first page."""
    return replace(
        parts[0],
        html="\n".join(part.html for part in parts),
        text="\n".join(part.text for part in parts),
    )
