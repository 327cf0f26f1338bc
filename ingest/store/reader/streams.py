"""Query which entries a stream has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias

import sqlalchemy as sa

from ingest.store.statements import table_of
from models import Entry, Feed, ReaderMargin, ReaderMark

State: TypeAlias = Literal["read", "unread", "starred"]
_ENTRY, _FEED = table_of(Entry), table_of(Feed)
_MARK, _MARGIN = table_of(ReaderMark), table_of(ReaderMargin)
# Entries are read in the order of their ids, so bounds on the ids save reading all others. Adding 0
# keeps the databases from looking for these bounds in the same order.
_OTHER = _ENTRY.alias("other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Entries of feeds on the list: of one feed, of a label, or with a state; else all.

    A label is a category of a feed.
    """

    feed_id: int | None = None
    label: str | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The part of a stream that a feed reader asks for.

    The entries are those of `stream`, of each of `within` and of none of `without`, first seen from
    `since` until before `until`. `after` is the id of the last entry of the part before.
    """

    stream: Stream
    within: tuple[Stream, ...] = ()
    without: tuple[Stream, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    after: int | None = None
    oldest_first: bool = False


class Listed(NamedTuple):
    """The id of an entry, of its feed, and when it was first seen."""

    id: int
    feed_id: int
    first_seen_at: datetime


# An own mark of the user counts, otherwise the margin of the feed.
IS_READ: sa.ColumnElement[bool] = sa.func.coalesce(
    _MARK.c.is_read, _ENTRY.c.id <= sa.func.coalesce(_MARGIN.c.entry_id, 0), type_=sa.Boolean
)
IS_STARRED: sa.ColumnElement[bool] = sa.func.coalesce(
    _MARK.c.is_starred, sa.false(), type_=sa.Boolean
)


def with_marks(query: sa.Select[Any], user: str) -> sa.Select[Any]:
    """Return a query for entries, joined with their feeds on the list and the user's marks."""
    is_mark = sa.and_(_MARK.c.entry_id == _ENTRY.c.id, _MARK.c.user_name == user)
    is_margin = sa.and_(_MARGIN.c.feed_id == _ENTRY.c.feed_id, _MARGIN.c.user_name == user)
    joined = _ENTRY.join(_FEED, _FEED.c.id == _ENTRY.c.feed_id)
    joined = joined.outerjoin(_MARK, is_mark).outerjoin(_MARGIN, is_margin)
    return query.select_from(joined).where(_FEED.c.removed_at.is_(None))


def ids_in(connection: sa.Connection, part: Part, user: str, size: int) -> list[Listed]:
    """Return the entries of a part of a stream, the newest first unless it says otherwise."""
    query = with_marks(sa.select(_ENTRY.c.id, _ENTRY.c.feed_id, _ENTRY.c.first_seen_at), user)
    query = query.where(*_conditions(connection, part, user))
    number = _ENTRY.c.id
    query = query.order_by(number.asc() if part.oldest_first else number.desc())
    return [Listed(*row) for row in connection.execute(query.limit(size))]


def _conditions(
    connection: sa.Connection, part: Part, user: str
) -> Iterator[sa.ColumnElement[bool]]:
    for one in (part.stream, *part.within):
        yield condition_of(connection, one, user)
    for one in part.without:
        yield sa.not_(condition_of(connection, one, user))
    if part.since is not None:
        first = sa.select(sa.func.min(_OTHER.c.id + 0)).where(_OTHER.c.first_seen_at >= part.since)
        yield _ENTRY.c.id >= first.scalar_subquery()
        yield _ENTRY.c.first_seen_at >= part.since
    if part.until is not None:
        last = sa.select(sa.func.max(_OTHER.c.id + 0)).where(_OTHER.c.first_seen_at < part.until)
        yield _ENTRY.c.id <= last.scalar_subquery()
        yield _ENTRY.c.first_seen_at < part.until
    if part.after is not None:
        number = _ENTRY.c.id
        yield number > part.after if part.oldest_first else number < part.after


def condition_of(connection: sa.Connection, stream: Stream, user: str) -> sa.ColumnElement[bool]:
    """Return the condition, in a query with marks, that an entry is in a stream."""
    conditions: list[sa.ColumnElement[bool]] = [sa.true()]
    if stream.feed_id is not None:
        conditions.append(_ENTRY.c.feed_id == stream.feed_id)
    if stream.label is not None:
        conditions.append(_ENTRY.c.feed_id.in_(feeds_with(connection, stream.label)))
    if stream.state == "read":
        # The bound changes nothing, but saves looking through all entries if few were read.
        conditions += [_ENTRY.c.id <= _last_read(user), IS_READ]
    elif stream.state == "unread":
        conditions.append(sa.not_(IS_READ))
    elif stream.state == "starred":
        starred = sa.select(_MARK.c.entry_id).where(_MARK.c.user_name == user, _MARK.c.is_starred)
        conditions.append(_ENTRY.c.id.in_(starred))
    return sa.and_(*conditions)


def _last_read(user: str) -> sa.ScalarSelect[int]:
    """Return the query for the largest id of an entry that a user has read; 0 if there is none."""
    margins = sa.select(_MARGIN.c.entry_id).where(_MARGIN.c.user_name == user)
    marks = sa.select(_MARK.c.entry_id).where(_MARK.c.user_name == user, _MARK.c.is_read)
    both = sa.union_all(margins, marks).subquery()
    return sa.select(sa.func.coalesce(sa.func.max(both.c.entry_id), 0)).scalar_subquery()


def feeds_with(connection: sa.Connection, label: str) -> list[int]:
    """Return the feeds on the list that have a category."""
    query = sa.select(_FEED.c.id, _FEED.c.settings, _FEED.c.categories)
    rows = connection.execute(query.where(_FEED.c.removed_at.is_(None)))
    return [row.id for row in rows if label in labels_of(row.settings, row.categories)]


def labels_of(settings: dict[str, Any], categories: list[str]) -> list[str]:
    """Return the categories of a feed: those that the user set, otherwise those of RSSHub."""
    return list(settings.get("categories") or categories)
