"""Read one page of the texts that the index finds, newest first.

Many of the newest texts contain a common word, so the newest texts are searched first. Few texts
contain a rare word, so all of these are found and ordered by date.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ingest.store.search.dialects import named_by
from ingest.store.search.expressions import Expression
from ingest.store.search.newest import among_newest
from ingest.store.search.plan import Plan
from ingest.store.search.rows import DOCUMENT, After, Row, rows_of, select


def page(
    connection: sa.Connection,
    expression: Expression | None,
    plan: Plan,
    *,
    after: After,
    limit: int,
) -> list[Row]:
    """Return the next entries that match both an expression and the SQL condition of a plan."""
    if expression is not None:
        newest = among_newest(connection, expression, plan, after, limit)
        if newest is not None:
            return newest
    query = select(plan, after)
    if expression is not None:
        named = named_by(connection, expression).subquery()
        query = query.join(named, named.c.id == DOCUMENT.c.id)
    at: sa.ColumnElement[Any] = DOCUMENT.c.at
    if expression is not None and connection.dialect.name == "sqlite":
        at = sa.literal_column("+search_document.at", at.type)  # `+`: do not use the index on dates
    return rows_of(connection, query.order_by(at.desc(), DOCUMENT.c.id.desc()), limit)
