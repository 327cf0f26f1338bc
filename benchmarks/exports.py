"""Measure exports: entries a second of each format, compared with a plain loop over the rows.

    python -m benchmarks.exports [--entries 50000] [--postgresql]

The entries are generated: about 800 characters of Chinese text with links and a picture, each with
its own capture. The plain loop reads the same columns with sqlite3 and writes them with json.
"""

from __future__ import annotations

import json
import resource
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zstandard
from rich.console import Console
from rich.table import Table

from benchmarks.made_archive import arguments, made_archive
from ingest.database import Database
from ingest.exports import FORMATS, Export, run
from ingest.store.export_pages import Choice
from ingest.store.exports import Wanted

_LEVELS = (3, 9, 19)  # of Zstandard; Parquet uses 9


def main() -> None:
    options = arguments(__doc__, entries=50_000).parse_args()
    with made_archive(options) as (folder, database):
        measure(database, folder, options.entries, has_loop=not options.postgresql)


def measure(database: Database, folder: Path, entries: int, *, has_loop: bool) -> None:
    table = Table("format", "entries a second", "MB", "peak MB of memory")
    if has_loop:
        show(table, "plain loop", entries, folder / "plain.jsonl", plain_loop(folder))
    for name in FORMATS:
        file = folder / f"corpus.{name}"
        show(table, name, entries, file, lambda file=file, name=name: write(database, name, file))
    lines = (folder / "corpus.jsonl").read_bytes()
    for level in _LEVELS:
        packed = zstandard.compress(lines, level)
        table.add_row(f"jsonl, zstd -{level}", "", f"{len(packed) / 1e6:.1f}", "")
    Console().print(table)


def show(table: Table, name: str, entries: int, file: Path, work: Callable[[], Any]) -> None:
    before = time.process_time()
    work()
    seconds = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = file.stat().st_size / 1e6
    table.add_row(name, f"{entries / seconds:,.0f}", f"{size:.1f}", f"{peak:.0f}")


def write(database: Database, name: str, file: Path) -> None:
    export = Export(format=FORMATS[name], choice=Choice(), wanted=Wanted(), asked={})
    run(database, export, file, lambda *_: None, force=False, has_card=False)


def plain_loop(folder: Path) -> Callable[[], None]:
    def work() -> None:
        rows = sqlite3.connect(folder / "guidang.db")
        rows.row_factory = sqlite3.Row
        query = rows.execute(
            "SELECT entry.*, capture.url, capture.content_type, capture.captured_at,"
            " hex(capture.digest) AS digest FROM entry"
            " JOIN capture ON capture.id = entry.capture_id ORDER BY entry.published_at"
        )
        with (folder / "plain.jsonl").open("w", encoding="utf-8") as file:
            for row in query:
                file.write(json.dumps(dict(row), ensure_ascii=False, default=bytes.hex) + "\n")

    return work


if __name__ == "__main__":
    main()
