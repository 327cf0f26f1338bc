"""Connect to the database, upgrade its schema, and run each change in a transaction."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, OperationalError, SQLAlchemyError

from ingest.errors import StoreBusy, StoreConflict, StoreError, StoreFull
from ingest.files import has_room

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

P = ParamSpec("P")
T = TypeVar("T")

# How long a writer waits for another writer.
BUSY_TIMEOUT_SECONDS = 30
_SQLITE_SAYS = {
    "file is not a database": "is not a SQLite database",
    "malformed": "is damaged; put a copy in its place, or save what is left: sqlite3 FILE .recover",
    "readonly database": "cannot be written: it, or its folder, is read-only",
}
_UPGRADE_LOCK = int.from_bytes(b"guidang", "big")

logger = logging.getLogger(__name__)


class Database:
    """A SQLite file or a PostgreSQL database.

    Its methods raise `StoreError` with a message that says what to do.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _make_engine(url)
        # SQLite allows one writer; its own wait for a lock sleeps up to a tenth of a second.
        is_sqlite = self.engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[object] = Lock() if is_sqlite else nullcontext()
        self._readers = (
            self.engine.execution_options(readonly=True)
            if is_sqlite
            else _make_engine(url, for_readers=True)
        )
        # A separate pool: requests to the service's web server take no connections from polls.
        self._viewers = _make_engine(url, for_readers=True).execution_options(readonly=True)

    @property
    def name(self) -> str:
        """Return the address without its password, for messages."""
        if self.engine.dialect.name == "sqlite":
            return f"sqlite:///{self.engine.url.database}"
        return self.engine.url.render_as_string(hide_password=True)

    def query(
        self, query: Callable[Concatenate[sa.Connection, P], T], *a: P.args, **k: P.kwargs
    ) -> T:
        """Call `query` with a read-only connection; return its result.

        On SQLite all its statements see one state; on PostgreSQL each statement sees its own.
        """
        with self._explained(), self._readers.connect() as connection:
            return query(connection, *a, **k)

    def view(
        self, query: Callable[Concatenate[sa.Connection, P], T], *a: P.args, **k: P.kwargs
    ) -> T:
        """Call `query` with a read-only connection from the pool of the service's web server."""
        with self._explained(), self._viewers.connect() as connection:
            return query(connection, *a, **k)

    def transact(
        self, change: Callable[Concatenate[sa.Connection, P], T], *a: P.args, **k: P.kwargs
    ) -> T:
        """Call `change` in a transaction, which is committed when `change` returns."""
        with self._explained(), self._turn, self.engine.begin() as connection:
            return change(connection, *a, **k)

    @property
    def is_missing(self) -> bool:
        """Return whether the database is a SQLite file that does not exist."""
        if self.engine.dialect.name != "sqlite":
            return False
        file = self.engine.url.database
        return file not in (None, "", ":memory:") and not Path(str(file)).exists()

    @contextlib.contextmanager
    def held(self, work: str) -> Iterator[bool]:
        """Try to lock `work` on PostgreSQL against other processes; yield whether it is locked."""
        if self.engine.dialect.name == "sqlite":
            yield True
            return
        engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        with self._explained(), engine.connect() as connection:
            ask = sa.select(sa.func.pg_try_advisory_lock(_UPGRADE_LOCK ^ zlib.crc32(work.encode())))
            try:
                yield bool(connection.scalar(ask))
            finally:
                connection.invalidate()  # otherwise the pool would keep the lock

    @contextlib.contextmanager
    def turn(self, work: str) -> Iterator[None]:
        """Lock `work` on PostgreSQL against other processes; wait until the lock is free.

        Raise `StoreBusy` after `BUSY_TIMEOUT_SECONDS`.
        """
        engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        number = _UPGRADE_LOCK ^ zlib.crc32(work.encode())
        with self._explained(), engine.connect() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_lock(number)))
            try:
                yield
            finally:
                try:
                    connection.execute(sa.select(sa.func.pg_advisory_unlock(number)))
                except SQLAlchemyError:  # a lost connection has no lock
                    connection.invalidate()

    def upgrade(self) -> list[str]:
        """Upgrade the schema to this program's revision; return the revisions that were applied.

        Raise `StoreError` if the database is newer than the program.
        """
        with self._explained(), self.engine.connect() as connection:
            if not self._pending(connection.execution_options(readonly=True)):
                return []
        from alembic import command

        with self._explained(), self.engine.begin() as connection:
            _keep_other_upgrades_out(connection)
            applied = self._pending(connection)
            if applied:
                logger.info("upgrading %s: %s", self.name, ", ".join(applied))
                command.upgrade(_alembic_config(connection), "head")
            return applied

    def downgrade(self, revision: str) -> None:
        """Downgrade the schema to `revision`; `base` removes all tables."""
        from alembic import command

        with self._explained(), self.engine.begin() as connection:
            command.downgrade(_alembic_config(connection), revision)

    def check(self) -> list[str]:
        """Return in words what is wrong with the database; an empty list if it is in order.

        Raise `StoreError` if the database cannot be queried, or is newer than the program.
        """
        if self.is_missing:
            raise StoreError(f"{self.name} is not there; make it with: guidang db upgrade")
        with self._explained(), self.engine.connect() as connection:
            pending = self._pending(connection)
            if pending:
                return [f"the schema is behind by {len(pending)}; run: guidang db upgrade"]
            problems = _schema_differences(connection)
            if self.engine.dialect.name == "sqlite":
                problems += _sqlite_damage(connection)
            return problems

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self._readers.dispose()
        self._viewers.dispose()

    def _pending(self, connection: sa.Connection) -> list[str]:
        """Return the revisions that the database lacks, oldest first."""
        known = _known_revisions()
        current = _current_revision(connection)
        if current is None:
            return known
        if current not in known:
            raise StoreError(
                f"{self.name} is at schema {current}, which this version of guidang does not know; "
                "install the version that made it, or a newer one"
            )
        return known[known.index(current) + 1 :]

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            raise self._explain(error) from error
        except SQLAlchemyError as error:
            if isinstance(error, DBAPIError) and not error.connection_invalidated:
                reason = str(error.orig)
                known = next((said for sign, said in _SQLITE_SAYS.items() if sign in reason), None)
                if known is None:
                    raise
                raise StoreError(f"{self.name} {known}") from error
            raise StoreError(f"{self.name}: {error}") from error

    def check_room(self) -> None:
        """Raise `StoreFull` if nothing can be written to the disk of a SQLite file."""
        if self._is_full():
            raise StoreFull(f"{self.name}: the disk is full; make room and run again")

    def _is_full(self) -> bool:
        file = self.engine.url.database
        if self.engine.dialect.name != "sqlite" or file in (None, "", ":memory:"):
            return False
        return not has_room(Path(str(file)).parent)

    def _explain(self, error: OperationalError) -> StoreError:
        reason = str(error.orig).strip().splitlines()[0]
        if known := next((said for sign, said in _SQLITE_SAYS.items() if sign in reason), None):
            return StoreError(f"{self.name} {known}")
        if "database is locked" in reason or "lock timeout" in reason:
            return StoreBusy(
                f"{self.name} is locked by another process; try again when that has finished"
            )
        if "deadlock detected" in reason:
            return StoreConflict(f"{self.name}: {reason}")
        if "no such table" in reason:
            return StoreError(f"{self.name} is empty; run: guidang db upgrade")
        if "unable to open database file" in reason:
            return StoreError(f"{self.name} cannot be opened; is its folder there and writable?")
        if "disk is full" in reason or "No space left" in reason or self._is_full():
            return StoreFull(f"{self.name}: the disk is full; make room and run again")
        return StoreError(f"{self.name}: {reason}")


def _make_engine(url: str, *, for_readers: bool = False) -> sa.Engine:
    try:
        engine = sa.create_engine(url, **_engine_options(url, for_readers=for_readers))
    except (sa.exc.ArgumentError, NoSuchModuleError, ValueError) as error:
        raise StoreError(f"database.url cannot be used: {error}") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        if for_readers:
            event.listen(engine, "connect", _forbid_changes)
    return engine


# Without these, a connection to an unreachable server blocks for a quarter of an hour. The last is
# in milliseconds, the others are in seconds (libpq, "Parameter Key Words").
_GIVE_UP = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
# The server drops a lost session equally soon. Otherwise the old session of a daemon whose network
# failed would hold its locks for two hours ("Connection Settings").
_LET_GO = {
    "tcp_keepalives_idle": 10,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}


_OF_SESSION = {"timezone": "UTC", "lock_timeout": f"{BUSY_TIMEOUT_SECONDS}s"} | _LET_GO


def _engine_options(url: str, *, for_readers: bool) -> dict[str, Any]:
    if make_url(url).get_backend_name() == "sqlite":
        return {"json_serializer": _to_json, "json_deserializer": _from_json}
    of_session = _OF_SESSION | {"default_transaction_read_only": "on" if for_readers else "off"}
    # Readers use no transaction: with READ COMMITTED each statement sees its own state anyway, and
    # a transaction costs two more round trips.
    without = {"isolation_level": "AUTOCOMMIT"} if for_readers else {}
    return without | {
        "pool_pre_ping": True,
        "pool_size": 4,
        "max_overflow": 4,
        "connect_args": _GIVE_UP
        | {
            "application_name": "guidang",
            "options": " ".join(f"-c {name}={value}" for name, value in of_session.items()),
        },
    }


def _to_json(value: Any) -> str:
    return "[]" if value == [] else json.dumps(value)  # most lists are empty


def _from_json(text: str) -> Any:
    return [] if text == "[]" else json.loads(text)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver begins a transaction only at the first write. SQLite then fails at once instead of
    # waiting for another writer. None switches this off; _begin_sqlite begins the transactions.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    _use_write_ahead_log(cursor)
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _use_write_ahead_log(cursor: sqlite3.Cursor) -> None:
    """Switch the file to write-ahead logging, with which readers do not block the writer.

    The switch ignores busy_timeout, so it is tried again while the file is locked.
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


def _forbid_changes(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only = ON")


def _begin_sqlite(connection: sa.Connection) -> None:
    readonly = connection.get_execution_options().get("readonly", False)
    connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")


def _keep_other_upgrades_out(connection: sa.Connection) -> None:
    # On SQLite, BEGIN IMMEDIATE has already locked the database.
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADE_LOCK)))


def _known_revisions() -> list[str]:
    """Return the revisions in the wheel, oldest first.

    They are read from the names of their files: importing Alembic takes longer than a poll.
    """
    files = (_migrations_folder() / "versions").glob("[0-9]*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def _current_revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    query = sa.select(sa.column("version_num", sa.Text)).select_from(sa.table("alembic_version"))
    return connection.scalar(query)


def _migrations_folder() -> Path:
    import migrations

    return Path(migrations.__file__).parent


def _alembic_config(connection: sa.Connection) -> AlembicConfig:
    from alembic.config import Config

    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(_migrations_folder()))
    config.attributes["connection"] = connection
    return config


def _schema_differences(connection: sa.Connection) -> list[str]:
    from alembic import command
    from alembic.util import AutogenerateDiffsDetected

    try:
        command.check(_alembic_config(connection))
    except AutogenerateDiffsDetected as error:
        return [f"the schema is not this program's: {error}"]
    return []


def _sqlite_damage(connection: sa.Connection) -> list[str]:
    rows = connection.exec_driver_sql("PRAGMA quick_check").scalars().all()
    return [f"SQLite says: {row}" for row in rows if row != "ok"]
