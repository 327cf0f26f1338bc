"""Measure exports: entries a second of each format, beside a plain loop over the same rows.

    python -m benchmarks.exports [--entries 50000] [--postgresql]

The entries are made by rule: about 800 characters of Chinese text with links and a picture, each
with its own capture. The plain loop reads the same columns with sqlite3 and writes them with json.
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zstandard
from rich.console import Console
from rich.table import Table

from ingest.database import Database
from ingest.exports import FORMATS, Export, run
from ingest.store.export_pages import Choice
from ingest.store.exports import Wanted
from tests.made_entries import fill
from tests.postgres import server_for_tests

_AT_ONCE = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, default=50_000)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if options.postgresql:
            with server_for_tests() as server:
                measure(folder, server.create(), options.entries)
        else:
            measure(folder, f"sqlite:///{folder}/guidang.db", options.entries)


def measure(folder: Path, url: str, entries: int) -> None:
    database = Database(url)
    database.upgrade()
    for start in range(0, entries, _AT_ONCE):
        database.transact(fill, range(start, min(start + _AT_ONCE, entries)))
    table = Table("format", "entries a second", "MB", "peak MB of memory")
    if url.startswith("sqlite"):
        show(table, "plain loop", entries, folder / "plain.jsonl", plain_loop(folder))
    for name in FORMATS:
        file = folder / f"corpus.{name}"
        show(table, name, entries, file, lambda file=file, name=name: write(database, name, file))
    packed = zstandard.compress((folder / "corpus.jsonl").read_bytes(), 3)
    table.add_row("jsonl, zstd -3", "", f"{len(packed) / 1e6:.1f}", "")
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
