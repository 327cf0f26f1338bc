"""Parts of SQL statements for all modules: upserts for both databases, lists in batches."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from models import Base

T = TypeVar("T")

# The largest number of values in one list. Longer lists are possible, but need more planning time
# and memory.
_IN_ONE_STATEMENT = 500


def insert_into(connection: sa.Connection, table: Any) -> Any:
    """Return an INSERT that has the methods `on_conflict_do_nothing` and `on_conflict_do_update`.

    SQLAlchemy has a separate class for each database.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


def table_of(model: type[Base]) -> sa.Table:
    """Return the table of a model.

    Statements on tables are faster than statements on models, which go through the ORM.
    """
    table = model.__table__
    if not isinstance(table, sa.Table):
        raise TypeError(f"{model.__name__} is no table")
    return table


@cache
def insert_if_new(dialect: str, model: type[Base], *unique: str) -> Any:
    """Return an INSERT that skips rows whose `unique` columns exist already.

    Without `unique`, it skips every row that would break a unique constraint.
    """
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(table_of(model))
    return insert.on_conflict_do_nothing(index_elements=unique or None)


def lock_out_others(connection: sa.Connection, work: str) -> None:
    """Let only one process at a time do this work in its transactions; wait until it is free.

    On SQLite, a transaction that writes is alone anyway.
    """
    if connection.dialect.name == "postgresql":
        lock = sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"guidang {work}"))
        connection.execute(sa.select(lock))


def in_batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield slices of a list, each short enough for one statement."""
    for start in range(0, len(values), _IN_ONE_STATEMENT):
        yield values[start : start + _IN_ONE_STATEMENT]


def numbers(connection: sa.Connection, values: Iterable[int]) -> Any:
    """Return integers as an SQL table with the column `value`, passed as one parameter."""
    column = sa.column("value", sa.BigInteger)
    if connection.dialect.name == "sqlite":
        return sa.func.json_each(json.dumps(list(values))).table_valued(column)
    array = sa.cast(list(values), postgresql.ARRAY(sa.BigInteger))
    return sa.func.unnest(array).table_valued(column).render_derived()
