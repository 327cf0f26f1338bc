"""Connect to the database, upgrade its schema, and run each change in a transaction."""

from __future__ import annotations

import contextlib
import logging
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from ingest.database.engine import StoreSlow, make_engine
from ingest.database.schema import (
    UPGRADE_LOCK,
    alembic_config,
    current_revision,
    keep_other_upgrades_out,
    known_revisions,
    schema_differences,
    sqlite_damage,
)
from ingest.errors import StoreBusy, StoreConflict, StoreError, StoreFull
from ingest.files import has_room

P = ParamSpec("P")
T = TypeVar("T")

_SQLITE_SAYS = {
    "file is not a database": "is not a SQLite database",
    "malformed": "is damaged; put a copy in its place, or save what is left: sqlite3 FILE .recover",
    "readonly database": "cannot be written: it, or its folder, is read-only",
}

logger = logging.getLogger(__name__)


class Database:
    """A SQLite file or a PostgreSQL database.

    Its methods raise `StoreError` with a message that says what to do.
    """

    def __init__(self, url: str, *, views_within: float = 20) -> None:
        self.url = url
        self.engine = make_engine(url)
        # SQLite allows one writer. Waiting here is faster than in SQLite, which sleeps up to 0.1 s.
        is_sqlite = self.engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[object] = Lock() if is_sqlite else nullcontext()
        self._readers = (
            self.engine.execution_options(readonly=True)
            if is_sqlite
            else make_engine(url, for_readers=True)
        )
        # This pool is separate, so that requests to the web server take no connections from polls.
        viewers = make_engine(url, for_readers=True, within=views_within)
        self._viewers = viewers.execution_options(readonly=True)

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

        On SQLite, its statements see the same state; on PostgreSQL, each sees that of its start.
        """
        with self._explain_errors(), self._readers.connect() as connection:
            return query(connection, *a, **k)

    def view(
        self, query: Callable[Concatenate[sa.Connection, P], T], *a: P.args, **k: P.kwargs
    ) -> T:
        """Call `query` for a visitor; raise `StoreSlow` after `views_within` seconds."""
        with self._explain_errors(), self._viewers.connect() as connection:
            return query(connection, *a, **k)

    def transact(
        self, change: Callable[Concatenate[sa.Connection, P], T], *a: P.args, **k: P.kwargs
    ) -> T:
        """Call `change` in a transaction, which is committed when `change` returns."""
        with self._explain_errors(), self._turn, self.engine.begin() as connection:
            return change(connection, *a, **k)

    @property
    def is_missing(self) -> bool:
        """Return whether the database is a SQLite file that does not exist."""
        if self.engine.dialect.name != "sqlite":
            return False
        file = self.engine.url.database
        return file not in (None, "", ":memory:") and not Path(str(file)).exists()

    @contextlib.contextmanager
    def held(self, work: str, *, shared: bool = False) -> Iterator[bool]:
        """Try to lock `work` on PostgreSQL, alone or `shared`; yield whether it succeeds."""
        if self.engine.dialect.name == "sqlite":
            yield True
            return
        engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        with self._explain_errors(), engine.connect() as connection:
            lock = sa.func.pg_try_advisory_lock_shared if shared else sa.func.pg_try_advisory_lock
            ask = sa.select(lock(UPGRADE_LOCK ^ zlib.crc32(work.encode())))
            try:
                yield bool(connection.scalar(ask))
            finally:
                connection.invalidate()  # Otherwise the connection would keep the lock in the pool.

    @contextlib.contextmanager
    def turn(self, work: str) -> Iterator[None]:
        """Lock `work` on PostgreSQL against other processes; wait until the lock is free.

        Raise `StoreBusy` after `BUSY_TIMEOUT_SECONDS`.
        """
        engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        number = UPGRADE_LOCK ^ zlib.crc32(work.encode())
        with self._explain_errors(), engine.connect() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_lock(number)))
            try:
                yield
            finally:
                try:
                    connection.execute(sa.select(sa.func.pg_advisory_unlock(number)))
                except SQLAlchemyError:  # The server releases the locks of a lost connection.
                    connection.invalidate()

    def upgrade(self) -> list[str]:
        """Upgrade the schema to this program's revision; return the revisions that were applied.

        Raise `StoreError` if the database is newer than the program.
        """
        with self._explain_errors(), self.engine.connect() as connection:
            if not self._pending(connection.execution_options(readonly=True)):
                return []
        from alembic import command

        with self._explain_errors(), self.engine.begin() as connection:
            keep_other_upgrades_out(connection)
            applied = self._pending(connection)
            if applied:
                logger.info("upgrading %s: %s", self.name, ", ".join(applied))
                command.upgrade(alembic_config(connection), "head")
            return applied

    def downgrade(self, revision: str) -> None:
        """Downgrade the schema to `revision`; `base` removes all tables."""
        from alembic import command

        with self._explain_errors(), self.engine.begin() as connection:
            command.downgrade(alembic_config(connection), revision)

    def check(self) -> list[str]:
        """Return descriptions of all problems of the database, or an empty list.

        Raise `StoreError` if the database cannot be queried, or is newer than the program.
        """
        if self.is_missing:
            raise StoreError(f"{self.name} is not there; make it with: guidang db upgrade")
        with self._explain_errors(), self.engine.connect() as connection:
            if pending := self._pending(connection):
                return [f"the schema is behind by {len(pending)}; run: guidang db upgrade"]
            problems = schema_differences(connection)
            if self.engine.dialect.name == "sqlite":
                problems += sqlite_damage(connection)
            return problems

    def truncate_log(self) -> None:
        """Move SQLite's write-ahead log into the file and empty it, so that no old rows are left.

        If a reader prevents this, nothing happens; a later call may succeed.
        """
        if self.engine.dialect.name != "sqlite":
            return
        with self._explain_errors(), self._turn, self.engine.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is not None:
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self._readers.dispose()
        self._viewers.dispose()

    def _pending(self, connection: sa.Connection) -> list[str]:
        """Return the revisions that are not applied to the database yet, oldest first."""
        known = known_revisions()
        current = current_revision(connection)
        if current is None:
            return known
        if current not in known:
            raise StoreError(
                f"{self.name} is at schema {current}, which this version of guidang does not know; "
                "install the version that made it, or a newer one"
            )
        return known[known.index(current) + 1 :]

    @contextlib.contextmanager
    def _explain_errors(self) -> Iterator[None]:
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
        if reason == "interrupted" or "statement timeout" in reason:
            return StoreSlow("this takes too long; ask for less, or for rarer words")
        if "deadlock detected" in reason:
            return StoreConflict(f"{self.name}: {reason}")
        if "no such table" in reason:
            return StoreError(f"{self.name} is empty; run: guidang db upgrade")
        if "unable to open database file" in reason:
            return StoreError(f"{self.name} cannot be opened; is its folder there and writable?")
        if "disk is full" in reason or "No space left" in reason or self._is_full():
            return StoreFull(f"{self.name}: the disk is full; make room and run again")
        return StoreError(f"{self.name}: {reason}")
