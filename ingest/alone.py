"""Work that only one process at a time may do with a database.

One daemon and one backfill: two would ask every publisher twice. Followers take turns.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from ingest.database import BUSY_TIMEOUT_SECONDS, Database
from ingest.errors import StoreBusy, StoreError

_PAUSE = 0.02  # seconds between two attempts to lock a file


@contextlib.contextmanager
def alone_at(database: Database, work: str) -> Iterator[None]:
    """Hold the database against who does the same work, such as `daemon`.

    Raise `StoreBusy` if there is one.
    """
    file = database.engine.url.database
    if database.engine.dialect.name != "sqlite" or file in (None, "", ":memory:"):
        with database.held(work) as is_held:
            if not is_held:
                raise StoreBusy(_told(database, work))
            yield
        return
    with _opened(Path(f"{Path(str(file)).resolve()}.{work}"), database) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusy(_told(database, work)) from None
        yield


@contextlib.contextmanager
def turn_at(database: Database, work: str) -> Iterator[None]:
    """Wait until no other process does this work, and keep others out meanwhile.

    Raise `StoreBusy` if another does not end it in time.
    """
    file = database.engine.url.database
    if database.engine.dialect.name != "sqlite":
        with database.turn(work):
            yield
    elif file in (None, "", ":memory:"):
        yield
    else:
        lock = Path(f"{Path(str(file)).resolve()}.{work}")
        with _locked_in_time(lock, database, work):
            try:
                yield
            finally:
                lock.unlink(missing_ok=True)


@contextlib.contextmanager
def _locked_in_time(file: Path, database: Database, work: str) -> Iterator[None]:
    """Lock a file that whoever held the lock before has deleted in the end."""
    for _ in range(int(BUSY_TIMEOUT_SECONDS / _PAUSE)):
        with _opened(file, database) as lock:
            if _is_locked(lock) and _is_still(file, lock):
                yield
                return
        time.sleep(_PAUSE)
    raise StoreBusy(_told(database, work))


def _is_locked(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(file: Path, lock: TextIO) -> bool:
    """Whether an open file is the one of that name, not one that was deleted since."""
    try:
        return os.path.samestat(file.stat(), os.fstat(lock.fileno()))
    except FileNotFoundError:
        return False


def _opened(file: Path, database: Database) -> TextIO:
    """Open the file that is locked: beside the database itself, by whatever link it is named."""
    try:
        return file.open("w", encoding="ascii")
    except OSError as error:
        raise StoreError(f"{database.name}: {file} cannot be written: {error.strerror}") from None


def _told(database: Database, work: str) -> str:
    return f"another {work} works with {database.name}; stop it first"
