"""Measure the cost of linking near-duplicates in a growing archive, and in a flood of entries.

    python -m benchmarks.linking [--sizes 10000,100000] [--measured 2000] [--flood 10000]
        [--postgresql]

The archive is filled with generated entries of about 300 characters, which the follower links.
Every tenth of them is another edition of an earlier entry. At each size, the benchmark links some
entries of about 800 characters, and measures the CPU of all processes, including the server. The
flood has entries of about 800 characters that have only one clause in common.
"""

from __future__ import annotations

import argparse
import os
import random
from collections.abc import Iterator

import sqlalchemy as sa

from benchmarks.measure import Watch
from benchmarks.search import place
from benchmarks.search_entries import START, Words, write_entries
from ingest.database import Database
from ingest.follow.follower import Run
from ingest.follow.likeness import Likeness
from ingest.garbage import freeze_garbage, search_seldom
from ingest.store import due
from ingest.store.likeness.write import LIKENESS
from models import Entry

AT_ONCE = 2000
FILLED, MEASURED = 300, 800  # characters of an entry
SHARED = "本站所有文章均由编辑部的同事逐字核对，"


class Archive:
    """A database with entries, the last of which are not linked yet."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._words = Words(3)
        self._chance = random.Random(3)
        self._texts: list[str] = []
        write_entries(database, 1)
        self._first = database.query(
            lambda c: c.execute(sa.select(Entry.__table__)).one()._asdict()
        )
        self.count = 1

    def add(self, count: int, characters: int, *, shared: str = "") -> None:
        """Write entries and mark them as due."""
        rows = []
        for text in self._made(count, characters):
            self.count += 1
            rows.append(self._row(self.count, f"{shared}{text}"))
            if len(rows) == AT_ONCE:
                self._database.transact(_write, rows)
                rows = []
        if rows:
            self._database.transact(_write, rows)

    def _row(self, number: int, text: str) -> dict[str, object]:
        title = self._words.text(16).replace("</p><p>", "")
        new = {"id": number, "key": f"{number:064d}", "title": title, "html": f"<p>{text}</p>"}
        return self._first | new

    def _made(self, count: int, characters: int) -> Iterator[str]:
        for number in range(count):
            if number % 10 == 9 and self._texts:
                text = f"{self._chance.choice(self._texts)}</p><p>（来源：江南晚报）"
            else:
                text = self._words.text(characters)
                self._texts = [*self._texts[-999:], text]
            yield text

    def link(self) -> None:
        Run(self._database, Likeness(self._database), now=START).finish()

    def measured(self, count: int, *, shared: str = "") -> float:
        """Link some more entries; return the milliseconds of CPU for each."""
        self.add(count, MEASURED, shared=shared)
        freeze_garbage()  # as the daemon does
        with Watch(os.getpid()) as watch:
            self.link()
        return watch.cost.cpu / count * 1000


def _write(connection: sa.Connection, rows: list[dict[str, object]]) -> None:
    connection.execute(sa.insert(Entry.__table__), rows)
    due.mark_due_for(connection, LIKENESS, [one["id"] for one in rows], START)


def size(connection: sa.Connection) -> int:
    """Return the bytes of the follower's tables and indexes."""
    if connection.dialect.name == "sqlite":
        query = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%likeness_%'"
    else:
        query = (
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
            " WHERE relname LIKE 'likeness_%' AND relkind = 'r'"
        )
    return int(connection.scalar(sa.text(query)) or 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--measured", type=int, default=2000)
    parser.add_argument("--flood", type=int, default=10_000)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    search_seldom()
    with place(options.postgresql, None) as url:
        database = Database(url)
        database.upgrade()
        archive = Archive(database)
        for target in map(int, options.sizes.split(",")):
            archive.add(target - archive.count - options.measured, FILLED)
            archive.link()
            cost = archive.measured(options.measured)
            bytes_of_each = database.query(size) / archive.count
            print(
                f"{archive.count:9,} entries: {cost:.2f} ms, {bytes_of_each:.0f} bytes", flush=True
            )
        if options.flood:
            cost = archive.measured(options.flood, shared=SHARED)
            print(f"a flood of {options.flood:,} that share a clause: {cost:.2f} ms", flush=True)
            print(f"others after it: {archive.measured(options.measured):.2f} ms")
        database.dispose()


if __name__ == "__main__":
    main()
