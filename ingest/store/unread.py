"""Store entries that could not be read, with their bytes, until a replay can read them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ingest.reading.documents.packing import unpack
from ingest.reading.read import BrokenEntry
from ingest.store.captures import Body, Seen
from ingest.store.statements import in_batches, insert_into, table_of
from ingest.values import Changes, NormalEntry, Verdict
from models import Capture, Feed, Unread

_MOST_LISTED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadEntry:
    """An entry that could not be read, with the document that contains it."""

    id: int
    item_digest: bytes
    name: str
    reason: str
    is_past: bool
    as_of: datetime | None
    first_seen_at: datetime
    url: str
    content_type: str | None
    body: bytes


def bodies(seen: Seen, broken: Iterable[BrokenEntry]) -> Iterator[Body]:
    """Yield the bytes of entries that could not be read."""
    for one in broken:
        yield one.raw, seen.url, seen.content_type


def keep(
    connection: sa.Connection,
    seen: Seen,
    broken: Sequence[BrokenEntry],
    captures: Mapping[bytes, int],
    changes: Changes,
) -> None:
    """Store that entries could not be read, with the reason.

    If this is stored already, only the reason is replaced.
    """
    rows = [
        {
            "feed_id": seen.feed_id,
            "item_digest": one.item_digest,
            "key": one.key,
            "capture_id": captures[one.raw.digest],
            "name": one.name,
            "reason": str(one.fault),
            "is_past": changes.is_past,
            "as_of": changes.as_of if changes.is_past else seen.at,
            "first_seen_at": seen.at,
        }
        for one in {one.item_digest: one for one in broken}.values()
    ]
    if rows:
        insert = insert_into(connection, Unread)
        same = ["feed_id", "item_digest"]
        again = {"reason": insert.excluded.reason}
        connection.execute(insert.on_conflict_do_update(index_elements=same, set_=again), rows)


@dataclass(frozen=True, slots=True)
class Mark:
    """The record that an entry could not be read."""

    item_digest: bytes
    key: str | None
    first_seen_at: datetime


def marks(connection: sa.Connection, feed_id: int) -> list[Mark]:
    """Return the records of the entries of a feed that could not be read, newest first."""
    return [Mark(*row) for row in connection.execute(_MARKS, {"of_feed": feed_id})]


_UNREAD = table_of(Unread)
_OF_FEED = _UNREAD.c.feed_id == sa.bindparam("of_feed")
_MARKS = (
    sa.select(_UNREAD.c.item_digest, _UNREAD.c.key, _UNREAD.c.first_seen_at)
    .where(_OF_FEED)
    .order_by(_UNREAD.c.id.desc())
)


def first_seen(marked: Iterable[Mark], new: Iterable[Verdict]) -> dict[str, datetime]:
    """Return when new entries that could not be read before were first seen, by entry key."""
    since: dict[str | bytes | None, datetime] = {}
    for mark in marked:
        since |= {mark.item_digest: mark.first_seen_at, mark.key: mark.first_seen_at}
    if not since:
        return {}
    dates = ((v.entry.key, since.get(v.entry.item_digest, since.get(v.entry.key))) for v in new)
    return {key: at for key, at in dates if at is not None}


def forget_read(
    connection: sa.Connection,
    feed_id: int,
    marked: Iterable[Mark],
    entries: Iterable[NormalEntry],
) -> None:
    """Delete the records of unreadable entries that have now been read from the same bytes."""
    digests = {mark.item_digest for mark in marked}
    digests = digests and digests & {entry.item_digest for entry in entries}
    for some in in_batches(sorted(digests)):
        connection.execute(_FORGET, {"of_feed": feed_id, "digests": some})


_FORGET = sa.delete(_UNREAD).where(
    _OF_FEED, _UNREAD.c.item_digest.in_(sa.bindparam("digests", expanding=True))
)


def forget(connection: sa.Connection, unread_id: int) -> None:
    """Delete the record that an entry could not be read."""
    connection.execute(sa.delete(Unread).where(Unread.id == unread_id))


def unmarked(connection: sa.Connection, feed_id: int, digests: Collection[bytes]) -> list[bytes]:
    """Return the given digests, except those of bytes that are stored as unreadable."""
    query = sa.select(Unread.item_digest).where(Unread.feed_id == feed_id)
    marked = set(connection.scalars(query))
    return [digest for digest in digests if digest not in marked]


def of_feed(
    connection: sa.Connection, feed_id: int, *, after: int = 0, limit: int = 100
) -> list[UnreadEntry]:
    """Return unreadable entries of a feed with their bytes, in order, with ids above `after`."""
    own = (name for name in UnreadEntry.__dataclass_fields__ if name in Unread.__table__.columns)
    query = (
        sa.select(
            *(getattr(Unread, name) for name in own),
            Capture.url,
            Capture.content_type,
            Capture.body,
        )
        .join(Capture, Capture.id == Unread.capture_id)
        .where(Unread.feed_id == feed_id, Unread.id > after)
        .order_by(Unread.id)
        .limit(limit)
    )
    rows = connection.execute(query).mappings()
    return [UnreadEntry(**{**row, "body": unpack(row["body"])}) for row in rows]


def count(connection: sa.Connection) -> int:
    """Return how many entries could not be read."""
    return connection.scalar(sa.select(sa.func.count(Unread.id))) or 0


def listed(connection: sa.Connection) -> list[dict[str, object]]:
    """Return the latest entries that could not be read, of all feeds, for display."""
    query = (
        sa.select(
            Unread.feed_id,
            sa.func.coalesce(Feed.title, Feed.slug).label("feed"),
            Unread.name,
            Unread.reason,
            Unread.first_seen_at.label("since"),
        )
        .join(Feed, Feed.id == Unread.feed_id)
        .order_by(Unread.id.desc())
        .limit(_MOST_LISTED)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
