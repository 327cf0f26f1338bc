"""Move feeds to another address; they keep their entries and their folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.errors import UsageError
from ingest.feed import FeedState
from ingest.reading.links import canonical_link, exact_link
from ingest.store import feeds, recognise
from ingest.store.due import mark_feed_due
from ingest.store.feed_state import WITHOUT_VALIDATORS, place_of
from ingest.urls import without_secrets
from ingest.values import NormalEntry
from models import Entry, Feed

_MOST_COMPARED = 20
# These columns are about the old address, and are cleared.
_UNKNOWN: dict[str, Any] = {
    **WITHOUT_VALIDATORS,
    "rsshub_pattern": None,
    "hints": {},
    "moved_to": None,
    "moved_since": None,
    "moved_polls": 0,
    "moved_at": None,
    "failures": 0,
    "last_error": None,
}


def move(connection: sa.Connection, feed_id: int, url: str, *, now: datetime) -> None:
    """Give a feed another address; keep its entries, and clear its validators.

    If another feed has this address and no entries, it is removed. If the configuration file lists
    that feed, its settings replace the settings of the moved feed. Raise `UsageError` if the other
    feed has entries.
    """
    feed = feeds.get(connection, feed_id)
    if feed.url == url:
        return
    columns = _UNKNOWN | place_of(url) | _taken_over(connection, feed, url)
    columns |= {"url": url, "next_poll_at": now, "next_poll_reason": "its address was set"}
    connection.execute(sa.update(Feed).where(Feed.id == feed_id).values(columns))
    mark_feed_due(connection, feed_id, now)


def _taken_over(connection: sa.Connection, feed: FeedState, url: str) -> dict[str, Any]:
    """Remove the feed at an address; return the columns that the moved feed gets from it.

    Raise `UsageError` if the feed at the address has entries.
    """
    query = sa.select(Feed.id, Feed.origin, Feed.settings, Feed.removed_at).where(Feed.url == url)
    other = connection.execute(query).first()
    if other is not None:
        _refuse_with_entries(connection, other, feed, url)
        feeds.remove(connection, other.id, now=feed.added_at, entries=True)
    columns: dict[str, Any] = {"origin": "command"}
    if other is not None and other.removed_at is None and other.origin == "file":
        columns = {"origin": "file", "settings": other.settings}
    if feed.paused_reason == feeds.NOT_IN_FILE:
        columns |= {"paused_at": None, "paused_reason": None}
    return columns


def _refuse_with_entries(
    connection: sa.Connection, other: sa.Row[Any], feed: FeedState, url: str
) -> None:
    count = connection.scalar(sa.select(sa.func.count()).where(Entry.feed_id == other.id))
    if count:
        again = "" if other.removed_at is None else f"guidang feeds add --force {url} && "
        raise UsageError(
            f"feed {other.id} has this address, and {count} entries; to go on with feed {feed.id} "
            f"alone: {again}guidang feeds remove {other.id} --delete-entries"
        )


def earlier_address(
    connection: sa.Connection, url: str, title: str, entries: Sequence[NormalEntry]
) -> FeedState | None:
    """Return the feed on the list that has probably moved to an address, or None.

    A feed has probably moved if it redirects to the address, or if its own address differs only in
    parts such as `https`. It has also probably moved if it has the same title and at least half of
    the entries.
    """
    every = [feed for feed in feeds.every(connection) if feed.url != url]
    for feed in every:
        if feed.ways.move.to == url or _is_spelling(feed.url, url):
            return feed
    titled = [feed for feed in every if title and title in (feed.title, feed.settings.title)]
    for feed in titled[:_MOST_COMPARED]:
        verdicts = recognise.judge(connection, feed.id, entries)
        if 0 < len(verdicts) <= 2 * sum(verdict.known is not None for verdict in verdicts):
            return feed
    return None


def _is_spelling(one: str, other: str) -> bool:
    """Return whether two addresses differ only in parts such as `https` or `www.`."""
    if not (one.startswith("http") and other.startswith("http")):
        return False
    return (canonical_link(one), exact_link(one)) == (canonical_link(other), exact_link(other))


def spoken(feed: FeedState) -> str:
    """Return the name of a feed for a message."""
    return f"feed {feed.id} ({feed.name}, {without_secrets(feed.url)})"
