"""Search in a large archive: compare the index with `LIKE` over the same rows, in one run.

    python -m benchmarks.search [--entries 100000] [--postgresql] [--scans 3] [--folder FOLDER]

The entries are generated, with about 800 characters each, and written directly into the database;
the follower then fills the index. The words have several lengths; some are in half of all entries,
and some are rare. The benchmark compares the results with a search for the same characters in the
texts (recall and precision), and the time of a page of 20 hits with that of `LIKE`. On PostgreSQL,
it also compares them with Miniflux. Times are CPU times of this process on SQLite, and wall-clock
times on PostgreSQL, whose server does the work.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from benchmarks.search_entries import LATIN, START, Words, write_entries
from benchmarks.search_miniflux import compare
from ingest.database import Database
from ingest.follow.follower import Run
from ingest.follow.search import Search
from ingest.query import parse_query
from ingest.reading.terms import Pattern, fold
from ingest.store.search.find import search
from models import Entry
from tests.postgres import server_for_tests

PAGE = 20
_AT_ONCE = 2000
_LENGTHS = {"1 Han": (1,), "2 Han": (2,), "3-4 Han": (3, 4), "7 Han": (7,)}
_OF_EACH, _COMMON = 20, 4


def questions(database: Database, count: int) -> dict[str, list[str]]:
    """Return words of each kind: first common words, then words from random texts."""
    chance = random.Random(2)
    asked = {kind: _common(*sizes) for kind, sizes in _LENGTHS.items()}
    while any(len(words) < _OF_EACH for words in asked.values()):
        html = database.query(_html, chance.randrange(count) + 1)
        runs = re.findall("[\u4e00-\u9fff]{7,}", html)
        for kind, sizes in _LENGTHS.items():
            size, run = chance.choice(sizes), chance.choice(runs)
            start = chance.randrange(len(run) - size + 1)
            asked[kind].append(run[start : start + size])
    asked = {kind: words[:_OF_EACH] for kind, words in asked.items()}
    asked["Latin"] = [word for word in LATIN if word.isascii()]
    asked["mixed"] = [word for word in LATIN if not word.isascii()]
    return asked


def _common(*sizes: int) -> list[str]:
    """Return words that are in about half of all entries."""
    words = Words(1)
    texts = [words.text(800) for _ in range(500)]
    pieces = dict.fromkeys(re.findall("[\u4e00-\u9fff]+", "，".join(texts[:20])))
    parts = {p[i : i + size] for p in pieces for size in sizes for i in range(len(p) - size + 1)}
    shares = {part: sum(part in text for text in texts) / len(texts) for part in sorted(parts)}
    return sorted(shares, key=lambda part: abs(shares[part] - 0.5))[:_COMMON]


def _html(connection: sa.Connection, number: int) -> str:
    return connection.scalar(sa.select(Entry.html).where(Entry.id == number)) or ""


def found(database: Database, word: str, limit: int, **more: Any) -> list[Any]:
    node = parse_query(f'"{word}"', ZoneInfo("UTC"))
    return database.query(search, node, limit=limit, **more)


def exactness(database: Database, asked: dict[str, list[str]], count: int) -> None:
    """Compare the results of the index with a search through all texts; print the comparison."""
    some = {kind: words[:2] + words[-6:] for kind, words in asked.items()}
    patterns = {word: Pattern(fold(word)) for words in some.values() for word in words}
    truth: dict[str, set[int]] = {word: set() for word in patterns}
    for start in range(0, count, _AT_ONCE):
        for number, title, html in database.query(_rows, start):
            text = f"{fold(title)}\n{fold(re.sub('</?p>', chr(10), html))}"
            for word, pattern in patterns.items():
                if pattern.is_in(text):
                    truth[word].add(number)
    for kind, words in some.items():
        right = wrong = missed = 0
        for word in words:
            hits = {one.entry_id for one in found(database, word, count)}
            right += len(hits & truth[word])
            wrong += len(hits - truth[word])
            missed += len(truth[word] - hits)
        recall, precision = right / max(right + missed, 1), right / max(right + wrong, 1)
        print(
            f"{kind:8} recall {recall:.3f} precision {precision:.3f} ({right:,} hits)", flush=True
        )


def _rows(connection: sa.Connection, start: int) -> Sequence[Any]:
    query = sa.select(Entry.id, Entry.title, Entry.html)
    return connection.execute(
        query.where(Entry.id > start).order_by(Entry.id).limit(_AT_ONCE)
    ).all()


class Timer:
    """Measures milliseconds: the CPU time of this process, or the wall clock if `by_clock`."""

    def __init__(self, *, by_clock: bool) -> None:
        self._now = time.perf_counter if by_clock else time.process_time

    def __call__(self, work: Callable[[], object], times: int = 1) -> float:
        """Return the shortest time of `times` runs."""
        results = []
        for _ in range(times):
            start = self._now()
            work()
            results.append((self._now() - start) * 1000)
        return min(results)


def speed(database: Database, asked: dict[str, list[str]], scans: int, timed: Timer) -> None:
    for kind, words in asked.items():
        first = [timed(lambda w=word: found(database, w, PAGE), 2) for word in words]
        dated = [timed(lambda w=word: found(database, w, PAGE, sort="date"), 2) for word in words]
        deep = [two for word in words if (two := _deep(database, word, timed)) is not None]
        like = [timed(lambda w=word: _like(database, w)) for word in words[-scans:]]
        late = f"x {statistics.median(b / a for a, b in deep):.1f}" if deep else "–"
        print(
            f"{kind:8} relevance p95 {_p95(first):7.1f} ms  median {statistics.median(first):6.1f}"
            f"  date p95 {_p95(dated):7.1f}  after 1,000 hits {late}  "
            f"LIKE {statistics.median(like):9.0f}  x {statistics.median(like) / _p95(first):.0f}",
            flush=True,
        )


def _deep(database: Database, word: str, timed: Timer) -> tuple[float, float] | None:
    """Return the times of the first page and of a page after a thousand hits.

    Return None if there are fewer than a thousand hits.
    """
    hits = found(database, word, 1000, sort="date")
    if len(hits) < 1000:
        return None
    first = timed(lambda: found(database, word, PAGE, sort="date"), 2)
    return first, timed(lambda: found(database, word, PAGE, sort="date", after=hits[-1].place), 2)


def _p95(times: list[float]) -> float:
    return sorted(times)[max(round(len(times) * 0.95) - 1, 0)]


def _like(database: Database, word: str) -> object:
    """Query the same page without the index: hits in titles first, then the newest hits."""
    pattern = f"%{word}%"
    in_title = Entry.title.like(pattern)
    query = sa.select(Entry.id).where(sa.or_(in_title, Entry.html.like(pattern)))
    query = query.order_by(in_title.desc(), Entry.published_at.desc(), Entry.id.desc())
    return database.query(lambda c: c.execute(query.limit(PAGE)).all())


def size_of_texts(connection: sa.Connection) -> int:
    function = "length(CAST({} AS BLOB))" if _is_sqlite(connection) else "octet_length({})"
    each = " + ".join(function.format(name) for name in ("title", "html"))
    return int(connection.scalar(sa.text(f"SELECT sum({each}) FROM entry")) or 0)


def size_of_index(connection: sa.Connection) -> int:
    if _is_sqlite(connection):
        query = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%search_%'"
    else:
        query = (
            "SELECT pg_total_relation_size('search_index')"
            " + pg_total_relation_size('search_document')"
        )
    return int(connection.scalar(sa.text(query)) or 0)


def _is_sqlite(connection: sa.Connection) -> bool:
    return connection.dialect.name == "sqlite"


@contextmanager
def place(postgresql: bool, folder: Path | None) -> Iterator[str]:
    if postgresql:
        with server_for_tests() as server:
            url = server.create()
            yield url
            server.drop(url)
    elif folder:
        folder.mkdir(parents=True, exist_ok=True)
        yield f"sqlite:///{folder}/guidang.db"
    else:
        with tempfile.TemporaryDirectory() as temporary:
            yield f"sqlite:///{temporary}/guidang.db"


def fill(database: Database, count: int) -> None:
    """Fill the index; print the speed."""
    start, cpu = time.perf_counter(), time.process_time()
    Run(database, Search(database), now=START).finish()
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
            c.execute(sa.text("VACUUM ANALYZE"))
    print(
        f"filled: {count / cpu:,.0f} entries a second of CPU, {count / seconds:,.0f} by the clock"
    )


def measure(database: Database, count: int, scans: int) -> None:
    size = database.query(size_of_texts)
    print(f"{count:,} entries, {size / 1e6:,.0f} MB of text, {database.engine.dialect.name}")
    print(f"index: {database.query(size_of_index) / size:.2f} of the text", flush=True)
    asked = questions(database, count)
    is_postgresql = database.engine.dialect.name == "postgresql"
    timed = Timer(by_clock=is_postgresql)
    speed(database, asked, scans, timed)
    if is_postgresql:
        compare(database, asked["2 Han"], timed)
    exactness(database, asked, count)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--scans", type=int, default=3, help="LIKE queries for each kind of word")
    parser.add_argument(
        "--folder", type=Path, help="keep the SQLite file there, or use its entries"
    )
    options = parser.parse_args()
    with place(options.postgresql, options.folder) as url:
        database = Database(url)
        database.upgrade()
        count = database.query(lambda c: c.scalar(sa.select(sa.func.count(Entry.id)))) or 0
        if count == 0:
            count = options.entries
            write_entries(database, count)
            fill(database, count)
        measure(database, count, options.scans)
        database.dispose()


if __name__ == "__main__":
    main()
