"""Read the tables of another program's database, in SQLite or PostgreSQL. It is never changed.

Both understand the SQL that is written for it.
"""

from __future__ import annotations

import math
import sqlite3
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from ingest.errors import Unreadable

Row = dict[str, Any]
_SQLITE = b"SQLite format 3\0"
_ADDRESSES = ("postgresql://", "postgres://")
_COLUMNS_OF_SQLITE = """\
    SELECT one.name AS of_table, two.name AS of_column
    FROM sqlite_master AS one JOIN pragma_table_info(one.name) AS two
    WHERE one.type = 'table'"""
_COLUMNS_OF_SERVER = """\
    SELECT table_name AS of_table, column_name AS of_column FROM information_schema.columns
    WHERE table_schema NOT IN ('information_schema', 'pg_catalog')"""
_CONNECT_WITHIN = 10  # seconds
_NOT_WRITABLE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}


def is_sqlite(path: Path) -> bool:
    """Return whether a file is an SQLite database."""
    with path.open("rb") as stream:
        return stream.read(len(_SQLITE)) == _SQLITE


def is_database_address(address: str) -> bool:
    """Return whether an address is that of a PostgreSQL database."""
    return address.startswith(_ADDRESSES)


class Tables:
    """The tables of a database, by the path of an SQLite file or the address of a server."""

    def __init__(self, place: Path | str) -> None:
        self._name = sa.make_url(place).render_as_string() if isinstance(place, str) else str(place)
        self._engine = _engine_of(place)

    @cached_property
    def columns(self) -> dict[str, set[str]]:
        """The names of all tables, with the names of their columns in lower case.

        Names of tables are in lower case, too, in SQLite, which does not tell case apart. Raise
        `Unreadable` if the database cannot be read.
        """
        is_sqlite = self._engine.dialect.name == "sqlite"
        present: dict[str, set[str]] = defaultdict(set)
        for row in self.rows(_COLUMNS_OF_SQLITE if is_sqlite else _COLUMNS_OF_SERVER):
            table = row["of_table"].lower() if is_sqlite else row["of_table"]
            present[table].add(row["of_column"].lower())
        return dict(present)

    def quoted(self, table: str) -> str:
        """Return the name of a table as queries need it."""
        name = self._engine.dialect.identifier_preparer.quote_identifier(table)
        return name.replace(":", r"\:")  # A colon begins a parameter.

    def rows(self, query: str, size: float = math.inf, /, **values: Any) -> list[Row]:
        """Return the rows of a query, or the first rows whose texts have `size` characters.

        Raise `Unreadable` if the database cannot be read.
        """
        found: list[Row] = []
        try:
            with self._engine.connect() as connection:
                for row in connection.execute(sa.text(query), values).mappings():
                    found.append({name: _text(value) for name, value in row.items()})
                    size -= size_of(found[-1])
                    if size <= 0:
                        break
        except (sa.exc.SQLAlchemyError, sqlite3.Error) as error:
            raise Unreadable(self._name, _first_line(error)) from None
        return found

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()


def _engine_of(place: Path | str) -> sa.Engine:
    if isinstance(place, Path):
        return sa.create_engine("sqlite://", creator=lambda: _open_file(place))
    url = sa.make_url(place).set(drivername="postgresql+psycopg")
    return sa.create_engine(
        url,
        connect_args={"connect_timeout": _CONNECT_WITHIN},
        execution_options={"postgresql_readonly": True},
    )


def _open_file(path: Path) -> sqlite3.Connection:
    """Open an SQLite file for reading; raise `Unreadable` if it cannot be read completely.

    If its folder is read-only, a journal cannot be opened. Without one, the file is read as it is.
    The functions that the file itself names are not trusted (SQLite, "Defense Against The Dark
    Arts").
    """
    name = f"file:{quote(str(path).encode('utf-8', 'surrogateescape'))}?mode=ro"
    opened = sqlite3.connect(name, uri=True, check_same_thread=False)
    try:
        opened.execute("SELECT 1 FROM sqlite_master")
    except sqlite3.OperationalError as error:
        opened.close()
        if error.sqlite_errorcode & 0xFF not in _NOT_WRITABLE:
            raise
        _refuse_with_journal(path)
        opened = sqlite3.connect(f"{name}&immutable=1", uri=True, check_same_thread=False)
    opened.execute("PRAGMA trusted_schema = OFF")
    opened.text_factory = lambda text: text.decode("utf-8", "replace")
    return opened


def _refuse_with_journal(path: Path) -> None:
    """Raise `Unreadable` if a part of an SQLite file is in its journal."""
    for ending in ("-wal", "-journal"):
        journal = path.with_name(path.name + ending)
        if journal.exists() and journal.stat().st_size:
            raise Unreadable(
                str(path),
                f"a part of it is in {journal.name}, and its folder is read-only; copy both files "
                "to a folder where you may write",
            )


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).partition("\n")[0]


def size_of(row: Row) -> int:
    """Return the number of characters of a row's texts."""
    return sum(len(value) for value in row.values() if isinstance(value, str))


def _text(value: Any) -> Any:
    """Return bytes as text; SQLite stores them in columns of any type."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
