"""Locks for work that only one process at a time may do with a database.

Two daemons, or two backfills, would send every request twice. Two processes must not run the same
follower at the same time.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from ingest.database.access import Database
from ingest.database.engine import BUSY_TIMEOUT_SECONDS
from ingest.errors import StoreBusy, StoreError

_PAUSE = 0.02  # seconds between two attempts to lock a file


@contextlib.contextmanager
def alone_at(database: Database, work: str, *, shared: bool = False) -> Iterator[None]:
    """Take an exclusive lock for a kind of work, such as `daemon`.

    With `shared`, any number of processes on PostgreSQL may hold it, but no other process alone.
    Raise `StoreBusy` if another process holds the lock.
    """
    file = database.engine.url.database
    if database.engine.dialect.name != "sqlite" or file in (None, "", ":memory:"):
        with database.held(work, shared=shared) as is_held:
            if not is_held:
                raise StoreBusy(_busy_message(database, work))
            yield
        return
    with _open_lock_file(Path(f"{Path(str(file)).resolve()}.{work}"), database) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusy(_busy_message(database, work)) from None
        yield


@contextlib.contextmanager
def turn_at(database: Database, work: str) -> Iterator[None]:
    """Wait for an exclusive lock for a kind of work, and take it.

    Raise `StoreBusy` if another process holds the lock for too long.
    """
    file = database.engine.url.database
    if database.engine.dialect.name != "sqlite":
        with database.turn(work):
            yield
    elif file in (None, "", ":memory:"):
        yield
    else:
        lock = Path(f"{Path(str(file)).resolve()}.{work}")
        with _wait_for_lock(lock, database, work):
            try:
                yield
            finally:
                lock.unlink(missing_ok=True)


@contextlib.contextmanager
def _wait_for_lock(file: Path, database: Database, work: str) -> Iterator[None]:
    """Wait for the lock of a file; open the file again if the last holder has deleted it."""
    for _ in range(int(BUSY_TIMEOUT_SECONDS / _PAUSE)):
        with _open_lock_file(file, database) as lock:
            if _can_lock(lock) and _is_same_file(file, lock):
                yield
                return
        time.sleep(_PAUSE)
    raise StoreBusy(_busy_message(database, work))


def _can_lock(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_same_file(file: Path, lock: TextIO) -> bool:
    """Return whether the path still leads to the open lock file; it may have been deleted."""
    try:
        return os.path.samestat(file.stat(), os.fstat(lock.fileno()))
    except FileNotFoundError:
        return False


def _open_lock_file(file: Path, database: Database) -> TextIO:
    """Open a lock file; raise `StoreError` if it cannot be written."""
    try:
        return file.open("w", encoding="ascii")
    except OSError as error:
        raise StoreError(f"{database.name}: {file} cannot be written: {error.strerror}") from None


def _busy_message(database: Database, work: str) -> str:
    return f"another {work} works with {database.name}; stop it first"
