"""List the entries that match a query, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ingest.query import And, Days, Field, Node
from ingest.store import listings
from ingest.store.search.find import search

if TYPE_CHECKING:
    from ingest.database import Database

_IN_ONE_PAGE = 500


def within(query: Node, selection: listings.Selection) -> Node:
    """Return a query for the entries that belong to a selection and match `query`."""
    parts = [query, Days(start=selection.since, end=selection.until)]
    if selection.feed_id is not None:
        parts.append(Field("feed", str(selection.feed_id)))
    if selection.category is not None:
        parts.append(Field("category", selection.category))
    return And(tuple(parts))


def listing(database: Database, query: Node, *, limit: int | None) -> Iterator[dict[str, Any]]:
    """Yield the entries that match a query, newest first, in the form of `listings.listing`."""
    last = None
    left = limit
    while left is None or left > 0:
        size = _IN_ONE_PAGE if left is None else min(left, _IN_ONE_PAGE)
        found = database.query(search, query, limit=size, sort="date", after=last)
        yield from database.query(listings.by_ids, [one.entry_id for one in found])
        if len(found) < size:
            return
        last = found[-1].place
        left = None if left is None else left - size
