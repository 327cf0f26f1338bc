"""What many tests need: a frozen clock, builders of values, a small world to poll in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingest.archive import Archive
from ingest.config import (
    ArchiveConfig,
    Config,
    DatabaseConfig,
    FeedSettings,
    FetchConfig,
    RsshubConfig,
)
from ingest.database import Database
from ingest.pipeline import poll_feeds
from ingest.services import open_services
from ingest.store import feeds, listings
from ingest.store.feeds import FeedState
from ingest.values import Poll, Record
from models import Base

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass
class FrozenClock:
    """A clock that stands still until it is moved."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


def make_record(**changes: Any) -> Record:
    """A record with everything in it, changed as asked."""
    defaults: dict[str, Any] = {
        "entry_id": 1,
        "render_due": 1,
        "key": "0123456789abcdef" * 4,
        "feed_url": "https://news.example.cn/feed.xml",
        "feed_slug": "news.example.cn-feed",
        "feed_title": "江海新闻",
        "feed_author": None,
        "set_author": None,
        "set_categories": (),
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
    """An RSS 2.0 document of these items."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
        f"<title>{title}</title><link>{link}</link><description>d</description>\n"
        + "\n".join(items)
        + "\n</channel></rss>\n"
    )


def item(number: int | str, **fields: str) -> str:
    """An item of its own; `fields` replace, add (or, empty, remove) elements."""
    elements = {
        "title": f"第{number}条新闻",
        "link": f"https://news.example.cn/a/{number}.html",
        "guid": f"news-{number}",
        "pubDate": "Fri, 28 Jan 2022 13:34:39 GMT",
        "description": f"&lt;p&gt;第{number}条新闻的正文。&lt;/p&gt;",
    } | fields
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in elements.items() if text)
    return f"<item>{inner}</item>"


@dataclass
class World:
    """A configuration, a database and an archive folder in a place of their own."""

    root: Path
    database_url: str
    clock: FrozenClock = field(default_factory=FrozenClock)
    fetch: dict[str, Any] = field(default_factory=dict)
    archive: dict[str, Any] = field(default_factory=dict)
    rsshub: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.config = Config(
            database=DatabaseConfig(url=self.database_url),
            archive=ArchiveConfig(path=self.root / "posts", **self.archive),
            rsshub=RsshubConfig(**self.rsshub),
            fetch=FetchConfig(
                allow_private=(ip_network("127.0.0.0/8"),),
                host_delay=timedelta(0),
                per_host=8,
                **self.fetch,
            ),
        )
        self.database = Database(self.config.database.url)
        self.database.upgrade()

    def add(self, url: str, **settings: Any) -> FeedState:
        wanted = FeedSettings.model_validate(settings)
        feed, _ = self.database.write(feeds.add, url, wanted, now=self.clock())
        return feed

    def poll(self, *chosen: FeedState) -> list[Poll]:
        """Look at these feeds (else all) once, as they are kept now."""
        kept = self.database.read(feeds.every)
        wanted = {feed.id for feed in chosen} or {feed.id for feed in kept}
        return asyncio.run(self._poll([feed for feed in kept if feed.id in wanted]))

    async def _poll(self, chosen: Sequence[FeedState]) -> list[Poll]:
        async with open_services(self.config, self.database, self.clock) as services:
            return await poll_feeds(services, chosen, lambda feed, poll: None)

    def entries(self) -> list[dict[str, Any]]:
        """All entries, oldest first."""
        return self.database.read(listings.listing)[::-1]

    def entry(self, entry_id: int) -> dict[str, Any]:
        found = self.database.read(listings.show, entry_id)
        assert found is not None
        return found

    @property
    def folder(self) -> Archive:
        return Archive(self.config.archive, self.database)

    def files(self) -> dict[str, bytes]:
        """The records in the archive folder by path."""
        return {
            path.relative_to(self.config.archive.path).as_posix(): path.read_bytes()
            for path in sorted(self.config.archive.path.rglob("*.md"))
        }

    def counts(self) -> dict[str, int]:
        """How many rows each table holds."""
        return self.database.read(_count_rows)

    def ask(self, query: Callable[[sa.Connection], Any]) -> Any:
        return self.database.read(query)


def _count_rows(connection: sa.Connection) -> dict[str, int]:
    return {
        table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }
