"""Generate a very large archive for the benchmark of the web pages: entries, feeds and polls."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from benchmarks.search_entries import Words, entry_row
from ingest.database import Database
from ingest.store.search import index
from models import Capture, Entry, Feed, PollRow

CATEGORIES = tuple(
    path.split("/")
    for path in "财经/股票 财经/债券 科技 科技/人工智能 文化 体育 国际/欧洲 国际".split()
)
_AT_ONCE = 5_000
_CHARACTERS = 300
_EVERY = timedelta(minutes=3)
_POLLS = 30  # of each feed
_LANGUAGES = ("zh-Hans", "zh-Hans", "zh-Hans", "zh-Hant", "en")


def write_archive(database: Database, entries: int, feeds: int, now: datetime) -> None:
    """Write this many entries of this many feeds, with their polls, but no search index."""
    start = now - entries * _EVERY
    for rows in _batches(_feeds(feeds, start, now)):
        database.transact(_insert, Feed, rows)
    for rows in _batches(_captures(feeds, start)):
        database.transact(_insert, Capture, rows)
    for rows in _batches(_polls(feeds, now)):
        database.transact(_insert, PollRow, rows)
    for rows in _batches(_entries(entries, feeds, start)):
        database.transact(_insert, Entry, rows)


def index_newest(database: Database, entries: int, indexed: int) -> None:
    """Write the newest of the entries to the search index."""
    for start in range(entries - indexed, entries, _AT_ONCE):
        ids = list(range(start + 1, min(start + _AT_ONCE, entries) + 1))
        ready = database.query(index.prepare, ids)
        database.transact(index.write, ids, ready)


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while some := list(itertools.islice(rows, _AT_ONCE)):
        yield some


def _insert(connection: sa.Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    connection.execute(sa.insert(table.__table__), rows)


def _feeds(feeds: int, start: datetime, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(1, feeds + 1):
        yield {
            "id": number,
            "url": f"https://news{number}.example.cn/feed",
            "slug": f"news{number}",
            "origin": "command",
            "settings": {"categories": CATEGORIES[number % len(CATEGORIES)]},
            "added_at": start,
            "gmt_is_local": False,
            "title": f"江海新闻{number}",
            "failures": 3 if number % 97 == 0 else 0,
            "last_error": "HTTP 404" if number % 97 == 0 else None,
            "last_success_at": now,
            "last_polled_at": now,
            "next_poll_at": now + timedelta(seconds=number * 3),
            "next_poll_reason": "new",
        }


def _captures(feeds: int, start: datetime) -> Iterator[dict[str, Any]]:
    for number in range(1, feeds + 1):
        url = f"https://news{number}.example.cn/feed"
        digest = number.to_bytes(32, "big")
        yield {
            "id": number,
            "feed_id": number,
            "digest": digest,
            "url": url,
            "body": b"",
            "captured_at": start,
        }


def _polls(feeds: int, now: datetime) -> Iterator[dict[str, Any]]:
    for back, feed in itertools.product(range(_POLLS, 0, -1), range(1, feeds + 1)):
        failed = feed % 97 == 0
        yield {
            "feed_id": feed,
            "started_at": now - timedelta(hours=back, seconds=feed % 3600),
            "seconds": 0.2 + feed % 7 / 10,
            "outcome": "failed" if failed else "not_modified" if back % 3 else "news",
            "status": 404 if failed else 200,
            "url": f"https://news{feed}.example.cn/feed",
            "size": 40_000,
            "new": 0 if failed or back % 3 else 2,
            "edited": 0,
            "unchanged": 28,
            "replacement_count": 0,
            "error_kind": "http_status" if failed else None,
            "error": "HTTP 404" if failed else None,
        }


def _entries(entries: int, feeds: int, start: datetime) -> Iterator[dict[str, Any]]:
    words = Words(1)
    for number in range(1, entries + 1):
        at, feed = start + number * _EVERY, number * 7919 % feeds + 1
        yield entry_row(number, at, words, _CHARACTERS) | {
            "feed_id": feed,
            "capture_id": feed,
            "link": f"https://news{feed}.example.cn/a/{number}.html",
            "authors": [{"name": "记者", "url": None, "email": None}],
            "language": _LANGUAGES[number % len(_LANGUAGES)],
            "feed_title": f"江海新闻{feed}",
        }
