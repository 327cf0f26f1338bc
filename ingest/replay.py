"""Read what is kept once more, with the rules of today, from the publisher's own bytes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from ingest.database import Database
from ingest.errors import ParseError, SourceError, border
from ingest.feed import FeedState, reading_context, zone_of
from ingest.follow.files import Archive
from ingest.reading import extract, html
from ingest.reading.dedupe import FROM_CAPTURE
from ingest.reading.documents import charset
from ingest.reading.entries.articles import (
    FROM_LASTMOD,
    FROM_NEWS_SITEMAP,
    ListedDates,
    entry_of_page,
    take_article,
)
from ingest.reading.read import read
from ingest.reading.records.front_matter import NoRecordError
from ingest.reading.records.record_entries import entry_of_record
from ingest.reading.records.records import may_be_record
from ingest.sources.page import read_page
from ingest.store import captures, doubles, entries
from ingest.store.captures import Kept
from ingest.values import Article, Document, NormalEntry, SafeHtml

logger = logging.getLogger(__name__)

_BATCH = 100
_NOT_IN_PAGES = frozenset({FROM_LASTMOD, FROM_NEWS_SITEMAP, FROM_CAPTURE})
_DAY = len("2024-05-20")
_DATE = ("published_at", "published_raw", "published_method", "published_precision")


def replay_feed(database: Database, feed: FeedState, *, now: datetime) -> int:
    """Normalise every entry of a feed again; return how many came out otherwise.

    An entry keeps its identity and the moment it was first seen, from which relative dates count.
    """
    changed = last = 0
    while batch := database.query(captures.kept, feed.id, after=last, limit=_BATCH):
        for kept in batch:
            entry = _read_again_or_leave(feed, kept)
            if entry is not None:
                changed += database.transact(entries.renormalize, kept.id, entry, at=now)
        last = batch[-1].id
    return changed


def join_doubles(database: Database, archive: Archive, feed: FeedState, *, now: datetime) -> int:
    """Make one of entries that were kept twice when their site moved; return how many were.

    The file of the later one is deleted first, so that a stop in between leaves none without its
    entry. Call it after `replay_feed`, which makes texts comparable.
    """
    found = database.query(doubles.pairs, feed.id)
    for entry_id, double_id in found:
        archive.delete(database.query(doubles.files_of, double_id))
        database.transact(doubles.join, entry_id, double_id, at=now)
    return len(found)


def _read_again_or_leave(feed: FeedState, kept: Kept) -> NormalEntry | None:
    """Read an entry again; None, and a traceback in the log, if that raises anything."""
    try:
        with border(kept.url):
            return read_again(feed, kept)
    except SourceError as error:
        context = {"feed": feed.name, "trace": getattr(error, "trace", None)}
        logger.error("entry %d stays as it is: %s", kept.id, error, extra=context)  # noqa: TRY400
        return None


def read_again(feed: FeedState, kept: Kept) -> NormalEntry | None:
    """What the rules of today make of an entry's bytes; None if they no longer find it there."""
    document = Document(
        url=kept.url,
        final_url=kept.url,
        body=kept.body,
        content_type=kept.content_type,
        fetched_at=kept.first_seen_at,
    )
    is_record = kept.url.startswith("file:") and may_be_record(kept.url)
    if is_record and (record := _record_again(feed, document, kept)) is not None:
        return record
    try:
        reading = read(reading_context(feed, document))
    except ParseError:
        return _page_again(feed, document, kept)
    found = reading.entries
    entry = next((one for one in found if _is(one, kept)), None)
    if entry is None and reading.broken:
        raise reading.broken[0].fault  # it may be this one
    entry = entry or _only_of_title(found, kept)
    return entry and _with_page(entry, kept, zone_of(feed))


def _record_again(feed: FeedState, document: Document, kept: Kept) -> NormalEntry | None:
    """Read an entry again that was made of a record; a date that it does not name stays."""
    context = reading_context(feed, document)
    try:
        entry = entry_of_record(document, context, name=kept.url, home=feed.link).entry
    except NoRecordError:
        return None
    if entry.published_at is not None:
        return entry
    return replace(entry, **{name: getattr(kept, name) for name in _DATE})


def _page_again(feed: FeedState, document: Document, kept: Kept) -> NormalEntry | None:
    """Read an entry again that was made of a page; a date that only its list gave stays."""
    article = read_page(document)
    if article is None:
        return None
    context = reading_context(feed, document)
    _, entry = entry_of_page(article, document, context, ListedDates())
    if entry.published_at is not None or _is_of_page(document, kept):
        return entry
    return replace(entry, **{name: getattr(kept, name) for name in _DATE})


def _is_of_page(page: Document, kept: Kept) -> bool:
    """Whether an entry had its date from the page, where it is none any more."""
    if kept.published_method in _NOT_IN_PAGES or not kept.published_raw:
        return False
    text = charset.decode(page.body, page.content_type).text
    return kept.published_raw[:_DAY] in text


def _is(entry: NormalEntry, kept: Kept) -> bool:
    return entry.key == kept.key or (entry.guid is not None and entry.guid == kept.guid)


def _only_of_title(found: Sequence[NormalEntry], kept: Kept) -> NormalEntry | None:
    """The entry of a document that one which has moved since was read from."""
    if len(found) == 1:
        return found[0]
    titled = [entry for entry in found if entry.title == kept.title]
    return titled[0] if len(titled) == 1 else None


def _with_page(entry: NormalEntry, kept: Kept, zone: tzinfo) -> NormalEntry:
    if kept.page_body is None or kept.page_url is None:
        return replace(entry, full_text_error=kept.full_text_error)
    page = Document(
        url=kept.page_url,
        final_url=kept.page_url,
        body=kept.page_body,
        content_type=kept.page_content_type,
        fetched_at=kept.first_seen_at,
    )
    article = read_page(page)
    if article is None or (kept.full_text_error and not _is_better(article, entry)):
        return entry
    full = take_article(entry, article, page, zone=zone)
    # Of an article that goes on only the first page is kept: its text stays as it is.
    return replace(full, html=SafeHtml(kept.html)) if article.next_url else full


def _is_better(article: Article, entry: NormalEntry) -> bool:
    return extract.page_is_better(html.text_of(entry.html), article.text)
