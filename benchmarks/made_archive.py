"""Make a database of generated entries, for the benchmarks of exports and of outputs."""

from __future__ import annotations

import argparse
import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ingest.database import Database
from tests.made_entries import fill
from tests.postgres import server_for_tests

_AT_ONCE = 5_000


def arguments(description: str, *, entries: int) -> argparse.ArgumentParser:
    """Return a parser of the options that choose the database; `entries` is the default."""
    parser = argparse.ArgumentParser(description=description.partition("\n")[0])
    parser.add_argument("--entries", type=int, default=entries)
    parser.add_argument("--postgresql", action="store_true")
    return parser


@contextlib.contextmanager
def made_archive(options: argparse.Namespace) -> Iterator[tuple[Path, Database]]:
    """Fill a database; yield an empty folder and the database."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder}/guidang.db"
        if options.postgresql:
            url = stack.enter_context(server_for_tests()).create()
        database = Database(url)
        stack.callback(database.dispose)
        database.upgrade()
        for start in range(0, options.entries, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, options.entries))
            database.transact(fill, numbers)
        yield folder, database
