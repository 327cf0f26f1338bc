"""One daemon, and one backfill, for one database: two would ask every publisher twice."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from ingest.database import Database
from ingest.errors import StoreBusy, StoreError


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


def _opened(file: Path, database: Database) -> TextIO:
    """Open the file that is locked: beside the database itself, by whatever link it is named."""
    try:
        return file.open("w", encoding="ascii")
    except OSError as error:
        raise StoreError(f"{database.name}: {file} cannot be written: {error.strerror}") from None


def _told(database: Database, work: str) -> str:
    return f"another {work} works with {database.name}; stop it first"
