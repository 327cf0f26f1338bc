"""Convert an expression to the language of FTS5 or of tsquery.

All tokens are quoted, so that no character in them is an operator.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ingest.store.search.expressions import AllOf, AnyOf, Expression, Has, Without
from ingest.store.search.index import EVERY


def named_by(connection: sa.Connection, expression: Expression) -> sa.Select[Any]:
    """Return the query for the index numbers of the texts that match an expression."""
    if connection.dialect.name == "sqlite":
        asked = sa.text("search_index MATCH :asked").bindparams(asked=fts5(expression))
        return sa.select(_FTS5.c.rowid.label("id")).where(asked)
    asked = sa.text(f"{_TSVECTOR} @@ CAST(:asked AS tsquery)")
    return sa.select(_WITH_GIN.c.id).where(asked.bindparams(asked=tsquery(expression)))


def is_held(
    expression: Expression, number: sa.ColumnElement[int]
) -> tuple[sa.ColumnElement[bool], ...]:
    """Return SQL conditions that hold if the text with the number `number` matches an expression.

    They search the stored tokens of the text, which only PostgreSQL has. For a few texts, this is
    faster than the search index.
    """
    tokens = sa.literal(" ").concat(_WITH_GIN.c.tokens).concat(" ")
    return _WITH_GIN.c.id == number, _in_tokens(expression, tokens)


def _in_tokens(expression: Expression, tokens: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    match expression:
        case Has(token, is_prefix):
            return sa.func.strpos(tokens, f" {token}" if is_prefix else f" {token} ") > 0
        case AllOf(parts):
            return sa.and_(*(_in_tokens(part, tokens) for part in parts))
        case AnyOf(parts):
            return sa.or_(*(_in_tokens(part, tokens) for part in parts))
        case Without(part):
            return sa.not_(_in_tokens(part, tokens))


_FTS5 = sa.table("search_index", sa.column("rowid", sa.BigInteger))
_WITH_GIN = sa.table("search_index", sa.column("id", sa.BigInteger), sa.column("tokens", sa.Text))
# The index is made from the same expression.
_TSVECTOR = "array_to_tsvector(string_to_array(search_index.tokens, ' '))"


def fts5(expression: Expression) -> str:
    """Return an expression for SQLite's operator `MATCH` (documentation of FTS5, section 3)."""
    match expression:
        case Has(token, is_prefix):
            quoted = token.replace('"', '""')
            return f'"{quoted}" *' if is_prefix else f'"{quoted}"'
        case AllOf(parts):
            return f"({' AND '.join(map(fts5, parts))})"
        case AnyOf(parts):
            return f"({' OR '.join(map(fts5, parts))})"
        case Without(part):
            return f'("{EVERY}" NOT {fts5(part)})'


def tsquery(expression: Expression) -> str:
    """Return an expression for PostgreSQL's operator `@@` (its manual, section 8.11.2)."""
    match expression:
        case Has(token, is_prefix):
            quoted = token.replace("\\", "\\\\").replace("'", "''")
            return f"'{quoted}':*" if is_prefix else f"'{quoted}'"
        case AllOf(parts):
            return f"({' & '.join(map(tsquery, parts))})"
        case AnyOf(parts):
            return f"({' | '.join(map(tsquery, parts))})"
        case Without(part):
            return f"!{tsquery(part)}"
