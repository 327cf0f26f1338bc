"""Mark entries as read or starred, for one user; nothing else of the archive changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.store.reader.streams import IS_READ, Stream, condition_of, with_marks
from ingest.store.statements import in_batches, insert_into, table_of
from models import Entry, Feed, ReaderMargin, ReaderMark

_ENTRY, _FEED = table_of(Entry), table_of(Feed)
_MARK, _MARGIN = table_of(ReaderMark), table_of(ReaderMargin)


def mark(
    connection: sa.Connection,
    ids: Sequence[int],
    user: str,
    *,
    is_read: bool | None = None,
    is_starred: bool | None = None,
) -> None:
    """Mark entries; None leaves a mark as it is. Entries that are not there are left out."""
    given = {"is_read": is_read, "is_starred": is_starred}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if not changes:
        return
    values = {"is_read": None, "is_starred": False} | changes
    for some in in_batches(ids):
        rows = sa.select(
            sa.literal(user, sa.Text),
            _ENTRY.c.id,
            sa.literal(values["is_read"], sa.Boolean),
            sa.literal(values["is_starred"], sa.Boolean),
        ).where(_ENTRY.c.id.in_(some))
        insert = insert_into(connection, _MARK).from_select(_MARK.c.keys(), rows)
        keys = [_MARK.c.user_name, _MARK.c.entry_id]
        connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=changes))


def mark_all_read(
    connection: sa.Connection, stream: Stream, user: str, *, until: datetime | None
) -> None:
    """Mark all entries of a stream as read that were first seen up to `until`.

    In a whole feed, this moves its margin and needs no rows for its entries.
    """
    if stream.state is not None:
        _mark_each(connection, stream, user, until)
        return
    last_of: sa.Select[Any] = sa.select(_ENTRY.c.feed_id, sa.func.max(_ENTRY.c.id))
    query = with_marks(last_of, user).where(condition_of(connection, stream, user))
    if until is not None:
        query = query.where(_ENTRY.c.first_seen_at <= until)
    for feed_id, last in connection.execute(query.group_by(_ENTRY.c.feed_id)).all():
        _move_margin(connection, user, feed_id, last)


def _mark_each(
    connection: sa.Connection, stream: Stream, user: str, until: datetime | None
) -> None:
    query = with_marks(sa.select(_ENTRY.c.id), user)
    query = query.where(condition_of(connection, stream, user), sa.not_(IS_READ))
    if until is not None:
        query = query.where(_ENTRY.c.first_seen_at <= until)
    mark(connection, connection.scalars(query).all(), user, is_read=True)


def _move_margin(connection: sa.Connection, user: str, feed_id: int, last: int) -> None:
    """Make `last` the margin of a feed, and forget what was marked before it."""
    row = {"user_name": user, "feed_id": feed_id, "entry_id": last}
    insert = insert_into(connection, _MARGIN).values(row)
    later = sa.case(
        (_MARGIN.c.entry_id > insert.excluded.entry_id, _MARGIN.c.entry_id),
        else_=insert.excluded.entry_id,
    )
    keys = [_MARGIN.c.user_name, _MARGIN.c.feed_id]
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_={"entry_id": later}))
    of_feed = sa.select(_ENTRY.c.id).where(_ENTRY.c.feed_id == feed_id, _ENTRY.c.id <= last)
    is_before = sa.and_(_MARK.c.user_name == user, _MARK.c.entry_id.in_(of_feed))
    connection.execute(
        sa.update(_MARK).where(is_before, _MARK.c.is_read.is_not(None)).values(is_read=None)
    )
    useless = sa.and_(_MARK.c.is_read.is_(None), sa.not_(_MARK.c.is_starred))
    connection.execute(sa.delete(_MARK).where(is_before, useless))
