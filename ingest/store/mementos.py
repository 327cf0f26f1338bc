"""Query when each version of an entry, or of the entries at an address, was first seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from ingest.reading.dedupe import link_key_of
from ingest.reading.links import canonical_link
from ingest.store.statements import table_of
from models import Address, Entry, Feed, Revision


class Seen(NamedTuple):
    """When a version of an entry was first seen, the entry, and the number of the version."""

    at: datetime
    entry_id: int
    number: int


def versions_seen(connection: sa.Connection, entry_id: int) -> list[Seen]:
    """Return all versions of an entry, in order of time; the present one, too.

    The list is empty if there is no such entry.
    """
    return _versions(connection, [entry_id])


def versions_at(connection: sa.Connection, url: str) -> list[Seen]:
    """Return all versions of the entries, in all feeds, that have or had this link."""
    link = canonical_link(url)
    if link is None:
        return []
    numbers: set[int] = set()
    for table, number in ((table_of(Entry), "id"), (table_of(Address), "entry_id")):
        # With the feeds named, each needs one search in an index.
        of_any = table.c.feed_id.in_(sa.select(Feed.id))
        query = sa.select(table.c[number]).where(of_any, table.c.link_key == link_key_of(link))
        numbers.update(connection.scalars(query))
    return _versions(connection, sorted(numbers))


def _versions(connection: sa.Connection, entry_ids: Sequence[int]) -> list[Seen]:
    rows = connection.execute(_OF_ENTRIES, {"ids": entry_ids})
    return sorted(Seen(*row) for row in rows)


_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
# Built only once, because building takes longer than running it.
_OF_ENTRIES = sa.union_all(
    sa.select(Entry.seen_at, Entry.id, Entry.version).where(Entry.id.in_(_IDS)),
    sa.select(Revision.seen_at, Revision.entry_id, Revision.version).where(
        Revision.entry_id.in_(_IDS)
    ),
)
