"""One page of what the index names, newest first.

A common word is in many of the newest texts, so these are tried first. Otherwise there are not many
texts with it, and all of them are ordered by date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa

from ingest.store.search.dialects import named_by
from ingest.store.search.expressions import Expression
from ingest.store.search.plan import Plan
from ingest.store.statements import table_of
from models import Entry, SearchDocument

_NEWEST = 2000  # texts that are tried first
_WIDEST = 100_000  # numbers between which FTS5 looks for them
_DOCUMENT = table_of(SearchDocument)
# The date of the last row of the page before, and its number in the index.
After: TypeAlias = tuple[datetime, int] | None


@dataclass(frozen=True, slots=True)
class Row:
    """An entry that the index names."""

    number: int
    entry_id: int
    at: datetime
    is_coarse: bool


def page(
    connection: sa.Connection,
    expression: Expression | None,
    plan: Plan,
    *,
    after: After,
    limit: int,
) -> list[Row]:
    """Return the next entries that the index names for an expression and that meet a condition."""
    if expression is not None and connection.dialect.name == "sqlite":
        newest = _among_newest(connection, expression, plan, after, limit)
        if newest is not None:
            return newest
    query = _select(plan, after)
    if expression is not None:
        named = named_by(connection, expression).subquery()
        query = query.join(named, named.c.id == _DOCUMENT.c.id)
    at: sa.ColumnElement[Any] = _DOCUMENT.c.at
    if expression is not None and connection.dialect.name == "sqlite":
        at = sa.literal_column("+search_document.at", at.type)  # not in the order of its index
    return _rows(connection, query.order_by(at.desc(), _DOCUMENT.c.id.desc()), limit)


def _among_newest(
    connection: sa.Connection, expression: Expression, plan: Plan, after: After, limit: int
) -> list[Row] | None:
    """Return a page from the newest texts; None if they do not fill it."""
    newest = _newest(connection, after)
    if newest.count == 0 or newest.last - newest.first > _WIDEST:
        return None
    rowid: sa.ColumnClause[int] = sa.literal_column("search_index.rowid")
    named = named_by(connection, expression).where(rowid.between(newest.first, newest.last))
    query = _select(plan, after).where(_DOCUMENT.c.id.in_(named), _DOCUMENT.c.at >= newest.since)
    rows = _rows(connection, query.order_by(_DOCUMENT.c.at.desc(), _DOCUMENT.c.id.desc()), limit)
    return rows if newest.count < _NEWEST or len(rows) == limit else None


@dataclass(frozen=True, slots=True)
class _Newest:
    """The newest texts: how many, the least and the greatest number, and their oldest date."""

    count: int
    first: int
    last: int
    since: datetime


def _newest(connection: sa.Connection, after: After) -> _Newest:
    some = sa.select(_DOCUMENT.c.id, _DOCUMENT.c.at)
    some = some.where(_DOCUMENT.c.entry_id.is_not(None), _is_after(after))
    some = some.order_by(_DOCUMENT.c.at.desc(), _DOCUMENT.c.id.desc()).limit(_NEWEST)
    each = some.subquery()
    numbers = sa.func.count(), sa.func.min(each.c.id), sa.func.max(each.c.id)
    row = connection.execute(sa.select(*numbers, sa.func.min(each.c.at))).one()
    return _Newest(*row)


_COLUMNS = (
    _DOCUMENT.c.id,
    _DOCUMENT.c.entry_id,
    _DOCUMENT.c.at,
    _DOCUMENT.c.is_coarse,
)


def _select(plan: Plan, after: After) -> sa.Select[Any]:
    query = sa.select(*_COLUMNS).where(_DOCUMENT.c.entry_id.is_not(None), _is_after(after))
    if plan.condition is not None:
        query = query.join(Entry, Entry.id == _DOCUMENT.c.entry_id).where(plan.condition)
    return query


def _is_after(after: After) -> sa.ColumnElement[bool]:
    if after is None:
        return sa.true()
    at, number = after
    is_older = _DOCUMENT.c.at < at
    return sa.and_(
        _DOCUMENT.c.at <= at,  # with this the databases begin at the right place of the index
        sa.or_(is_older, _DOCUMENT.c.id < number),
    )


def _rows(connection: sa.Connection, query: sa.Select[Any], limit: int) -> list[Row]:
    return [Row(*row) for row in connection.execute(query.limit(limit))]
