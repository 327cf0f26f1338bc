"""What statements of all subjects share: upserts on both databases, long lists in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from models import Base

T = TypeVar("T")

# Both databases take far more, but a statement's plan and memory grow with its parameters.
_IN_ONE_STATEMENT = 500


def insert_into(connection: sa.Connection, table: Any) -> Any:
    """An INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`.

    SQLite and PostgreSQL spell them alike, but SQLAlchemy keeps them apart.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def table_of(model: type[Base]) -> sa.Table:
    """The table of a model, for statements that are made once.

    What they name is then the table's columns, not the model's attributes, which would take them
    the long way round through the ORM.
    """
    table = model.__table__
    if not isinstance(table, sa.Table):
        raise TypeError(f"{model.__name__} is no table")
    return table


@cache
def insert_if_new(dialect: str, model: type[Base], *unique: str) -> Any:
    """An INSERT of rows that leaves those alone whose columns `unique` are there already.

    Without any named, whatever must be there only once.
    """
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(table_of(model))
    return insert.on_conflict_do_nothing(index_elements=unique or None)


def in_batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """A long list in pieces that one statement takes."""
    for start in range(0, len(values), _IN_ONE_STATEMENT):
        yield values[start : start + _IN_ONE_STATEMENT]
