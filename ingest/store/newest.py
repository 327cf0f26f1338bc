"""Cut the entries of a selection into pages, newest first, by key: each page costs the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ingest.query import Field
from ingest.store.conditions import condition, entry_date
from models import Entry

if TYPE_CHECKING:
    from ingest.store.listings import Key, Selection


def newest_first(
    connection: sa.Connection,
    query: sa.Select[Any],
    selection: Selection,
    *,
    after: Key | None,
    size: int,
) -> sa.Select[Any]:
    """Return a query for entries, limited to the next page of a selection."""
    if selection.feed_id is not None:
        query = query.where(Entry.feed_id == selection.feed_id)
    if selection.category is not None:
        query = query.where(condition(connection, Field("category", selection.category)))
    if selection.since is not None:
        query = query.where(entry_date >= selection.since)
    if selection.until is not None:
        query = query.where(entry_date < selection.until)
    if after is not None:
        # Without the condition on the date, SQLite would not seek in the index.
        is_older = sa.or_(entry_date < after.at, Entry.id < after.id)
        query = query.where(entry_date <= after.at, is_older)
    return query.order_by(entry_date.desc(), Entry.id.desc()).limit(size)
