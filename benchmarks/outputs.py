"""Measure outputs: records a second of each layout, compared with the layout `hexo` alone.

    python -m benchmarks.outputs [--entries 20000] [--postgresql] [LAYOUT]...

The entries are the same as in `benchmarks.exports`. Each layout writes all of them into an empty
folder, then a second time, which must write nothing. The measured time is CPU time, because other
programs may use the disk. The layout `hexo` is measured first and last; the better time counts.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.made_archive import arguments, made_archive
from ingest.config import OutputConfig
from ingest.database import Database
from ingest.follow.files import Output
from ingest.store.due import add_follower

_NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def main() -> None:
    parser = arguments(__doc__, entries=20_000)
    parser.add_argument("layouts", nargs="*", metavar="LAYOUT", default=["hexo", "hugo"])
    options = parser.parse_args()
    with made_archive(options) as (folder, database):
        measure(database, folder, options.entries, options.layouts)


def measure(database: Database, folder: Path, entries: int, layouts: Sequence[str]) -> None:
    alone = [write(database, folder, "hexo", "first", entries)]
    others = {layout: write(database, folder, layout, "output", entries) for layout in layouts}
    alone.append(write(database, folder, "hexo", "last", entries))
    table = Table("layout", "records a second", "compared with hexo alone")
    table.add_row("hexo alone", f"{entries / min(alone):,.0f}", "")
    for layout, seconds in others.items():
        table.add_row(layout, f"{entries / seconds:,.0f}", f"{min(alone) / seconds:.2f}")
    Console().print(table)


def write(database: Database, folder: Path, layout: str, number: str, entries: int) -> float:
    """Write all entries as one output; return the CPU seconds of the first writing."""
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
