"""Query what the web pages of feeds show: lists of feeds, page by page, and one feed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ingest.feed import FeedState
from ingest.manners import Pause
from ingest.store import polls
from ingest.store.feed_state import listed, state_of
from models import Entry, Feed

_POLLS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """A feed with all that its web page shows; `polls` are the last polls, newest first."""

    feed: FeedState
    is_listed: bool
    entries: int
    polls: list[dict[str, Any]]
    pause: Pause | None


def feed_page(connection: sa.Connection, feed_id: int) -> FeedPage | None:
    """Return what the web page of a feed shows, or None if the feed is unknown.

    A feed that was removed from the list is still known.
    """
    query = sa.select(*Feed.__table__.columns).where(Feed.id == feed_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    feed = state_of(row)
    count = sa.select(sa.func.count()).select_from(Entry).where(Entry.feed_id == feed_id)
    return FeedPage(
        feed=feed,
        is_listed=row["removed_at"] is None,
        entries=connection.scalar(count) or 0,
        polls=polls.last(connection, feed_id, _POLLS),
        pause=polls.host_pauses(connection).get(feed.server),
    )


def feed_on_list(connection: sa.Connection, feed_id: int) -> FeedState | None:
    """Return a feed, or None if it is not on the list."""
    row = connection.execute(listed().where(Feed.id == feed_id)).mappings().first()
    return None if row is None else state_of(row)


def entry_counts(connection: sa.Connection, feed_ids: Sequence[int]) -> dict[int, int]:
    """Return the number of entries of these feeds; a feed without entries is left out."""
    query = sa.select(Entry.feed_id, sa.func.count()).where(Entry.feed_id.in_(feed_ids))
    return dict(connection.execute(query.group_by(Entry.feed_id)).all())


def feeds_after(
    connection: sa.Connection, after: int, size: int, *, failing: bool = False
) -> list[FeedState]:
    """Return the feeds on the list with ids above `after`, in order of their ids."""
    query = listed().where(Feed.id > after)
    if failing:
        query = query.where(Feed.failures > 0, Feed.paused_at.is_(None))
    rows = connection.execute(query.order_by(Feed.id).limit(size)).mappings()
    return [state_of(row) for row in rows]
