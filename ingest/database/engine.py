"""Make the engine of a database, with session settings for PostgreSQL or SQLite."""

from __future__ import annotations

import json
import math
import sqlite3
import time
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import NoSuchModuleError

from ingest.errors import StoreError

# How long a writer waits for another writer to finish.
BUSY_TIMEOUT_SECONDS = 30


class StoreSlow(StoreError):
    """A query of a visitor took too long."""


def make_engine(url: str, *, for_readers: bool = False, within: float | None = None) -> sa.Engine:
    """Return an engine with our session settings; raise `StoreError` if `url` cannot be used.

    `within` bounds the seconds of a transaction on SQLite, or of a statement on PostgreSQL.
    """
    try:
        engine = sa.create_engine(url, **_engine_options(url, for_readers, within))
    except (sa.exc.ArgumentError, NoSuchModuleError, ValueError) as error:
        raise StoreError(f"database.url cannot be used: {error}") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        if for_readers:
            event.listen(engine, "connect", _forbid_changes)
        if within is not None:
            _limit_sqlite(engine, within)
    return engine


# Without these settings, a connection to an unreachable server blocks for 15 minutes. The last
# value is in milliseconds, the others are in seconds (libpq, "Parameter Key Words").
_GIVE_UP = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
# With these settings, the server ends a lost session after the same time. By default, after a
# network failure, the old session of a daemon would keep its locks for two hours (PostgreSQL,
# "Connection Settings").
_LET_GO = {
    "tcp_keepalives_idle": 10,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}


_OF_SESSION = {"timezone": "UTC", "lock_timeout": f"{BUSY_TIMEOUT_SECONDS}s"} | _LET_GO


def _engine_options(url: str, for_readers: bool, within: float | None) -> dict[str, Any]:
    if make_url(url).get_backend_name() == "sqlite":
        return {"json_serializer": _to_json, "json_deserializer": _from_json}
    of_session = _OF_SESSION | {"default_transaction_read_only": "on" if for_readers else "off"}
    if within is not None:
        of_session["statement_timeout"] = f"{within * 1000:.0f}ms"
    # Readers use no transaction, because it would cost two more round trips. Each statement sees
    # its own state anyway (READ COMMITTED).
    without = {"isolation_level": "AUTOCOMMIT"} if for_readers else {}
    return without | {
        "pool_pre_ping": True,
        "pool_size": 4,
        "max_overflow": 4,
        "connect_args": _connect_args(of_session),
    }


def queue_connect_args() -> dict[str, Any]:
    """Return the options of libpq for the connections of the queue of jobs."""
    return _connect_args(_OF_SESSION)


def _connect_args(of_session: Mapping[str, str | int]) -> dict[str, Any]:
    options = " ".join(f"-c {name}={value}" for name, value in of_session.items())
    return _GIVE_UP | {"application_name": "guidang", "options": options}


def _to_json(value: Any) -> str:
    return "[]" if value == [] else json.dumps(value)  # faster, because most lists are empty


def _from_json(text: str) -> Any:
    return [] if text == "[]" else json.loads(text)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # By default, the driver begins a transaction at the first write. SQLite then fails at once
    # instead of waiting for another writer. None switches this off, so that _begin_sqlite begins
    # the transactions.
    connection.isolation_level = None
    connection.create_function("fold", 1, _fold, deterministic=True)
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    _use_write_ahead_log(cursor)
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _fold(text: str | None) -> str | None:
    from ingest.reading.terms import fold

    return text if text is None else fold(text)


def _use_write_ahead_log(cursor: sqlite3.Cursor) -> None:
    """Switch the file to write-ahead logging, with which readers do not block the writer.

    SQLite ignores `busy_timeout` for this, so it is tried again while the file is locked.
    """
    for _ in range(BUSY_TIMEOUT_SECONDS * 10):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(0.1)
        else:
            return


_STEPS = 10_000  # of SQLite's virtual machine between two looks at the clock: about 1 ms


def _forbid_changes(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only = ON")


def _begin_sqlite(connection: sa.Connection) -> None:
    readonly = connection.get_execution_options().get("readonly", False)
    connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")


def _limit_sqlite(engine: sa.Engine, seconds: float) -> None:
    """Interrupt a statement of a transaction that began so many seconds ago."""

    def watch(connection: sqlite3.Connection, record: Any) -> None:
        values = record.info
        values["ends"] = math.inf
        connection.set_progress_handler(lambda: time.monotonic() > values["ends"], _STEPS)

    def begin(connection: sa.Connection) -> None:
        connection.info["ends"] = time.monotonic() + seconds

    event.listen(engine, "connect", watch)
    event.listen(engine, "begin", begin, insert=True)
