"""One daemon for one database: two would ask every publisher twice."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from ingest.database import Database
from ingest.errors import StoreBusy


@contextlib.contextmanager
def alone_at(database: Database) -> Iterator[None]:
    """Hold the database against other daemons; raise `StoreBusy` if there is one."""
    file = database.engine.url.database
    if database.engine.dialect.name != "sqlite" or file in (None, "", ":memory:"):
        with database.held() as is_held:
            if not is_held:
                raise StoreBusy(_told(database))
            yield
        return
    with Path(f"{file}.daemon").open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreBusy(_told(database)) from None
        yield


def _told(database: Database) -> str:
    return f"another daemon works with {database.name}; stop it first"
