"""Build feeds and records, and stop the clock, for many tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.values import Record

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass
class FrozenClock:
    """A clock that stands still until the test moves it."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


def make_record(**changes: Any) -> Record:
    """Return a record with all usual fields; `changes` replace fields."""
    defaults: dict[str, Any] = {
        "entry_id": 1,
        "key": "0123456789abcdef" * 4,
        "feed_url": "https://news.example.cn/feed.xml",
        "feed_slug": "news.example.cn-feed",
        "feed_title": "江海新闻",
        "feed_author": None,
        "set_author": None,
        "feed_categories": (),
        "title": "老旧小区加装电梯可提公积金",
        "link": "https://news.example.cn/a/1.html",
        "guid": "a-1",
        "authors": (),
        "tags": (),
        "published_at": datetime(2022, 1, 28, 13, 34, 39, tzinfo=UTC),
        "updated_at": None,
        "first_seen_at": NOON,
        "lead_image": "https://img.example.cn/1.jpg?w=770&resize=770%2C433",
        "html": "<p>正文。</p>",
    }
    return Record(**(defaults | changes))


def rss(*items: str, title: str = "江海新闻", link: str = "https://news.example.cn/") -> str:
    """Return an RSS 2.0 document with these items."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
        f"<title>{title}</title><link>{link}</link><description>d</description>\n"
        + "\n".join(items)
        + "\n</channel></rss>\n"
    )


def item(number: int | str, **fields: str) -> str:
    """Return an RSS item; `fields` replace or add elements, an empty field removes its element."""
    elements = {
        "title": f"第{number}条新闻",
        "link": f"https://news.example.cn/a/{number}.html",
        "guid": f"news-{number}",
        "pubDate": "Fri, 28 Jan 2022 13:34:39 GMT",
        "description": f"&lt;p&gt;第{number}条新闻的正文。&lt;/p&gt;",
    } | fields
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in elements.items() if text)
    return f"<item>{inner}</item>"
