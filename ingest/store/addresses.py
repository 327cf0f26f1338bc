"""Former and additional addresses of entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from ingest.reading.dedupe import link_key_of
from ingest.store import refusals
from ingest.store.statements import in_batches, insert_if_new, insert_into, table_of
from ingest.values import KnownEntry, NormalEntry, Verdict, VerdictKind
from models import Address, Entry

# The largest number of former addresses that are stored for an entry. Some feeds change all their
# addresses repeatedly.
_MOST = 20
_ENTRY, _ADDRESS = table_of(Entry), table_of(Address)
_OF_ADDRESS = ("key", "guid", "link", "link_key")
_NAMES = tuple(name for name in KnownEntry.__dataclass_fields__ if name != "is_former")


def known_by(
    connection: sa.Connection, feed_id: int, column: str, values: Iterable[str]
) -> list[KnownEntry]:
    """Return the entries of a feed that have one of `values` in `column` of a former address."""
    found: list[KnownEntry] = []
    for some in in_batches(sorted(values)):
        rows = connection.execute(_known_by(column), {"of_feed": feed_id, "values": some})
        found += [KnownEntry(**row, is_former=True) for row in rows.mappings()]
    return found


@cache
def _known_by(column: str) -> sa.Select[Any]:
    columns = [(_ADDRESS if name in _OF_ADDRESS else _ENTRY).c[name] for name in _NAMES]
    return (
        sa.select(*columns)
        .join(_ENTRY, _ENTRY.c.id == _ADDRESS.c.entry_id)
        .where(
            _ADDRESS.c.feed_id == sa.bindparam("of_feed"),
            _ADDRESS.c[column].in_(sa.bindparam("values", expanding=True)),
        )
    )


def known_links(connection: sa.Connection, feed_id: int, link_keys: Iterable[str]) -> set[str]:
    """Return those of these link keys that entries of the feed have or had, or that are refused."""
    link_keys = list(link_keys)
    found = refusals.refused_links(connection, feed_id, link_keys)
    for some in in_batches(sorted(link_keys)):
        for table in (_ENTRY, _ADDRESS):
            query = sa.select(table.c.link_key).where(table.c.feed_id == feed_id)
            found.update(connection.scalars(query.where(table.c.link_key.in_(some))))
    return found


def has_link(connection: sa.Connection, feed_id: int, canonical_link: str) -> bool:
    """Return whether an entry of a feed has, or had, this link."""
    return bool(known_links(connection, feed_id, [link_key_of(canonical_link)]))


def some_links(connection: sa.Connection, feed_id: int, limit: int = 100) -> list[str]:
    """Return the links of up to `limit` entries of a feed, latest stored first."""
    query = sa.select(Entry.link).where(Entry.feed_id == feed_id, Entry.link.is_not(None))
    return list(connection.scalars(query.order_by(Entry.id.desc()).limit(limit)))


def others(connection: sa.Connection, entry_id: int) -> list[str]:
    """Return the links of an entry, except its current link, in the order of storage."""
    query = sa.select(Address.link).join(Entry, Entry.id == Address.entry_id)
    query = query.where(Address.entry_id == entry_id, Address.link != Entry.link)
    return list(dict.fromkeys(connection.scalars(query.order_by(Address.noted_at, Address.id))))


def entries_at(connection: sa.Connection, link_key: str) -> list[int]:
    """Return the ids of the entries, in all feeds, that have or had this link."""
    present = sa.select(Entry.id).where(Entry.link_key == link_key)
    former = sa.select(Address.entry_id).where(Address.link_key == link_key)
    return sorted(connection.scalars(present.union(former)))


def take(
    connection: sa.Connection,
    verdicts: Iterable[Verdict],
    captures: Mapping[bytes, int],
    at: datetime,
) -> list[int]:
    """Store new addresses of moved entries; keep their old addresses as former addresses.

    `captures` maps the digest of an entry's bytes to the id of the stored bytes. Return the ids of
    the moved entries; the caller marks these entries as due.
    """
    moved = [(v.known.id, v.entry) for v in verdicts if v.moved and v.known]
    note_present(connection, [entry_id for entry_id, _ in moved], at)
    for entry_id, entry in moved:
        present = {name: getattr(entry, name) for name in _OF_ADDRESS}
        columns: dict[str, Any] = present | {"capture_id": captures[entry.raw.digest]}
        connection.execute(sa.update(Entry).where(Entry.id == entry_id).values(columns))
    return [entry_id for entry_id, _ in moved]


def note_replaced(connection: sa.Connection, verdicts: Iterable[Verdict], at: datetime) -> None:
    """Store the old address of each entry whose address changes, as a former address.

    Call this before the entries are edited.
    """
    edits = [v for v in verdicts if v.kind is VerdictKind.EDITED]
    note_present(connection, [v.known.id for v in edits if v.known and v.moved], at)
    replaced = [
        v.known.id
        for v in edits
        if v.known and not v.moved and v.entry.link_key != v.known.link_key
    ]
    note_present(connection, replaced, at, key=Entry.link_key)


def note_present(
    connection: sa.Connection,
    entry_ids: Sequence[int],
    at: datetime,
    *,
    key: sa.ColumnElement[Any] | Any = Entry.key,
) -> None:
    """Store the current addresses of entries as former addresses."""
    for some in in_batches(entry_ids):
        insert = _insert_present(connection.dialect.name, key)
        connection.execute(insert, {"entries": some, "at": at})


@cache
def _insert_present(dialect: str, key: sa.ColumnElement[Any] | Any) -> Any:
    count = sa.select(sa.func.count()).where(Address.entry_id == Entry.id).scalar_subquery()
    now = sa.bindparam("at", type_=_ADDRESS.c.noted_at.type)
    present = sa.select(
        Entry.feed_id, Entry.id, key, Entry.guid, Entry.link, Entry.link_key, now
    ).where(
        Entry.id.in_(sa.bindparam("entries", expanding=True)),
        sa.or_(Entry.link_key.is_not(None), Entry.guid.is_not(None)),
        key.is_not(None),
        count < _MOST,
    )
    names = ["feed_id", "entry_id", *_OF_ADDRESS, "noted_at"]
    return insert_if_new(dialect, Address).from_select(names, present)


def note_others(connection: sa.Connection, verdicts: Iterable[Verdict], at: datetime) -> None:
    """Store the addresses that old documents give for known entries as additional addresses."""
    rows = [
        _row(verdict.known.id, verdict.entry) | {"noted_at": at}
        for verdict in verdicts
        if verdict.moved and verdict.known and not verdict.known.is_former
    ]
    if rows:
        of_feed = sa.select(Entry.feed_id).where(Entry.id == rows[0]["entry_id"])
        feed_id = connection.scalar(of_feed)
        insert = insert_into(connection, Address).on_conflict_do_nothing()
        connection.execute(insert, [row | {"feed_id": feed_id} for row in rows])


def _row(entry_id: int, entry: NormalEntry) -> dict[str, Any]:
    return {"entry_id": entry_id} | {name: getattr(entry, name) for name in _OF_ADDRESS}
