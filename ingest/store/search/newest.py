"""Read a page of results from the newest texts only.

This is enough if the query has a common word, because many of the newest texts contain it. SQLite
searches a short range of the index, and PostgreSQL searches the stored tokens. FTS5 is slow if a
query matches all tokens that begin with a certain character. For such a query, the texts themselves
are searched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ingest.store.search.dialects import is_held, named_by
from ingest.store.search.expressions import Expression, has_prefix, is_met
from ingest.store.search.index import prepare
from ingest.store.search.plan import Plan
from ingest.store.search.rows import DOCUMENT, NEWEST_FIRST, After, Row, is_after, rows_of, select

_IN_RANGE, _IN_TOKENS, _IN_TEXTS = 2000, 400, 60  # how many of the newest texts are searched
_WIDEST = 10_000  # a range of the index with this many numbers is not searched


def among_newest(
    connection: sa.Connection, expression: Expression, plan: Plan, after: After, limit: int
) -> list[Row] | None:
    """Return a page of entries, if there are enough among the newest texts.

    Otherwise, return None; the caller then searches all texts.
    """
    if connection.dialect.name == "postgresql":
        return _by_tokens(connection, expression, plan, after, limit)
    if has_prefix(expression):
        return _by_texts(connection, expression, plan, after, limit)
    return _by_range(connection, expression, plan, after, limit)


def _by_range(
    connection: sa.Connection, expression: Expression, plan: Plan, after: After, limit: int
) -> list[Row] | None:
    newest = _newest(connection, after, _IN_RANGE)
    if newest.count == 0:
        return []
    if _is_wide(connection, newest):
        return None
    rowid: sa.ColumnClause[int] = sa.literal_column("search_index.rowid")
    named = named_by(connection, expression).where(rowid.between(newest.first, newest.last))
    query = select(plan, after).where(DOCUMENT.c.id.in_(named), DOCUMENT.c.at >= newest.since)
    rows = rows_of(connection, query.order_by(*NEWEST_FIRST), limit)
    return rows if newest.count < _IN_RANGE or len(rows) == limit else None


def _by_tokens(
    connection: sa.Connection, expression: Expression, plan: Plan, after: After, limit: int
) -> list[Row] | None:
    newest = _newest(connection, after, _IN_TOKENS)
    if newest.count == 0:
        return []
    held = sa.exists().where(*is_held(expression, DOCUMENT.c.id))
    query = select(plan, after).where(DOCUMENT.c.at >= newest.since, held)
    rows = rows_of(connection, query.order_by(*NEWEST_FIRST), limit)
    return rows if newest.count < _IN_TOKENS or len(rows) == limit else None


def _by_texts(
    connection: sa.Connection, expression: Expression, plan: Plan, after: After, limit: int
) -> list[Row] | None:
    newest = _newest(connection, after, _IN_TEXTS)
    if newest.count == 0:
        return []
    query = select(plan, after).where(DOCUMENT.c.at >= newest.since)
    rows = rows_of(connection, query.order_by(*NEWEST_FIRST), newest.count)
    tokens = {one.entry_id: one.tokens for one in prepare(connection, [r.entry_id for r in rows])}
    rows = [row for row in rows if is_met(expression, tokens.get(row.entry_id, ""))]
    return rows[:limit] if newest.count < _IN_TEXTS or len(rows) >= limit else None


@dataclass(frozen=True, slots=True)
class _Newest:
    """The newest texts: their count, their lowest and highest number, and their oldest date."""

    count: int
    first: int
    last: int
    since: datetime


def _newest(connection: sa.Connection, after: After, most: int) -> _Newest:
    some = sa.select(DOCUMENT.c.id, DOCUMENT.c.at)
    some = some.where(DOCUMENT.c.entry_id.is_not(None), is_after(after))
    each = some.order_by(*NEWEST_FIRST).limit(most).subquery()
    numbers = sa.func.count(), sa.func.min(each.c.id), sa.func.max(each.c.id)
    row = connection.execute(sa.select(*numbers, sa.func.min(each.c.at))).one()
    return _Newest(*row)


def _is_wide(connection: sa.Connection, newest: _Newest) -> bool:
    within = sa.select(DOCUMENT.c.id).where(DOCUMENT.c.id.between(newest.first, newest.last))
    some = within.limit(_WIDEST).subquery()
    return connection.scalar(sa.select(sa.func.count()).select_from(some)) == _WIDEST
