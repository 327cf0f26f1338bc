"""Generate a large archive for the benchmark of search, with common and rare words."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ingest.config import FeedSettings
from ingest.database import Database
from ingest.store import due, feeds
from models import Capture, Entry

START = datetime(2014, 1, 1, tzinfo=UTC)
LATIN = ("nato", "GPT-4o", "python", "C++", "climate", "5.5%", "open", "v2.1", "A股", "3D打印")
_EVERY = timedelta(minutes=5)
_AT_ONCE = 5000
_CHARACTERS = 800
_FEED = "https://news.example.cn/feed"


class Words:
    """Generates texts in which a few words and phrases are common and most are rare."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        characters = [chr(0x4E00 + number * 5) for number in range(3500)]
        shares = list(itertools.accumulate(1 / (number + 10) for number in range(3500)))
        sizes = self._random.choices((1, 2, 2, 2, 2, 3, 4), k=200_000)
        letters = iter(self._random.choices(characters, cum_weights=shares, k=sum(sizes)))
        words = ["".join(itertools.islice(letters, size)) for size in sizes]
        words[30:2930:290] = LATIN
        words_weights = [1 / (number + 3) for number in range(len(words))]
        # Real texts repeat phrases, too.
        phrases = ["".join(self._random.choices(words[:20_000], k=3)) for _ in range(40_000)]
        phrases_weights = [1 / (number + 8) for number in range(len(phrases))]
        # The text consists of words, phrases, and punctuation between them.
        self._pieces = [*words, *phrases, "，", "。</p><p>"]
        scale = sum(words_weights) / sum(phrases_weights)
        weights = [*words_weights, *(one * scale * 0.5 for one in phrases_weights)]
        self._weights = list(itertools.accumulate([*weights, sum(weights) / 4, sum(weights) / 20]))

    def text(self, characters: int) -> str:
        """Return a text of about this many characters."""
        some = self._random.choices(self._pieces, cum_weights=self._weights, k=characters // 3)
        return "".join(some)


def write_entries(database: Database, count: int) -> None:
    """Write this many entries, and mark them as due for the index."""
    feed, _ = database.transact(feeds.add, _FEED, FeedSettings(), now=START)
    capture = {"feed_id": feed.id, "digest": b"0" * 32, "url": _FEED, "body": b""}
    insert = sa.insert(Capture).values(captured_at=START, **capture)
    database.transact(lambda connection: connection.execute(insert))
    rows = _rows(count, feed.id, Words(1))
    while some := list(itertools.islice(rows, _AT_ONCE)):
        database.transact(_write, some)


def _write(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    connection.execute(sa.insert(Entry.__table__), rows)
    due.mark_due_for(connection, "search", [one["id"] for one in rows], START)


def _rows(count: int, feed_id: int, words: Words) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        own = {"feed_id": feed_id, "capture_id": 1, "language": "zh-Hans", "feed_title": "News"}
        yield entry_row(number, START + number * _EVERY, words, _CHARACTERS) | own


def entry_row(number: int, at: datetime, words: Words, characters: int) -> dict[str, Any]:
    """Return a row of the table of entries, without the columns that say which feed it is of."""
    return {
        "id": number,
        "key": f"{number:064d}",
        "title": words.text(16).replace("</p><p>", ""),
        "html": f"<p>{words.text(characters)}</p>",
        "authors": [],
        "categories": [],
        "enclosures": [],
        "full_text": False,
        "text_digest": b"",
        "version": 1,
        "seen_at": at,
        "published_at": at,
        "first_seen_at": at,
        "item_digest": b"",
    }
