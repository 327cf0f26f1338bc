"""Count the feeds, categories, years and languages of the newest entries that match a query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ingest.query import Node
from ingest.store.conditions import entry_date
from ingest.store.search.find import search
from ingest.store.search.plan import plan_of
from models import Entry, Feed

# How many entries are counted. If the index is not exact, each text must be compared.
_EXACT, _COMPARED = 200, 50
_MOST_VALUES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value of a field: its name for people, as it is in a query, and its number of entries."""

    name: str
    value: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """The most frequent values among the `counted` newest entries, by field of the query language.

    `is_all` states whether these are all entries that match.
    """

    counted: int
    is_all: bool
    fields: dict[str, tuple[Value, ...]]


def facets(connection: sa.Connection, query: Node, zone: ZoneInfo) -> Facets:
    """Return the facets of a query; years are those of a zone."""
    most = _EXACT if plan_of(connection, query).is_exact else _COMPARED
    found = search(connection, query, limit=most, sort="date")
    rows = _rows(connection, [one.entry_id for one in found])
    feeds = Counter((row.set_title or row.title or row.url, str(row.feed_id)) for row in rows)
    names = [name for row in rows for name in dict.fromkeys(_categories(row))]
    years = [str(row.at.astimezone(zone).year) for row in rows]
    fields = {
        "feed": feeds,
        "category": Counter((name, name) for name in names),
        "on": Counter((year, year) for year in years),
        "lang": Counter((row.language, row.language) for row in rows),
    }
    return Facets(
        counted=len(found),
        is_all=len(found) < most,
        fields={field: _values(counts) for field, counts in fields.items()},
    )


def _rows(connection: sa.Connection, entry_ids: Sequence[int]) -> Sequence[sa.Row[tuple[object]]]:
    query = sa.select(
        Entry.feed_id,
        Entry.language,
        Entry.categories,
        entry_date.label("at"),
        Feed.title,
        Feed.url,
        Feed.settings["title"].label("set_title"),
        Feed.settings["categories"].label("set_categories"),
        Feed.categories.label("feed_categories"),
    ).join(Feed, Feed.id == Entry.feed_id)
    return connection.execute(query.where(Entry.id.in_(entry_ids))).all()


def _categories(row: sa.Row[tuple[object]]) -> list[str]:
    return [*(row.set_categories or row.feed_categories or []), *row.categories]


def _values(counts: Counter[tuple[str, str]]) -> tuple[Value, ...]:
    return tuple(
        Value(name=name, value=value, count=count)
        for (name, value), count in counts.most_common(_MOST_VALUES)
    )
