"""Mark entries as due for followers, in the transaction that changes the entries.

A follower is a task that processes changed entries, such as the search index. An entry is due if a
row of the table `due` names it. A sequence of numbers with a cursor would not work, because
PostgreSQL may commit a lower number after a higher one.

Each row has a random number, its mark, which each change of the entry replaces. After a follower
has processed an entry, it deletes the row only if the mark is still the same: an entry that changed
in the meantime stays due.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ingest.store.statements import in_batches, insert_if_new, table_of
from models import Due, Entry, Follower

_DUE, _ENTRY, _FOLLOWER = table_of(Due), table_of(Entry), table_of(Follower)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """An entry that a follower must process.

    `mark` is a random number; each change of the entry replaces it.
    """

    entry_id: int
    mark: int


def followers(connection: sa.Connection) -> set[str]:
    """Return the names of the followers: the tasks that process changed entries."""
    return set(connection.scalars(sa.select(_FOLLOWER.c.name)))


def followers_at_work(connection: sa.Connection) -> set[str]:
    """Return the followers for which entries are due."""
    has_due = sa.exists().where(_DUE.c.follower == _FOLLOWER.c.name)
    return set(connection.scalars(sa.select(_FOLLOWER.c.name).where(has_due)))


def add_follower(connection: sa.Connection, follower: str) -> None:
    """Add a follower; entries that change from now on are marked as due for it.

    On PostgreSQL, first wait until running transactions end, because they do not mark entries for
    the new follower. If the caller then marks all entries, no change is missed.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("LOCK TABLE follower IN ACCESS EXCLUSIVE MODE"))
    insert = insert_if_new(connection.dialect.name, Follower)
    connection.execute(insert, {"name": follower})


def forget_follower(connection: sa.Connection, follower: str) -> None:
    """Delete a follower and its list of due entries; no more entries are marked for it."""
    connection.execute(sa.delete(_FOLLOWER).where(_FOLLOWER.c.name == follower))
    connection.execute(sa.delete(_DUE).where(_DUE.c.follower == follower))


def mark_due(connection: sa.Connection, entry_ids: Iterable[int], at: datetime) -> None:
    """Mark entries as due, so that every follower processes them.

    `at` is the time of the change.
    """
    for some in in_batches(sorted(set(entry_ids))):
        _mark(connection, _BY_ID, {"entries": some}, at)


def mark_new_due(
    connection: sa.Connection, feed_id: int, keys: Sequence[str], at: datetime
) -> None:
    """Mark new entries, given by their keys, as due, so that every follower processes them."""
    for some in in_batches(keys):
        _mark(connection, _BY_KEY, {"feed": feed_id, "entry_keys": some}, at)


def mark_feed_due(connection: sa.Connection, feed_id: int, at: datetime) -> None:
    """Mark all entries of a feed as due, so that every follower processes them again."""
    _mark(connection, _OF_FEED, {"feed": feed_id}, at)


def mark_due_for(
    connection: sa.Connection, follower: str, entry_ids: Iterable[int], at: datetime
) -> None:
    """Mark entries as due for one follower, so that it processes them again."""
    for some in in_batches(sorted(set(entry_ids))):
        _mark(connection, _BY_ID_FOR_ONE, {"only": follower, "entries": some}, at)


def mark_all_due_for(connection: sa.Connection, follower: str, at: datetime) -> None:
    """Mark all entries as due for one follower, so that it processes them again."""
    _mark(connection, _ALL_FOR_ONE, {"only": follower}, at)


_OF_FEED = _ENTRY.c.feed_id == sa.bindparam("feed")
_BY_ID = _ENTRY.c.id.in_(sa.bindparam("entries", expanding=True))
_BY_KEY = sa.and_(_OF_FEED, _ENTRY.c.key.in_(sa.bindparam("entry_keys", expanding=True)))
_ALL_FOR_ONE = _FOLLOWER.c.name == sa.bindparam("only")
_BY_ID_FOR_ONE = sa.and_(_ALL_FOR_ONE, _BY_ID)


def _mark(
    connection: sa.Connection,
    condition: sa.ColumnElement[bool],
    values: dict[str, Any],
    at: datetime,
) -> None:
    values |= {"new_mark": secrets.randbits(63), "at": at}
    connection.execute(_upsert(connection.dialect.name, condition), values)


_KEY = (_FOLLOWER.c.name, _ENTRY.c.id)


@cache
def _upsert(dialect: str, condition: sa.ColumnElement[bool]) -> Any:
    """Return the statement that marks entries as due with a new random number.

    If an entry is already due, `since` (the time when it became due) is not changed.
    """
    each_for_each = _FOLLOWER.join(_ENTRY, sa.true())
    marks = sa.select(
        *_KEY,
        sa.bindparam("new_mark", type_=_DUE.c.mark.type),
        sa.bindparam("at", type_=_DUE.c.since.type),
    )
    # The order is always the same, so that two transactions cannot deadlock.
    marks = marks.select_from(each_for_each).where(condition).order_by(*_KEY)
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(_DUE)
    insert = insert.from_select(["follower", "entry_id", "mark", "since"], marks)
    return insert.on_conflict_do_update(
        index_elements=["follower", "entry_id"], set_={"mark": insert.excluded.mark}
    )


def take_due(connection: sa.Connection, follower: str, *, after: int, limit: int) -> list[Marked]:
    """Return the next entries that a follower must process, with ids above `after`, in order."""
    values = {"of_follower": follower, "after": after, "most": limit}
    return [Marked(entry_id=row[0], mark=row[1]) for row in connection.execute(_TAKE, values)]


_OF_FOLLOWER = _DUE.c.follower == sa.bindparam("of_follower")
_TAKE = (
    sa.select(_DUE.c.entry_id, _DUE.c.mark)
    .where(_OF_FOLLOWER, _DUE.c.entry_id > sa.bindparam("after"))
    .order_by(_DUE.c.entry_id)
    .limit(sa.bindparam("most"))
)


def take_back(connection: sa.Connection, follower: str, done: Iterable[Marked]) -> None:
    """Delete the marks of processed entries; an entry that changed meanwhile stays due.

    Marks that another transaction is replacing are locked, and are not deleted.
    """
    rows = [{"of_follower": follower, "entry": one.entry_id, "old_mark": one.mark} for one in done]
    if rows:
        connection.execute(_TAKE_BACK, rows)


_UNCHANGED = sa.select(_DUE.c.entry_id).where(
    _OF_FOLLOWER, _DUE.c.entry_id == sa.bindparam("entry"), _DUE.c.mark == sa.bindparam("old_mark")
)
_TAKE_BACK = sa.delete(_DUE).where(
    _OF_FOLLOWER, _DUE.c.entry_id.in_(_UNCHANGED.with_for_update(skip_locked=True))
)


def note_run(connection: sa.Connection, follower: str, now: datetime, *, has_changed: bool) -> None:
    """Store when a follower last ran and whether it changed anything, and clear its error."""
    values = {"of_follower": follower, "now": now, "why": None, "more": int(has_changed)}
    connection.execute(_NOTE_RUN, values)


def note_error(connection: sa.Connection, follower: str, error: str, now: datetime) -> None:
    """Store why a follower's last run failed."""
    values = {"of_follower": follower, "now": now, "why": error, "more": 0}
    connection.execute(_NOTE_RUN, values)


_NOTE_RUN = (
    sa.update(_FOLLOWER)
    .where(_FOLLOWER.c.name == sa.bindparam("of_follower"))
    .values(
        ran_at=sa.bindparam("now"),
        changes=_FOLLOWER.c.changes + sa.bindparam("more"),
        error=sa.bindparam("why"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How many entries a follower must still process, and since when.

    `oldest_at` is when the entry that has been due for longest was marked.
    """

    follower: str
    due: int
    oldest_at: datetime | None
    ran_at: datetime | None
    error: str | None

    def seconds(self, now: datetime) -> float:
        """Return how long the oldest entry has been due; 0 if none is due."""
        return max((now - self.oldest_at).total_seconds(), 0.0) if self.oldest_at else 0.0

    def as_json(self) -> dict[str, object]:
        """Return as JSON how much work a follower must still do, and how its last run ended."""
        return {
            "follower": self.follower,
            "due": self.due,
            "oldest_due_at": self.oldest_at,
            "last_run_at": self.ran_at,
            "last_error": self.error,
        }


def lags(connection: sa.Connection) -> list[Lag]:
    """Return, for each follower, how many entries it must still process; ordered by name."""
    query = (
        sa.select(
            _FOLLOWER.c.name,
            sa.func.count(_DUE.c.entry_id),
            sa.func.min(_DUE.c.since),
            _FOLLOWER.c.ran_at,
            _FOLLOWER.c.error,
        )
        .outerjoin(_DUE, _DUE.c.follower == _FOLLOWER.c.name)
        .group_by(_FOLLOWER.c.name, _FOLLOWER.c.ran_at, _FOLLOWER.c.error)
        .order_by(_FOLLOWER.c.name)
    )
    names = ("follower", "due", "oldest_at", "ran_at", "error")
    return [Lag(**dict(zip(names, row, strict=True))) for row in connection.execute(query)]


def is_due_for(follower: str) -> sa.ColumnElement[bool]:
    """Return the condition that an `Entry` is due for a follower."""
    return sa.exists().where(Due.follower == follower, Due.entry_id == Entry.id)
