"""Measure outputs: records a second of each layout, compared with the layout `hexo` alone.

    python -m benchmarks.outputs [--entries 20000] [--postgresql] [LAYOUT]...

The entries are those of `benchmarks.exports`. Each layout writes all of them into an empty folder,
then a second time, which must write nothing. Seconds are of the processor, because the disk may
be busy with other things; `hexo` is measured first and last, and the better time counts.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ingest.config import OutputConfig
from ingest.database import Database
from ingest.follow.files import Output
from ingest.store.due import add_follower
from tests.made_entries import fill
from tests.postgres import server_for_tests

_AT_ONCE = 5_000
_NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("layouts", nargs="*", metavar="LAYOUT", default=["hexo", "hugo"])
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if options.postgresql:
            with server_for_tests() as server:
                measure(folder, server.create(), options.entries, options.layouts)
        else:
            url = f"sqlite:///{folder}/guidang.db"
            measure(folder, url, options.entries, options.layouts)


def measure(folder: Path, url: str, entries: int, layouts: Sequence[str]) -> None:
    database = Database(url)
    database.upgrade()
    for start in range(0, entries, _AT_ONCE):
        database.transact(fill, range(start, min(start + _AT_ONCE, entries)))
    alone = [write(database, folder, "hexo", "first", entries)]
    others = {layout: write(database, folder, layout, "output", entries) for layout in layouts}
    alone.append(write(database, folder, "hexo", "last", entries))
    database.dispose()
    table = Table("layout", "records a second", "compared with hexo alone")
    table.add_row("hexo alone", f"{entries / min(alone):,.0f}", "")
    for layout, seconds in others.items():
        table.add_row(layout, f"{entries / seconds:,.0f}", f"{min(alone) / seconds:.2f}")
    Console().print(table)


def write(database: Database, folder: Path, layout: str, number: str, entries: int) -> float:
    """Write all entries as one output; return the seconds of the processor."""
    name = f"{layout}-{number}"
    output = Output(OutputConfig(name=name, path=folder / name, layout=layout), database)
    database.transact(add_follower, output.name)
    begun = time.process_time()
    written = output.rebuild(now=_NOW)
    seconds = time.process_time() - begun
    again = output.rebuild(now=_NOW)
    if (written, again) != (entries, 0):
        raise SystemExit(f"{name}: {written:,} files written, then {again:,}; expected all, then 0")
    return seconds


if __name__ == "__main__":
    main()
