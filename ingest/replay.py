"""Read what is kept once more, with the rules of today, from the publisher's own bytes."""

from __future__ import annotations

from ingest.database import Database
from ingest.errors import ParseError
from ingest.look import reading_context
from ingest.reading import charset, extract
from ingest.reading.normalize import take_article
from ingest.reading.read import read
from ingest.reading.split import split
from ingest.store import captures, entries
from ingest.store.captures import Kept
from ingest.store.feed_state import FeedState
from ingest.values import Document, NormalEntry

_BATCH = 100


def replay_feed(database: Database, feed: FeedState) -> int:
    """Normalise every entry of a feed again; return how many came out otherwise.

    An entry keeps its identity and the moment it was first seen, from which relative dates count.
    """
    changed = last = 0
    while batch := database.read(captures.kept, feed.id, after=last, limit=_BATCH):
        for kept in batch:
            entry = read_again(feed, kept)
            if entry is not None:
                changed += database.write(entries.renormalize, kept.id, entry)
        last = batch[-1].id
    return changed


def read_again(feed: FeedState, kept: Kept) -> NormalEntry | None:
    """What the rules of today make of an entry's bytes; None if they no longer find it there."""
    document = Document(
        url=kept.url,
        final_url=kept.url,
        body=kept.body,
        content_type=kept.content_type,
        fetched_at=kept.first_seen_at,
    )
    try:
        found = read(reading_context(feed, document), split(kept.body), ()).entries
    except ParseError:
        return None
    entry = next((one for one in found if _is(one, kept)), found[0] if len(found) == 1 else None)
    return entry and _with_page(entry, kept)


def _is(entry: NormalEntry, kept: Kept) -> bool:
    return entry.key == kept.key or (entry.guid is not None and entry.guid == kept.guid)


def _with_page(entry: NormalEntry, kept: Kept) -> NormalEntry:
    if kept.page_body is None or kept.page_url is None:
        return entry
    page = Document(
        url=kept.page_url,
        final_url=kept.page_url,
        body=kept.page_body,
        content_type=kept.page_content_type,
        fetched_at=kept.first_seen_at,
    )
    decoded = charset.decode(page.body, page.content_type)
    article = extract.extract_article(decoded.text, url=page.final_url)
    return take_article(entry, article, page) if article else entry
