"""Query what the web page of an entry shows: neighbours, versions, and the publisher's bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ingest.reading.documents.packing import unpack
from ingest.store import listings
from ingest.store.captures import ERASED
from ingest.store.conditions import entry_date
from ingest.store.likeness.listing import cluster_with
from ingest.store.statements import table_of
from ingest.views.duplicates import Cluster
from models import Capture, Entry, PollRow, Revision

MOST_VERSIONS = 100
MOST_DUPLICATES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """The next older or next newer entry of the same feed."""

    id: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierVersion:
    """A version of an entry before an edit; the publisher showed it from `seen_at` on."""

    version: int
    title: str
    seen_at: datetime
    replaced_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The publisher's document from which the present version of an entry was read.

    `polled_at` is the start of the poll that fetched it, or None if a backfill brought it.
    `charset` is the charset with which the poll decoded the document. `declared_charset` is the
    charset that the document declared. `is_erased` means that the bytes are gone, because another
    entry of the document was taken down.
    """

    url: str
    digest: str
    captured_at: datetime
    polled_at: datetime | None
    charset: str | None
    declared_charset: str | None
    is_erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """An entry with all that its web page shows; `facts` is what `listings.facts_of` returns.

    `versions` are its earlier versions, the latest first, at most `MOST_VERSIONS`. `cluster` has at
    most `MOST_DUPLICATES` other entries.
    """

    facts: dict[str, Any]
    feed_id: int
    versions: tuple[EarlierVersion, ...]
    cluster: Cluster | None
    older: Neighbour | None
    newer: Neighbour | None
    source: Source


def entry_page(connection: sa.Connection, entry_id: int) -> EntryPage | None:
    """Return what the web page of an entry shows, or None if there is no such entry."""
    facts = listings.facts_of(connection, entry_id)
    if facts is None:
        return None
    row = connection.execute(_PLACE, {"id": entry_id}).one()
    place = {"feed": row.feed_id, "at": row.at, "id": entry_id}
    return EntryPage(
        facts=facts,
        feed_id=row.feed_id,
        versions=_versions(connection, entry_id) if facts["version"] > 1 else (),
        cluster=cluster_with(connection, entry_id, MOST_DUPLICATES),
        older=_neighbour(connection, _OLDER, place),
        newer=_neighbour(connection, _NEWER, place),
        source=_source(connection, row),
    )


def _versions(connection: sa.Connection, entry_id: int) -> tuple[EarlierVersion, ...]:
    """Return the earlier versions of an entry without their texts, the latest first."""
    columns = Revision.version, Revision.title, Revision.seen_at, Revision.replaced_at
    query = sa.select(*columns).where(Revision.entry_id == entry_id)
    rows = connection.execute(query.order_by(Revision.version.desc()).limit(MOST_VERSIONS))
    return tuple(EarlierVersion(**row) for row in rows.mappings())


# The queries are built only once, because building takes longer than running them.
_PLACE = (
    sa.select(
        Entry.feed_id,
        entry_date.label("at"),
        Capture.url,
        Capture.digest,
        Capture.captured_at,
        (Capture.body == ERASED).label("is_erased"),
    )
    .join(Capture, Capture.id == Entry.capture_id)
    .where(Entry.id == sa.bindparam("id"))
)
_LAST_POLL = (
    sa.select(PollRow)
    .where(PollRow.feed_id == sa.bindparam("feed"), PollRow.started_at <= sa.bindparam("at"))
    .order_by(PollRow.started_at.desc())
    .limit(1)
)


def _source(connection: sa.Connection, row: sa.Row[Any]) -> Source:
    """Return the document from which an entry was read; `row` has its feed and its stored bytes."""
    began = {"feed": row.feed_id, "at": row.captured_at}
    last = connection.execute(_LAST_POLL, began).first()
    poll = last if last is not None and row.captured_at <= _end_of(last) else None
    return Source(
        url=row.url,
        digest=row.digest.hex(),
        captured_at=row.captured_at,
        polled_at=poll and poll.started_at,
        charset=poll and poll.encoding_used,
        declared_charset=poll and poll.encoding_declared,
        is_erased=row.is_erased,
    )


def _end_of(poll: sa.Row[Any]) -> datetime:
    """Return the latest possible end of a poll, because stored times have whole seconds."""
    end: datetime = poll.started_at + timedelta(seconds=poll.seconds + 1)
    return end


def _neighbour(
    connection: sa.Connection, query: sa.Select[int, str], place: Mapping[str, Any]
) -> Neighbour | None:
    """Return the next newer or next older entry of a feed, or None.

    `place` has the feed, the date and the id of the given entry.
    """
    row = connection.execute(query, place).first()
    return Neighbour(id=row.id, title=row.title) if row else None


def _neighbours(*, are_newer: bool) -> sa.Select[int, str]:
    """Return the query for the next entry of a feed in one direction."""
    at, number = entry_date, table_of(Entry).c.id
    day: sa.BindParameter[Any] = sa.bindparam("at", type_=entry_date.type)
    own: sa.BindParameter[int] = sa.bindparam("id")
    if are_newer:
        beyond = sa.and_(at >= day, sa.or_(at > day, number > own))
        order = at.asc(), number.asc()
    else:
        beyond = sa.and_(at <= day, sa.or_(at < day, number < own))
        order = at.desc(), number.desc()
    query = sa.select(Entry.id, Entry.title).where(Entry.feed_id == sa.bindparam("feed"), beyond)
    return query.order_by(*order).limit(1)


_OLDER, _NEWER = _neighbours(are_newer=False), _neighbours(are_newer=True)


def version(
    connection: sa.Connection, entry_id: int, number: int
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return an earlier version of an entry and the version after it; None if there is none.

    Each has its title, HTML, lead image, language, number and the time when it was first seen.
    """
    earlier = _version(connection, Revision, Revision.entry_id == entry_id, number)
    if earlier is None:
        return None
    later = _version(connection, Revision, Revision.entry_id == entry_id, number + 1)
    later = later or _version(connection, Entry, Entry.id == entry_id, number + 1)
    return (earlier, later) if later else None


def _version(
    connection: sa.Connection,
    table: type[Entry | Revision],
    is_of_entry: sa.ColumnElement[bool],
    number: int,
) -> dict[str, Any] | None:
    columns = table.title, table.html, table.lead_image, table.language, table.version
    query = sa.select(*columns, table.seen_at).where(is_of_entry, table.version == number)
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def bytes_of(connection: sa.Connection, entry_id: int) -> bytes | None:
    """Return the bytes from which the present version of an entry was read.

    Return None if there is no such entry, and no bytes if they were erased with another entry.
    """
    query = sa.select(Capture.body).join(Entry, Entry.capture_id == Capture.id)
    body = connection.scalar(query.where(Entry.id == entry_id))
    return None if body is None else unpack(body)
