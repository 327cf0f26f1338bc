"""Generate any number of entries, directly in the database, for tests and benchmarks.

Each entry has about 800 Han characters with links and a picture, its own date and its own capture.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any

import sqlalchemy as sa

from ingest.reading.documents.packing import pack
from models import Capture, Entry, Feed

_BEGIN = datetime(2016, 1, 1, tzinfo=UTC)
_FEEDS = 100
_HAN = "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))


def fill(connection: sa.Connection, numbers: range) -> None:
    """Insert generated entries; insert the feeds, too, if the numbers begin with 0."""
    if numbers.start == 0:
        connection.execute(sa.insert(Feed), [feed_row(number) for number in range(1, _FEEDS + 1)])
    pairs = [rows_of(number) for number in numbers]
    connection.execute(sa.insert(Capture), [capture for capture, _ in pairs])
    connection.execute(sa.insert(Entry), [entry for _, entry in pairs])


def feed_row(number: int) -> dict[str, Any]:
    url = f"https://news{number}.example.cn/feed"
    return {
        "id": number,
        "url": url,
        "slug": f"news{number}.example.cn-feed",
        "origin": "command",
        "settings": {},
        "added_at": _BEGIN,
        "gmt_is_local": False,
        "failures": 0,
        "next_poll_at": _BEGIN,
        "next_poll_reason": "new",
    }


def rows_of(number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the rows of a capture and of its entry."""
    random, feed = Random(number), number % _FEEDS + 1
    at = _BEGIN + timedelta(minutes=5 * number)
    link = f"https://news{feed}.example.cn/{at:%Y/%m/%d}/{number}.html"
    html = "\n".join(paragraphs(random, link))
    packed = pack(f"<rss><item><link>{link}</link><description>{html}</description>".encode())
    capture = {
        "id": number + 1,
        "feed_id": feed,
        "url": f"https://news{feed}.example.cn/feed",
        "content_type": "application/rss+xml",
        "captured_at": at,
        **packed._asdict(),
    }
    digest = sha256(link.encode())
    return capture, {
        "id": number + 1,
        "feed_id": feed,
        "key": digest.hexdigest(),
        "guid": str(number),
        "link": link,
        "link_key": digest.hexdigest(),
        "item_digest": digest.digest()[:20],
        "text_digest": digest.digest(),
        "capture_id": number + 1,
        "first_seen_at": at,
        "seen_at": at,
        "version": 1,
        "title": "".join(random.choices(_HAN, k=20)),
        "authors": [{"name": "记者", "url": None, "email": None}],
        "categories": ["新闻", "国际"],
        "published_at": at,
        "published_raw": f"{at:%a, %d %b %Y %H:%M:%S} GMT",
        "published_method": "rfc822",
        "published_precision": "second",
        "html": html,
        "lead_image": f"https://news{feed}.example.cn/i/{number}.jpg",
        "language": "zh-Hans",
        "feed_title": f"新闻{feed}",
        "enclosures": [],
        "full_text": False,
    }


def paragraphs(random: Random, link: str) -> Iterator[str]:
    yield f'<p><img src="{link}.jpg" alt="图"></p>'
    for _ in range(8):
        yield f'<p>{"".join(random.choices(_HAN, k=100))}，<a href="{link}">原文</a>。</p>'
