"""Count the entries that a user has not read, by feed."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from ingest.store.statements import table_of
from models import Entry, Feed, ReaderMargin, ReaderMark

_ENTRY, _FEED = table_of(Entry), table_of(Feed)
_MARK, _MARGIN = table_of(ReaderMark), table_of(ReaderMargin)
_LAST_READ = sa.func.coalesce(_MARGIN.c.entry_id, 0)


class Unread(NamedTuple):
    """How many entries of a feed are unread, and when the newest of them was first seen."""

    entries: int
    newest_at: datetime


def unread_counts(connection: sa.Connection, user: str) -> dict[int, Unread]:
    """Return how many entries a user has not read, by feed; feeds without any are left out."""
    counts = _beyond_margins(connection, user)
    for feed_id, difference, newest_at in _by_marks(connection, user):
        known = counts.get(feed_id, Unread(0, newest_at))
        counts[feed_id] = known._replace(entries=known.entries + difference)
    return {feed_id: count for feed_id, count in counts.items() if count.entries > 0}


def _beyond_margins(connection: sa.Connection, user: str) -> dict[int, Unread]:
    """Count the entries after the margin of each feed. An index has all that is counted."""
    is_margin = sa.and_(_MARGIN.c.feed_id == _ENTRY.c.feed_id, _MARGIN.c.user_name == user)
    counted = sa.select(
        _ENTRY.c.feed_id, sa.func.count().label("entries"), sa.func.max(_ENTRY.c.id).label("last")
    )
    counted = counted.select_from(_ENTRY.outerjoin(_MARGIN, is_margin))
    beyond = counted.where(_ENTRY.c.id > _LAST_READ).group_by(_ENTRY.c.feed_id).subquery()
    newest = _ENTRY.alias("newest")
    query = sa.select(beyond.c.feed_id, beyond.c.entries, newest.c.first_seen_at)
    query = query.join(newest, newest.c.id == beyond.c.last)
    query = query.join(_FEED, _FEED.c.id == beyond.c.feed_id).where(_FEED.c.removed_at.is_(None))
    return {
        row.feed_id: Unread(row.entries, row.first_seen_at) for row in connection.execute(query)
    }


def _by_marks(connection: sa.Connection, user: str) -> list[tuple[int, int, datetime]]:
    """Return, by feed, what the marks of single entries add to these counts or take from them."""
    is_after = _ENTRY.c.id > _LAST_READ
    difference = sa.case(
        (sa.and_(_MARK.c.is_read, is_after), -1),
        (sa.and_(sa.not_(_MARK.c.is_read), sa.not_(is_after)), 1),
        else_=0,
    )
    newest = sa.func.max(_ENTRY.c.first_seen_at, type_=_ENTRY.c.first_seen_at.type)
    is_margin = sa.and_(_MARGIN.c.feed_id == _ENTRY.c.feed_id, _MARGIN.c.user_name == user)
    joined = _MARK.join(_ENTRY, _ENTRY.c.id == _MARK.c.entry_id)
    joined = joined.join(_FEED, _FEED.c.id == _ENTRY.c.feed_id).outerjoin(_MARGIN, is_margin)
    query = sa.select(_ENTRY.c.feed_id, sa.func.sum(difference), newest).select_from(joined)
    query = query.where(
        _MARK.c.user_name == user, _MARK.c.is_read.is_not(None), _FEED.c.removed_at.is_(None)
    )
    return [tuple(row) for row in connection.execute(query.group_by(_ENTRY.c.feed_id))]
