"""List the publisher's documents as they were seen, for web archives: by feed, newest first.

Guidang stores a feed's document as several captures. A capture is a small document with the bytes
of one entry. Captures of the same document have the same address and time, and are in the same
batch. If a capture was seen several times, only the record of the newest time has the bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from ingest.reading.documents.packing import unpack
from ingest.store.export_pages import Choice, Place
from ingest.store.exports import feed_facts
from ingest.store.statements import in_batches, table_of
from ingest.values.exports import Sighting
from models import Capture, Entry, Revision, Unread

if TYPE_CHECKING:
    from ingest.database import Database

_IN_ONE_PAGE = 20_000
_ENTRY, _REVISION = table_of(Entry), table_of(Revision).alias("earlier")
_CAPTURE, _UNREAD = table_of(Capture), table_of(Unread)
_AT = _ENTRY.c.seen_at.type


class Sightings(NamedTuple):
    """Documents in order, and the position after them, from which an export can continue."""

    entries: list[Sighting]
    place: Place


class _Version(NamedTuple):
    """A version of an entry, or an unreadable entry, with the ids of its stored bytes."""

    at: datetime
    kind: int
    id: int
    capture_id: int
    page_capture_id: int | None


def sightings(
    database: Database, choice: Choice, *, size: int, after: Place | None = None
) -> Iterator[Sightings]:
    """Yield the documents of the chosen entries and of their earlier versions, in batches."""
    facts = database.query(feed_facts)
    for slug, feed_id in sorted((feed.slug, number) for number, feed in facts.items()):
        if (after and slug < after.key) or feed_id not in (choice.feed_ids or [feed_id]):
            continue
        before = after.at if after and slug == after.key else None
        for versions in _groups(_versions(database, choice, feed_id, before), size):
            found = database.query(_sightings, choice, feed_id, versions)
            yield Sightings(found, Place(versions[-1].at, slug))


def _groups(versions: Iterable[_Version], size: int) -> Iterator[list[_Version]]:
    """Yield versions in groups of about `size`; versions with the same time stay together."""
    group: list[_Version] = []
    for _, same in groupby(versions, key=lambda one: one.at):
        group += same
        if len(group) >= size:
            yield group
            group = []
    if group:
        yield group


def _versions(
    database: Database, choice: Choice, feed_id: int, before: datetime | None
) -> Iterator[_Version]:
    cursor = (before, 9, 0) if before else None  # 9 is larger than any kind
    while True:
        page = database.query(_page, choice, feed_id, cursor)
        yield from page
        if len(page) < _IN_ONE_PAGE:
            return
        cursor = page[-1][:3]


def _page(
    connection: sa.Connection,
    choice: Choice,
    feed_id: int,
    cursor: tuple[datetime, int, int] | None,
) -> list[_Version]:
    """Return the next versions of a feed's entries, newest first, then by kind and id."""
    every = sa.union_all(*_kinds(connection, choice, feed_id)).subquery()
    column = every.c
    query = sa.select(column.at, column.kind, column.id, column.capture_id, column.page_id)
    if cursor is not None:
        at = sa.literal(cursor[0], _AT)
        later = sa.or_(
            column.kind > cursor[1], sa.and_(column.kind == cursor[1], column.id > cursor[2])
        )
        query = query.where(sa.or_(column.at < at, sa.and_(column.at == at, later)))
    query = query.order_by(column.at.desc(), column.kind, column.id).limit(_IN_ONE_PAGE)
    return [_Version(*row) for row in connection.execute(query)]


def _kinds(connection: sa.Connection, choice: Choice, feed_id: int) -> Iterator[sa.Select[Any]]:
    """Yield queries for current texts, earlier versions, restored texts and unreadable entries.

    A restored text was replaced by another text, and is current again. The query for restored texts
    has the time when such a text was first seen.
    """
    chosen = sa.and_(_ENTRY.c.feed_id == feed_id, choice.condition(connection))
    for kind, table in enumerate((_ENTRY, _REVISION)):
        query = _columns(table.c.seen_at, kind, table.c.id, table, table.c.page_capture_id)
        if table is _REVISION:
            query = query.join_from(_REVISION, _ENTRY, _ENTRY.c.id == _REVISION.c.entry_id)
        yield query.where(chosen)
    again = _columns(_ENTRY.c.said_before_at, 2, _ENTRY.c.id, _ENTRY, _ENTRY.c.page_capture_id)
    yield again.where(chosen, _ENTRY.c.said_before_at.is_not(None))
    if choice.has_all_entries:
        unread = _columns(_UNREAD.c.first_seen_at, 3, _UNREAD.c.id, _UNREAD, sa.null())
        yield unread.where(_UNREAD.c.feed_id == feed_id)


def _columns(at: Any, kind: int, number: Any, table: sa.FromClause, page: Any) -> sa.Select[Any]:
    return sa.select(
        at.label("at"),
        sa.literal(kind).label("kind"),
        number.label("id"),
        table.c.capture_id.label("capture_id"),
        sa.cast(page, sa.BigInteger).label("page_id"),
    )


def _sightings(
    connection: sa.Connection, choice: Choice, feed_id: int, versions: Sequence[_Version]
) -> list[Sighting]:
    numbers = sorted({number for one in versions for number in one[3:] if number is not None})
    captures = _captures(connection, numbers)
    span = _first_and_last(connection, choice, feed_id, numbers)
    found = []
    for at, same in groupby(versions, key=lambda one: one.at):
        together = list(same)
        pages = [one.page_capture_id for one in together if one.page_capture_id is not None]
        for number in dict.fromkeys([*pages, *(one.capture_id for one in together)]):
            capture, (first, last) = captures[number], span.get(number, (at, at))
            found.append(
                Sighting(
                    at=at,
                    url=capture.url,
                    content_type=capture.content_type,
                    body=unpack(capture.body),
                    is_page=number in pages,
                    is_repeated=first != last,
                    newest_at=last,
                )
            )
    return found


def _captures(connection: sa.Connection, numbers: Sequence[int]) -> dict[int, Any]:
    found = {}
    columns = [_CAPTURE.c[name] for name in ("id", "url", "content_type", "body")]
    for some in in_batches(numbers):
        query = sa.select(*columns).where(_CAPTURE.c.id.in_(some))
        found.update({row.id: row for row in connection.execute(query)})
    return found


def _first_and_last(
    connection: sa.Connection, choice: Choice, feed_id: int, numbers: Sequence[int]
) -> dict[int, tuple[datetime, datetime]]:
    """Return, by id, when stored bytes were first and last seen in the chosen versions."""
    every = sa.union_all(*_kinds(connection, choice, feed_id)).subquery()
    found: dict[int, tuple[datetime, datetime]] = {}
    for column in (every.c.capture_id, every.c.page_id):
        for some in in_batches(numbers):
            query = sa.select(column, sa.func.min(every.c.at), sa.func.max(every.c.at))
            query = query.where(column.in_(some)).group_by(column)
            for number, first, last in connection.execute(query):
                known = found.get(number, (first, last))
                found[number] = (min(first, known[0]), max(last, known[1]))
    return found
