"""Measure exports: entries a second of each format, beside a plain loop over the same rows.

    python -m benchmarks.exports [--entries 50000] [--postgresql] [FORMAT]...

The entries are made by rule: about 800 characters of Chinese text with links and a picture, each
with its own capture. The plain loop reads the same columns with sqlite3 and writes them with json.
Each format is written by a process of its own, which shows its memory.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import zstandard
from rich.console import Console
from rich.table import Table

from benchmarks.made_archive import arguments, made_archive
from ingest.database import Database
from ingest.exports import FORMATS, Export, run
from ingest.store.export_pages import Choice
from ingest.store.exports import Wanted

_LEVELS = (3, 9)  # of Zstandard; Parquet uses 9
_PLAIN = "plain loop"


class Cost(NamedTuple):
    """Processor time, and the most memory that the process had."""

    seconds: float
    megabytes: float


def main() -> None:
    parser = arguments(__doc__, entries=50_000)
    parser.add_argument("formats", nargs="*", metavar="FORMAT")
    options = parser.parse_args()
    loop = [] if options.postgresql else [_PLAIN]
    with made_archive(options) as (folder, database):
        formats = options.formats or [*loop, *FORMATS]
        measure(database.url, folder, options.entries, formats)


def measure(url: str, folder: Path, entries: int, formats: Sequence[str]) -> None:
    table = Table("format", "entries a second", "MB", "peak MB of memory")
    for name in formats:
        file = folder / f"corpus.{name}"
        cost = in_process(write_plain if name == _PLAIN else write, url, name, file)
        size = file.stat().st_size / 1e6
        speed = entries / cost.seconds
        table.add_row(name, f"{speed:,.0f}", f"{size:.1f}", f"{cost.megabytes:.0f}")
        if name == "jsonl":
            for level in _LEVELS:
                table.add_row(f"jsonl, zstd -{level}", "", f"{packed_size(file, level) / 1e6:.1f}")
    Console().print(table)


def in_process(work: Callable[[str, str, Path], object], url: str, name: str, file: Path) -> Cost:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as processes:
        return processes.submit(cost_of, work, url, name, file).result()


def cost_of(work: Callable[[str, str, Path], object], url: str, name: str, file: Path) -> Cost:
    before = time.process_time()
    work(url, name, file)
    seconds = time.process_time() - before
    return Cost(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def write(url: str, name: str, file: Path) -> None:
    export = Export(format=FORMATS[name], choice=Choice(), wanted=Wanted(), asked={})
    run(Database(url), export, file, lambda *_: None, force=False, has_card=False)


def write_plain(url: str, _name: str, file: Path) -> None:
    rows = sqlite3.connect(url.removeprefix("sqlite:///"))
    rows.row_factory = sqlite3.Row
    query = rows.execute(
        "SELECT entry.*, capture.url, capture.content_type, capture.captured_at,"
        " hex(capture.digest) AS digest FROM entry"
        " JOIN capture ON capture.id = entry.capture_id ORDER BY entry.published_at"
    )
    with file.open("w", encoding="utf-8") as lines:
        for row in query:
            lines.write(json.dumps(dict(row), ensure_ascii=False, default=bytes.hex) + "\n")


def packed_size(file: Path, level: int) -> int:
    """Return the size of a file in Zstandard."""
    with file.open("rb") as plain:
        packed = zstandard.ZstdCompressor(level).read_to_iter(plain)
        return sum(map(len, packed))


if __name__ == "__main__":
    main()
