"""Query the rows of the index: entries with their numbers, ordered by date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa

from ingest.store.search.plan import Plan
from ingest.store.statements import table_of
from models import Entry, SearchDocument

DOCUMENT = table_of(SearchDocument)
# The date and the index number of the last row of the previous page.
After: TypeAlias = tuple[datetime, int] | None


@dataclass(frozen=True, slots=True)
class Row:
    """An entry that the index found."""

    number: int
    entry_id: int
    at: datetime
    is_coarse: bool


NEWEST_FIRST = (DOCUMENT.c.at.desc(), DOCUMENT.c.id.desc())
_COLUMNS = (
    DOCUMENT.c.id,
    DOCUMENT.c.entry_id,
    DOCUMENT.c.at,
    DOCUMENT.c.is_coarse,
)


def select(plan: Plan, after: After) -> sa.Select[Any]:
    """Return the query for the entries after `after` that meet the SQL condition of a plan."""
    query = sa.select(*_COLUMNS).where(DOCUMENT.c.entry_id.is_not(None), is_after(after))
    if plan.condition is not None:
        query = query.join(Entry, Entry.id == DOCUMENT.c.entry_id).where(plan.condition)
    return query


def is_after(after: After) -> sa.ColumnElement[bool]:
    """Return the condition that a row comes after `after`, the last row of the previous page."""
    if after is None:
        return sa.true()
    at, number = after
    is_older = DOCUMENT.c.at < at
    return sa.and_(
        DOCUMENT.c.at <= at,  # with this condition, the databases start in the middle of the index
        sa.or_(is_older, DOCUMENT.c.id < number),
    )


def rows_of(connection: sa.Connection, query: sa.Select[Any], limit: int) -> list[Row]:
    """Return the first rows of a query."""
    return [Row(*row) for row in connection.execute(query.limit(limit))]
