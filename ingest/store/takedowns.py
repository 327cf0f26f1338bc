"""Store, list and undo takedowns. A takedown records which entries were erased, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from ingest.errors import UsageError
from ingest.messages import message
from ingest.store import refusals
from ingest.store.feed_state import WITHOUT_VALIDATORS
from models import Feed, Takedown, Tombstone

_COLUMNS = tuple(Takedown.__table__.columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stone:
    """A tombstone: a text that names what must not be stored again, with its feed and entry.

    The text `identity` has one of the forms that `refusals` lists, such as `feed:ID`.
    """

    identity: str
    feed_id: int | None = None
    entry_id: int | None = None


def record(
    connection: sa.Connection, kind: str, target: str, reason: str, *, entries: int, at: datetime
) -> int:
    """Store a takedown; return its id."""
    columns = {"kind": kind, "target": target, "reason": reason, "entries": entries, "taken_at": at}
    return connection.scalar(sa.insert(Takedown).values(columns).returning(Takedown.id)) or 0


def put_up(connection: sa.Connection, takedown_id: int, stones: Iterable[Stone]) -> None:
    """Store the tombstones of a takedown, which name what must not be stored again."""
    rows = [{"takedown_id": takedown_id} | asdict(stone) for stone in stones]
    if rows:
        connection.execute(sa.insert(Tombstone), rows)


def refused_feeds(connection: sa.Connection, urls: Iterable[str]) -> dict[str, str]:
    """Return the addresses of feeds that were taken down, with a sentence about each takedown."""
    if not refusals.is_any(connection):
        return {}
    reasons: dict[str, str] = {}
    for url in urls:
        feed_id = connection.scalar(sa.select(Feed.id).where(Feed.url == url))
        identities = [*refusals.hosts_of(url), *([refusals.of_feed(feed_id)] if feed_id else [])]
        if reason := _reason(connection, Tombstone.identity.in_(identities)):
            reasons[url] = reason
    return reasons


def refuse_feed(connection: sa.Connection, url: str) -> None:
    """Raise `UsageError` if the feed at this address was taken down."""
    if reason := refused_feeds(connection, [url]).get(url):
        raise UsageError(reason)


def reason_of(connection: sa.Connection, entry_id: int) -> str | None:
    """Return a sentence that says when and why an entry was erased, or None."""
    return _reason(connection, Tombstone.entry_id == entry_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What was taken down, when, and the reason that was given."""

    target: str
    day: date
    reason: str


def removal_of(
    connection: sa.Connection, *, entry_id: int | None = None, feed_id: int | None = None
) -> Removal | None:
    """Return the takedown that erased an entry, or that of a feed; None if there is none."""
    condition = Tombstone.entry_id == entry_id
    if feed_id is not None:
        condition = Tombstone.identity == refusals.of_feed(feed_id)
    row = _takedown(connection, condition)
    return row and Removal(target=row.target, day=row.taken_at.date(), reason=row.reason)


def _takedown(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> sa.Row[Any] | None:
    query = sa.select(*_COLUMNS).join(Tombstone, Tombstone.takedown_id == Takedown.id)
    return connection.execute(query.where(condition).order_by(Takedown.id)).first()


def _reason(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> str | None:
    row = _takedown(connection, condition)
    if row is None:
        return None
    target, day, reason, number = row.target, f"{row.taken_at:%Y-%m-%d}", row.reason, row.id
    return message(
        f"{target} was taken down on {day} ({reason}); "
        f"to allow it again: guidang takedown undo {number}"
    )


def every(connection: sa.Connection) -> list[dict[str, Any]]:
    """Return all takedowns, oldest first; `undone_at` is set for those that were undone."""
    query = sa.select(*_COLUMNS).order_by(Takedown.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def undo(connection: sa.Connection, takedown_id: int, *, now: datetime) -> str:
    """Undo a takedown, so that its entries may be stored again; return its target.

    Its feeds are put on the list again. The next polls read whole documents, and store the entries
    that these still contain. Raise `UsageError` if there is no such takedown.
    """
    query = sa.select(*_COLUMNS).where(Takedown.id == takedown_id, Takedown.undone_at.is_(None))
    row = connection.execute(query).first()
    if row is None:
        raise UsageError(f"there is no takedown {takedown_id}; see: guidang takedown list")
    own = sa.select(Tombstone.feed_id).where(Tombstone.takedown_id == takedown_id)
    feeds = [feed_id for feed_id in connection.scalars(own.distinct()) if feed_id is not None]
    _bring_back(connection, feeds, row.taken_at, now)
    connection.execute(sa.delete(Tombstone).where(Tombstone.takedown_id == takedown_id))
    undone = sa.update(Takedown).where(Takedown.id == takedown_id).values(undone_at=now)
    connection.execute(undone)
    return str(row.target)


def _bring_back(
    connection: sa.Connection, feeds: Sequence[int], taken_at: datetime, now: datetime
) -> None:
    """Put the feeds that a takedown removed on the list again, and poll them soon."""
    back = {"removed_at": None, "next_poll_at": now, "next_poll_reason": "a takedown was undone"}
    removed = sa.update(Feed).where(Feed.id.in_(feeds), Feed.removed_at == taken_at)
    connection.execute(removed.values(back))
    connection.execute(sa.update(Feed).where(Feed.id.in_(feeds)).values(WITHOUT_VALIDATORS))
