"""Erase entries: their rows, versions and bytes.

Followers then delete the files and index rows of these entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

import sqlalchemy as sa

from ingest.reading.documents.packing import unpack
from ingest.reading.shortcuts.split import split
from ingest.store import refusals, takedowns
from ingest.store.captures import ERASED
from ingest.store.due import mark_due
from ingest.store.feed_state import WITHOUT_VALIDATORS
from ingest.store.images import listing as images
from ingest.store.likeness import write as likeness
from ingest.store.search import index
from ingest.store.statements import in_batches
from ingest.store.takedowns import Stone
from ingest.urls import without_secrets
from models import Address, Capture, Entry, Feed, Revision, Unread

_AT_ONCE = 100  # documents read at once, because each may have several megabytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The target of a takedown. `value` is an entry's id, a link key, a feed's id or a host."""

    kind: str
    value: str
    name: str


def entries_of(connection: sa.Connection, target: Target) -> list[int]:
    """Return the ids of the entries that a takedown erases."""
    return sorted(set(connection.scalars(_condition(target))))


def _condition(target: Target) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    if target.kind == "entry":
        return sa.select(Entry.id).where(Entry.id == int(target.value))
    if target.kind == "feed":
        return sa.select(Entry.id).where(Entry.feed_id == int(target.value))
    if target.kind == "url":
        present = sa.select(Entry.id).where(Entry.link_key == target.value)
        former = sa.select(Address.entry_id).where(Address.link_key == target.value)
        return present.union(former)
    of_feeds = sa.select(Entry.id).where(Entry.feed_id.in_(_feeds_at(target.value)))
    return of_feeds.union(sa.select(Entry.id).where(_is_at(Entry.link, target.value)))


def feed_at(connection: sa.Connection, url: str) -> int | None:
    """Return the id of the feed with this address, even if it was removed from the list."""
    return connection.scalar(sa.select(Feed.id).where(Feed.url == url))


def name_of_entry(connection: sa.Connection, entry_id: int) -> str:
    """Return the link of an entry, or its id if it has no link."""
    link = connection.scalar(sa.select(Entry.link).where(Entry.id == entry_id))
    return without_secrets(link) if link else str(entry_id)


def _is_at(column: Any, host: str) -> sa.ColumnElement[bool]:
    """Return the condition that an address has this host or a subdomain of it."""
    spellings = {host, host.encode().decode("idna")}
    patterns = [
        f"%://{before}{name}{after}"
        for name in sorted(spellings)
        for before in ("", "%.", "%@")
        for after in ("", "/%", ":%", "?%", "#%")
    ]
    return sa.or_(*(column.ilike(pattern) for pattern in patterns))


def _feeds_at(host: str) -> sa.Select[Any]:
    return sa.select(Feed.id).where(_is_at(Feed.url, host))


def feeds_of(connection: sa.Connection, target: Target) -> list[int]:
    """Return the ids of the feeds that a takedown removes from the list."""
    if target.kind == "feed":
        return [int(target.value)]
    if target.kind == "host":
        return sorted(connection.scalars(_feeds_at(target.value)))
    return []


def take_down(connection: sa.Connection, target: Target, reason: str, *, now: datetime) -> int:
    """Erase and refuse the entries that a takedown covers; return how many it erased.

    On SQLite, the freed pages of the file are overwritten with zeros.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    entry_ids, feeds = entries_of(connection, target), feeds_of(connection, target)
    takedown_id = takedowns.record(
        connection, target.kind, target.name, reason, entries=len(entry_ids), at=now
    )
    takedowns.put_up(connection, takedown_id, _own_stones(target, feeds))
    for some in in_batches(entry_ids):
        takedowns.put_up(connection, takedown_id, list(_stones_of(connection, some)))
        _erase(connection, some, now=now)
    for feed_id in feeds:
        _remove(connection, feed_id, now=now)
    if is_sqlite:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")
    return len(entry_ids)


def _own_stones(target: Target, feeds: Iterable[int]) -> Iterator[Stone]:
    """Yield the tombstones of a takedown of a link, a host or a feed.

    A tombstone names what must not be stored again.
    """
    if target.kind == "url":
        yield Stone(identity=refusals.of_link(target.value))
    if target.kind == "host":
        yield Stone(identity=refusals.of_host(target.value))
    for feed_id in feeds:
        yield Stone(identity=refusals.of_feed(feed_id), feed_id=feed_id)


def _stones_of(connection: sa.Connection, entry_ids: Sequence[int]) -> Iterator[Stone]:
    """Yield the tombstones of entries, which prevent storing the entries again.

    There is one for each present or former key, and for each link that no other entry has.
    """
    present = sa.select(Entry.id, Entry.feed_id, Entry.key, Entry.link_key)
    former = sa.select(Address.entry_id, Address.feed_id, Address.key, Address.link_key)
    rows = [
        *connection.execute(present.where(Entry.id.in_(entry_ids))),
        *connection.execute(former.where(Address.entry_id.in_(entry_ids))),
    ]
    shared = _links_of_others(connection, entry_ids, {row.link_key for row in rows} - {None})
    for entry_id, feed_id, key, link_key in rows:
        yield Stone(identity=refusals.of_key(feed_id, key), feed_id=feed_id, entry_id=entry_id)
        if link_key is not None and (feed_id, link_key) not in shared:
            identity = refusals.of_link(link_key, feed_id)
            yield Stone(identity=identity, feed_id=feed_id, entry_id=entry_id)


def _links_of_others(
    connection: sa.Connection, entry_ids: Sequence[int], link_keys: set[str]
) -> set[tuple[int, str]]:
    """Return which of these links other entries have too, as pairs of feed id and link key."""
    shared: set[tuple[int, str]] = set()
    for some in in_batches(sorted(link_keys)):
        query = sa.select(Entry.feed_id, Entry.link_key).where(
            Entry.link_key.in_(some), Entry.id.not_in(entry_ids)
        )
        shared.update((row[0], str(row[1])) for row in connection.execute(query))
    return shared


def _erase(connection: sa.Connection, entry_ids: Sequence[int], *, now: datetime) -> None:
    """Delete entries with all their versions and bytes, also from the indexes."""
    likeness.forget(connection, entry_ids, now=now)
    mark_due(connection, entry_ids, now)
    index.forget(connection, entry_ids)
    images.forget_entries(connection, entry_ids)
    captures = _captures_of(connection, entry_ids)
    names = _names_of(connection, entry_ids)
    keys = sa.select(Entry.key).where(Entry.id.in_(entry_ids))
    feeds = sa.select(Entry.feed_id).where(Entry.id.in_(entry_ids))
    connection.execute(sa.delete(Unread).where(Unread.feed_id.in_(feeds), Unread.key.in_(keys)))
    connection.execute(sa.delete(Revision).where(Revision.entry_id.in_(entry_ids)))
    connection.execute(sa.delete(Address).where(Address.entry_id.in_(entry_ids)))
    connection.execute(sa.delete(Entry).where(Entry.id.in_(entry_ids)))
    captures |= set(_documents_with(connection, names))
    for some in in_batches(sorted(captures)):
        connection.execute(sa.delete(Capture).where(Capture.id.in_(some), sa.not_(_IS_USED)))
        blank = sa.update(Capture).where(Capture.id.in_(some)).values(body=ERASED)
        connection.execute(blank)


_IS_USED = sa.or_(
    *(
        sa.exists().where(column == Capture.id)
        for column in (
            Entry.capture_id,
            Entry.page_capture_id,
            Revision.capture_id,
            Revision.page_capture_id,
            Unread.capture_id,
        )
    )
)


def _captures_of(connection: sa.Connection, entry_ids: Sequence[int]) -> set[int]:
    """Return the ids of the documents that entries and their versions were read from."""
    captures: set[int] = set()
    for model, of_entry in ((Entry, Entry.id), (Revision, Revision.entry_id)):
        query = sa.select(model.capture_id, model.page_capture_id).where(of_entry.in_(entry_ids))
        for row in connection.execute(query):
            captures.update(number for number in row if number is not None)
    return captures


def _names_of(connection: sa.Connection, entry_ids: Sequence[int]) -> dict[int, set[bytes]]:
    """Return the guids and links of entries by feed id, both plain and escaped as in a document."""
    names: dict[int, set[bytes]] = {}
    query = sa.select(Entry.feed_id, Entry.guid, Entry.link).where(Entry.id.in_(entry_ids))
    for feed_id, guid, link in connection.execute(query):
        spelled = (form for name in (guid, link) if name for form in (name, escape(name)))
        names.setdefault(feed_id, set()).update(form.encode() for form in spelled)
    return names


def _documents_with(connection: sa.Connection, names: dict[int, set[bytes]]) -> Iterator[int]:
    """Yield the ids of documents that have several entries and contain one of these names.

    `names` has guids and links by feed id. Documents that can be split into single entries are left
    out, because each of their entries is stored separately.
    """
    for feed_id, wanted in names.items():
        last = 0
        while rows := connection.execute(_documents_of(feed_id, last)).all():
            for capture_id, packed in rows:
                body = unpack(packed)
                if any(name in body for name in wanted) and split(body) is None:
                    yield capture_id
            last = rows[-1].id


def _documents_of(feed_id: int, after: int) -> sa.Select[int, bytes]:
    query = sa.select(Capture.id, Capture.body).order_by(Capture.id).limit(_AT_ONCE)
    return query.where(Capture.feed_id == feed_id, Capture.id > after)


def _remove(connection: sa.Connection, feed_id: int, *, now: datetime) -> None:
    """Take a feed off the list, and delete its remaining documents."""
    connection.execute(sa.delete(Unread).where(Unread.feed_id == feed_id))
    connection.execute(sa.delete(Capture).where(Capture.feed_id == feed_id, sa.not_(_IS_USED)))
    removed = {"removed_at": now, **WITHOUT_VALIDATORS}
    connection.execute(sa.update(Feed).where(Feed.id == feed_id).values(removed))
