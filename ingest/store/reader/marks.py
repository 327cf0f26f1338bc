"""Mark entries as read or starred, for one user; nothing else of the archive changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    _move_margins(connection, stream, user, until)


def _mark_each(
    connection: sa.Connection, stream: Stream, user: str, until: datetime | None
) -> None:
    query = with_marks(sa.select(_ENTRY.c.id), user)
    query = query.where(condition_of(connection, stream, user), sa.not_(IS_READ))
    if until is not None:
        query = query.where(_ENTRY.c.first_seen_at <= until)
    mark(connection, connection.scalars(query).all(), user, is_read=True)


def _move_margins(
    connection: sa.Connection, stream: Stream, user: str, until: datetime | None
) -> None:
    """Move the margins of the feeds of a stream, and forget the marks of its entries."""
    chosen = [condition_of(connection, stream, user), *_up_to(connection, until)]
    last = sa.select(sa.literal(user, sa.Text), _ENTRY.c.feed_id, sa.func.max(_ENTRY.c.id))
    last = last.join(_FEED, _FEED.c.id == _ENTRY.c.feed_id).where(_FEED.c.removed_at.is_(None))
    last = last.where(*chosen)
    insert = insert_into(connection, _MARGIN)
    insert = insert.from_select(_MARGIN.c.keys(), last.group_by(_ENTRY.c.feed_id))
    new = insert.excluded.entry_id
    later = sa.case((_MARGIN.c.entry_id > new, _MARGIN.c.entry_id), else_=new)
    keys = [_MARGIN.c.user_name, _MARGIN.c.feed_id]
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_={"entry_id": later}))
    is_margin = sa.and_(_MARGIN.c.feed_id == _ENTRY.c.feed_id, _MARGIN.c.user_name == user)
    before = (
        sa.select(_ENTRY.c.id)
        .select_from(_ENTRY.join(_MARGIN, is_margin))
        .where(*chosen, _ENTRY.c.id == _MARK.c.entry_id, _ENTRY.c.id <= _MARGIN.c.entry_id)
    )
    of_user = sa.and_(_MARK.c.user_name == user, sa.exists(before.correlate(_MARK)))
    connection.execute(sa.update(_MARK).where(of_user).values(is_read=None))
    useless = sa.and_(_MARK.c.is_read.is_(None), sa.not_(_MARK.c.is_starred))
    connection.execute(sa.delete(_MARK).where(of_user, useless))


def _up_to(connection: sa.Connection, until: datetime | None) -> Iterator[sa.ColumnElement[bool]]:
    """Yield the condition for entries up to the last one that was first seen until a time."""
    if until is not None:
        last = sa.select(_ENTRY.c.id).where(_ENTRY.c.first_seen_at <= until)
        number = connection.scalar(last.order_by(_ENTRY.c.id.desc()).limit(1))
        yield _ENTRY.c.id <= (number or 0)
