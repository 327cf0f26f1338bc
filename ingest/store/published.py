"""Query entries for feeds that others subscribe to: newest first, page by page, by key.

The rights of feeds apply: no entry is there before its embargo ends, and some are only excerpts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from ingest.query import Node
from ingest.store.conditions import entry_date
from ingest.store.export_pages import without_embargoes
from ingest.store.exports import Wanted, entries_of, feed_facts
from ingest.store.listings import Key, Selection
from ingest.store.newest import newest_first
from ingest.store.search.find import Place, search
from ingest.values.exports import ExportEntry
from models import Entry


class Page(NamedTuple):
    """Entries in order, and the place after which the next page begins; None on the last page."""

    entries: list[ExportEntry]
    next: Key | Place | None


def page_of_selection(
    connection: sa.Connection, selection: Selection, *, after: Key | None, size: int, now: datetime
) -> Page:
    """Return the next page of a selection."""
    query = sa.select(Entry.id, Entry.feed_id, entry_date.label("at"))
    query = query.where(*without_embargoes(connection, entry_date, now))
    query = newest_first(connection, query, selection, after=after, size=size)
    rows = connection.execute(query).all()
    place = Key(rows[-1].at, rows[-1].id) if len(rows) == size else None
    return Page(_entries(connection, rows), place)


def page_of_search(
    connection: sa.Connection, query: Node, *, after: Place | None, size: int, now: datetime
) -> Page:
    """Return the next page of the entries that match a query.

    It has fewer entries if some are under an embargo.
    """
    hits = search(connection, query, limit=size, sort="date", after=after)
    place = hits[-1].place if len(hits) == size else None
    some = sa.select(Entry.id, Entry.feed_id).where(Entry.id.in_([hit.entry_id for hit in hits]))
    some = some.where(*without_embargoes(connection, entry_date, now))
    rows = {row.id: row for row in connection.execute(some)}
    ordered = [rows[hit.entry_id] for hit in hits if hit.entry_id in rows]
    return Page(_entries(connection, ordered), place)


def _entries(connection: sa.Connection, rows: Sequence[Any]) -> list[ExportEntry]:
    """Return the entries of rows with their ids and the ids of their feeds, in order."""
    numbers = [row.id for row in rows]
    facts = feed_facts(connection, {row.feed_id for row in rows})
    versions = entries_of(connection, numbers, facts, Wanted(), is_public=True)
    return [entry for number in numbers for entry in versions[number]]
