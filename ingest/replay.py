"""Read the stored bytes of entries again with the current rules."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

import sqlalchemy as sa

from ingest.database import Database
from ingest.errors import ParseError, SourceError
from ingest.feed import FeedState, reading_context, zone_of
from ingest.follow.files import Output
from ingest.reading import extract, html
from ingest.reading.dedupe import GUESSES
from ingest.reading.documents import charset
from ingest.reading.entries.articles import (
    FROM_LASTMOD,
    FROM_NEWS_SITEMAP,
    ListedDates,
    entry_of_page,
    take_article,
)
from ingest.reading.pages import read_page
from ingest.reading.read import Reading, read
from ingest.reading.records.front_matter import NoRecordError
from ingest.reading.records.record_entries import entry_of_record
from ingest.reading.records.records import may_be_record
from ingest.store import captures, commit, doubles, unread
from ingest.store.captures import Seen, StoredEntry
from ingest.store.judges import Late, Past
from ingest.store.unread import UnreadEntry
from ingest.values import Article, Document, NormalEntry, SafeHtml
from ingest.workers import READ_WITHIN, Workers

logger = logging.getLogger(__name__)

_BATCH = 100
_NO_PAGE_YET = "it was read later than its feed, without its page"
_NOT_IN_PAGES = frozenset({FROM_LASTMOD, FROM_NEWS_SITEMAP, *GUESSES})
_DAY = len("2024-05-20")
_DATE = ("published_at", "published_raw", "published_method", "published_precision")


def replay_feed(database: Database, feed: FeedState, workers: Workers, *, now: datetime) -> int:
    """Read every entry of a feed again; return how many changed.

    Entries keep their identity and the time when they were first seen, so that relative dates stay
    the same.
    """
    changed = last = 0
    while batch := database.query(captures.stored_entries, feed.id, after=last, limit=_BATCH):
        found = {one.id: _read_again_or_log(workers, feed, one) for one in batch}
        again = {key: entry for key, entry in found.items() if entry is not None}
        changed += database.transact(commit.keep_again, feed.id, again, at=now)
        last = batch[-1].id
    return changed


def replay_unread(database: Database, feed: FeedState, workers: Workers) -> int:
    """Read the unread entries of a feed again; return how many could be read.

    Each of them becomes an entry with the date when it was first seen. If a later version of the
    entry was stored in the meantime, the unread entry becomes an earlier version of the stored
    entry.
    """
    solved = last = 0
    while batch := database.query(unread.of_feed, feed.id, after=last, limit=_BATCH):
        for one in batch:
            reading = _read_unread(workers, feed, one)
            if reading is not None:
                solved += database.transact(_keep_unread, feed, one, reading)
        last = batch[-1].id
    return solved


def _read_unread(workers: Workers, feed: FeedState, one: UnreadEntry) -> Reading | None:
    """Read the document of an unread entry; if that raises, log it and return None."""
    document = Document(
        url=one.url,
        final_url=one.url,
        body=one.body,
        content_type=one.content_type,
        fetched_at=one.first_seen_at,
    )
    try:
        context = reading_context(feed, document)
        return workers.run_and_wait(READ_WITHIN, one.url, read, context)
    except SourceError as error:
        logger.warning("%s stays unread: %s", one.name, error, extra={"feed": feed.name})
        return None


def _keep_unread(
    connection: sa.Connection, feed: FeedState, one: UnreadEntry, reading: Reading
) -> bool:
    """Store the entries of an unread entry's document; return whether the entry could be read.

    Calling this again with the same arguments changes nothing, because the entries are then known.
    """
    seen = Seen(feed_id=feed.id, url=one.url, content_type=one.content_type, at=one.first_seen_at)
    judge = Past(as_of=one.as_of) if one.is_past else Late(as_of=one.as_of)
    found = [_without_page(feed, entry) for entry in reading.entries]
    commit.keep(connection, seen, found, judge, reading.broken)
    if any(broken.item_digest == one.item_digest for broken in reading.broken):
        return False
    unread.forget(connection, one.id)
    return True


def _without_page(feed: FeedState, entry: NormalEntry) -> NormalEntry:
    """Mark the page of an entry as missing, if the feed's settings ask for full text."""
    wish = feed.settings.full_text
    wants_page = wish is True or (wish == "auto" and entry.looks_cut)
    return replace(entry, full_text_error=_NO_PAGE_YET) if wants_page else entry


def join_doubles(
    database: Database, outputs: Sequence[Output], feed: FeedState, *, now: datetime
) -> int:
    """Join entries that were stored twice when their site moved; return how many were joined.

    The files of a duplicate are deleted first, so that no file is left if the process is killed.
    Call this after `replay_feed`, so that the texts can be compared.
    """
    found = database.query(doubles.pairs, feed.id)
    for entry_id, double_id in found:
        for output in outputs:
            output.delete_entry(double_id)
        database.transact(doubles.join, entry_id, double_id, at=now)
    return len(found)


def _read_again_or_log(
    workers: Workers, feed: FeedState, stored: StoredEntry
) -> NormalEntry | None:
    """Read an entry again; if that raises, log the traceback and return None."""
    try:
        return workers.run_and_wait(READ_WITHIN, stored.url, read_again, feed, stored)
    except SourceError as error:
        context = {"feed": feed.name, "trace": getattr(error, "trace", None)}
        logger.error("entry %d stays as it is: %s", stored.id, error, extra=context)  # noqa: TRY400
        return None


def read_again(feed: FeedState, stored: StoredEntry) -> NormalEntry | None:
    """Return the entry read from its stored bytes, or None if it is no longer found there."""
    document = Document(
        url=stored.url,
        final_url=stored.url,
        body=stored.body,
        content_type=stored.content_type,
        fetched_at=stored.first_seen_at,
    )
    is_record = stored.url.startswith("file:") and may_be_record(stored.url)
    if is_record and (record := _record_again(feed, document, stored)) is not None:
        return record
    try:
        reading = read(reading_context(feed, document))
    except ParseError:
        return _page_again(feed, document, stored)
    found = reading.entries
    entry = next((one for one in found if _is(one, stored)), None)
    if entry is None and reading.broken:
        raise reading.broken[0].fault  # because the unreadable entry may be the stored entry
    entry = entry or _only_of_title(found, stored)
    return entry and _with_page(entry, stored, zone_of(feed))


def _record_again(feed: FeedState, document: Document, stored: StoredEntry) -> NormalEntry | None:
    """Read an entry from its record file; keep the stored date if the file has none."""
    context = reading_context(feed, document)
    try:
        entry = entry_of_record(document, context, name=stored.url, home=feed.link).entry
    except NoRecordError:
        return None
    if entry.published_at is not None:
        return entry
    return replace(entry, **{name: getattr(stored, name) for name in _DATE})


def _page_again(feed: FeedState, document: Document, stored: StoredEntry) -> NormalEntry | None:
    """Read an entry from its page; keep a stored date that came from a sitemap."""
    article = read_page(document)
    if article is None:
        return None
    context = reading_context(feed, document)
    _, entry = entry_of_page(article, document, context, ListedDates())
    if entry.published_at is not None or _is_of_page(document, stored):
        return entry
    return replace(entry, **{name: getattr(stored, name) for name in _DATE})


def _is_of_page(page: Document, stored: StoredEntry) -> bool:
    """Return whether the stored date came from the page, so that it must be replaced."""
    if stored.published_method in _NOT_IN_PAGES or not stored.published_raw:
        return False
    text = charset.decode(page.body, page.content_type).text
    return stored.published_raw[:_DAY] in text


def _is(entry: NormalEntry, stored: StoredEntry) -> bool:
    return entry.key == stored.key or (entry.guid is not None and entry.guid == stored.guid)


def _only_of_title(found: Sequence[NormalEntry], stored: StoredEntry) -> NormalEntry | None:
    """Return the only entry of a document, or its only entry with the stored title, or None."""
    if len(found) == 1:
        return found[0]
    titled = [entry for entry in found if entry.title == stored.title]
    return titled[0] if len(titled) == 1 else None


def _with_page(entry: NormalEntry, stored: StoredEntry, zone: tzinfo) -> NormalEntry:
    if stored.page_body is None or stored.page_url is None:
        return replace(entry, full_text_error=stored.full_text_error)
    page = Document(
        url=stored.page_url,
        final_url=stored.page_url,
        body=stored.page_body,
        content_type=stored.page_content_type,
        fetched_at=stored.first_seen_at,
    )
    article = read_page(page)
    if article is None or (stored.full_text_error and not _is_better(article, entry)):
        return entry
    full = take_article(entry, article, page, zone=zone)
    # Only the first page of a longer article is stored, so its text is not replaced.
    if article.next_url is None:
        return full
    return replace(full, html=SafeHtml(stored.html), text=html.text_of(stored.html))


def _is_better(article: Article, entry: NormalEntry) -> bool:
    return extract.page_is_better(html.text_of(entry.html), article.text)
