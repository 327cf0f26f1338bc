"""What statements of all subjects share: upserts on both databases, long lists in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

# Both databases take far more, but a statement's plan and memory grow with its parameters.
_IN_ONE_STATEMENT = 500


def insert_into(connection: sa.Connection, table: Any) -> Any:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`.

    SQLite and PostgreSQL spell them alike, but SQLAlchemy keeps them apart.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def in_batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """A long list in pieces that one statement takes."""
    for start in range(0, len(values), _IN_ONE_STATEMENT):
        yield values[start : start + _IN_ONE_STATEMENT]
