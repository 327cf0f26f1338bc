"""Search in a large archive: compare the index with `LIKE` over the same rows, in one run.

    python -m benchmarks.search [--entries 100000] [--postgresql] [--scans 3]

The entries are made by rule, about 800 characters each, and written straight into the database;
the follower then fills the index. For words of each length, some common and some rare, the
benchmark compares what is found with a search for the same characters in the texts (recall and
precision), and the time of a page of 20 hits with that of `LIKE`.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ingest.config import FeedSettings
from ingest.database import Database
from ingest.follow.follower import Run
from ingest.follow.search import Search
from ingest.query import parse_query
from ingest.reading.terms import Pattern, fold
from ingest.store import due, feeds
from ingest.store.search.find import search
from models import Capture, Entry
from tests.postgres import server_for_tests

START = datetime(2014, 1, 1, tzinfo=UTC)
EVERY = timedelta(minutes=5)
AT_ONCE = 2000
PAGE = 20
KINDS = ("1 Han", "2 Han", "3-4 Han", "7 Han", "Latin", "mixed")
LATIN = ("nato", "GPT-4o", "python", "C++", "climate", "5.5%", "open", "v2.1", "A股", "3D打印")


class Words:
    """Texts in which a few words are common and most are rare, as in a language."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        characters = [chr(0x4E00 + number * 5) for number in range(3500)]
        shares = [1 / (number + 10) for number in range(3500)]
        lengths = (1, 2, 2, 2, 2, 3, 4)
        self._known = [
            "".join(self._random.choices(characters, shares, k=self._random.choice(lengths)))
            for _ in range(30_000)
        ] + list(LATIN)
        self._random.shuffle(self._known)
        weights = (1 / (number + 3) for number in range(len(self._known)))
        self._weights = list(itertools.accumulate(weights))
        # A language repeats its phrases.
        self._phrases = ["".join(self._some(3)) for _ in range(20_000)]

    def _some(self, count: int) -> list[str]:
        return self._random.choices(self._known, cum_weights=self._weights, k=count)

    def text(self, characters: int = 800) -> str:
        pieces: list[str] = []
        length = 0
        while length < characters:
            piece = (
                self._random.choice(self._phrases)
                if self._random.random() < 0.5
                else "".join(self._some(2))
            )
            pieces.append(piece)
            length += len(piece)
            if self._random.random() < 0.3:
                pieces.append("，" if self._random.random() < 0.8 else "。</p><p>")
        return "".join(pieces)


def fill(database: Database, count: int) -> int:
    """Write the entries; return the bytes of their texts."""
    words = Words(1)
    feed, _ = database.transact(
        feeds.add, "https://news.example.cn/feed", FeedSettings(), now=START
    )
    capture = {
        "feed_id": feed.id,
        "digest": b"0" * 32,
        "url": "https://news.example.cn/feed",
        "body": b"",
        "captured_at": START,
    }
    database.transact(lambda c: c.execute(sa.insert(Capture).values(capture)))
    size = 0
    for start in range(1, count + 1, AT_ONCE):
        rows = [
            row(number, feed.id, words) for number in range(start, min(start + AT_ONCE, count + 1))
        ]
        size += sum(len((one["title"] + one["html"]).encode()) for one in rows)
        database.transact(_write, rows)
    return size


def _write(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    connection.execute(sa.insert(Entry), rows)
    due.mark_due_for(connection, "search", [one["id"] for one in rows], START)


def row(number: int, feed_id: int, words: Words) -> dict[str, Any]:
    at = START + number * EVERY
    return {
        "id": number,
        "feed_id": feed_id,
        "key": f"{number:064d}",
        "title": words.text(16).replace("</p><p>", ""),
        "html": f"<p>{words.text()}</p>",
        "authors": [],
        "categories": [],
        "enclosures": [],
        "language": "zh-Hans",
        "feed_title": "News",
        "full_text": False,
        "text_digest": b"",
        "version": 1,
        "seen_at": at,
        "published_at": at,
        "first_seen_at": at,
        "item_digest": b"",
        "capture_id": 1,
    }


def questions(database: Database, count: int) -> dict[str, list[str]]:
    """Return words of each kind that are in the texts: common and rare ones."""
    chance = random.Random(2)
    asked: dict[str, list[str]] = {kind: [] for kind in KINDS}
    lengths = {"1 Han": (1,), "2 Han": (2,), "3-4 Han": (3, 4), "7 Han": (7,)}
    asked["Latin"] = [word for word in LATIN if word.isascii()]
    asked["mixed"] = [word for word in LATIN if not word.isascii()]
    while any(len(words) < 20 for kind, words in asked.items() if kind in lengths):
        number = chance.randrange(count) + 1
        html = database.query(
            lambda c, n=number: c.scalar(sa.select(Entry.html).where(Entry.id == n))
        )
        runs = [run for run in html.replace("<p>", "，").replace("</p>", "，").split("，") if run]
        for kind, sizes in lengths.items():
            size, run = chance.choice(sizes), chance.choice(runs)
            start = chance.randrange(max(len(run) - size, 0) + 1)
            word = run[start : start + size]
            if len(word) == size and not word.isascii() and all(map(_is_han, word)):
                asked[kind].append(word)
    return {kind: words[:20] for kind, words in asked.items()}


def _html(connection: sa.Connection, number: int) -> str:
    return connection.scalar(sa.select(Entry.html).where(Entry.id == number)) or ""


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def found(database: Database, word: str, limit: int, **more: Any) -> list[Any]:
    node = parse_query(f'"{word}"', ZoneInfo("UTC"))
    return database.query(search, node, limit=limit, **more)


def exactness(database: Database, asked: dict[str, list[str]], count: int) -> None:
    """Compare what is found with a search through all texts."""
    patterns = {w: Pattern(fold(w)) for words in asked.values() for w in words[:8]}
    truth: dict[str, set[int]] = {word: set() for word in patterns}
    for start in range(0, count, AT_ONCE):
        for number, title, html in database.query(_some, start):
            text = (
                fold(title)
                + "\n"
                + fold(html.replace("</p><p>", "\n").replace("<p>", "").replace("</p>", ""))
            )
            for word, pattern in patterns.items():
                if pattern.is_in(text):
                    truth[word].add(number)
    for kind, words in asked.items():
        right = wrong = missed = 0
        for word in words[:8]:
            hits = {one.entry_id for one in found(database, word, count)}
            right += len(hits & truth[word])
            wrong += len(hits - truth[word])
            missed += len(truth[word] - hits)
        recall, precision = right / max(right + missed, 1), right / max(right + wrong, 1)
        print(f"{kind:8} recall {recall:.3f} precision {precision:.3f} ({right:,} hits)")


def _some(connection: sa.Connection, start: int) -> Sequence[Any]:
    query = sa.select(Entry.id, Entry.title, Entry.html)
    return connection.execute(query.where(Entry.id > start).order_by(Entry.id).limit(AT_ONCE)).all()


def timed(work: Callable[[], object], times: int = 1) -> float:
    """Return the shortest time of some runs, in milliseconds."""
    results = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        results.append((time.perf_counter() - start) * 1000)
    return min(results)


def speed(database: Database, asked: dict[str, list[str]], scans: int) -> None:
    for kind, words in asked.items():
        first = [timed(lambda w=word: found(database, w, PAGE), 2) for word in words]
        dated = [timed(lambda w=word: found(database, w, PAGE, sort="date"), 2) for word in words]
        deep = [one for word in words if (one := _deep(database, word)) is not None]
        like = [timed(lambda w=word: _like(database, w)) for word in words[:scans]]
        late = f"{_p95(deep):8.1f}" if deep else "       –"
        print(
            f"{kind:8} p95 ms: relevance {_p95(first):8.1f}  date {_p95(dated):8.1f}  "
            f"deep {late}  LIKE median {statistics.median(like):9.1f}  "
            f"x {statistics.median(like) / _p95(first):.0f}"
        )


def _deep(database: Database, word: str) -> float | None:
    hits = found(database, word, 1000)
    if len(hits) < 1000:
        return None
    return timed(lambda: found(database, word, PAGE, after=hits[-1].place), 2)


def _p95(times: list[float]) -> float:
    return sorted(times)[max(round(len(times) * 0.95) - 1, 0)]


def _like(database: Database, word: str) -> object:
    """Ask for the same page without the index: titles first, then the newest."""
    pattern = f"%{word}%"
    in_title = Entry.title.like(pattern)
    query = sa.select(Entry.id).where(sa.or_(in_title, Entry.html.like(pattern)))
    query = query.order_by(in_title.desc(), Entry.published_at.desc(), Entry.id.desc())
    return database.query(lambda c: c.execute(query.limit(PAGE)).all())


def size_of_index(connection: sa.Connection) -> int:
    if connection.dialect.name == "sqlite":
        query = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%search_%'"
    else:
        query = (
            "SELECT pg_total_relation_size('search_index')"
            " + pg_total_relation_size('search_document')"
        )
    return int(connection.scalar(sa.text(query)) or 0)


@contextmanager
def place(postgresql: bool) -> Iterator[str]:
    if not postgresql:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder)}/guidang.db"
        return
    with server_for_tests() as server:
        url = server.create()
        yield url
        server.drop(url)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--scans", type=int, default=3, help="LIKE queries for each kind of word")
    options = parser.parse_args()
    with place(options.postgresql) as url:
        database = Database(url)
        database.upgrade()
        size = fill(database, options.entries)
        start, cpu = time.perf_counter(), time.process_time()
        Run(database, Search(database), now=START).finish()
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        if options.postgresql:
            with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
                c.execute(sa.text("VACUUM ANALYZE"))
        print(f"{options.entries:,} entries, {size / 1e6:.0f} MB of text, {url.split(':')[0]}")
        by_cpu, by_clock = options.entries / cpu, options.entries / seconds
        print(f"filled: {by_cpu:,.0f} entries a second of CPU, {by_clock:,.0f} by the clock")
        print(f"index: {database.query(size_of_index) / size:.2f} of the text")
        asked = questions(database, options.entries)
        exactness(database, asked, options.entries)
        speed(database, asked, options.scans)
        database.dispose()


if __name__ == "__main__":
    main()
