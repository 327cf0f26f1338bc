"""Set up a complete Guidang for a test: a configuration, a database and an archive folder."""

from __future__ import annotations

import asyncio
import atexit
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingest.config import (
    ArchiveConfig,
    Config,
    DatabaseConfig,
    FeedSettings,
    FetchConfig,
    ImagesConfig,
    RsshubConfig,
)
from ingest.database import Database
from ingest.feed import FeedState
from ingest.follow.files import Output
from ingest.poll import poll_feeds
from ingest.replay import replay_feed, replay_unread
from ingest.services import open_services
from ingest.store import feeds, listings
from ingest.values import Poll
from ingest.workers import Workers
from models import Base
from tests.support import FrozenClock


@functools.cache
def readers() -> Workers:
    """Return the process that reads the documents of all worlds; the first call creates it."""
    workers = Workers(1)
    atexit.register(workers.close)
    return workers


@dataclass
class World:
    """A configuration, a database and an archive folder below `root`."""

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
            images=ImagesConfig(path=self.root / "images"),
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
        feed, _ = self.database.transact(feeds.add, url, wanted, now=self.clock())
        return feed

    def poll(self, *chosen: FeedState) -> list[Poll]:
        """Poll these feeds (by default all) once, with their stored state."""
        stored = self.database.query(feeds.every)
        wanted = {feed.id for feed in chosen} or {feed.id for feed in stored}
        return asyncio.run(self._poll([feed for feed in stored if feed.id in wanted]))

    async def _poll(self, chosen: Sequence[FeedState]) -> list[Poll]:
        async with open_services(
            self.config, self.database, self.clock, workers=readers()
        ) as services:
            return await poll_feeds(services, chosen, lambda poll: None)

    def replay(self, feed: FeedState, workers: Workers | None = None) -> int:
        """Read the stored bytes of a feed's entries again; return how many entries changed."""
        return replay_feed(self.database, feed, workers or readers(), now=self.clock())

    def replay_unread(self, feed: FeedState) -> int:
        """Read the unread entries of a feed again; return how many can be read now."""
        return replay_unread(self.database, feed, readers())

    def entries(self) -> list[dict[str, Any]]:
        """Return all entries, in the order in which they were stored."""
        return sorted(listings.listing(self.database), key=lambda entry: entry["id"])

    def entry(self, entry_id: int) -> dict[str, Any]:
        found = self.database.query(listings.show, entry_id)
        assert found is not None
        return found

    @property
    def folder(self) -> Output:
        return Output(self.config.archive, self.database, self.config.images)

    def files(self) -> dict[str, bytes]:
        """Return the records in the archive folder by path."""
        return {
            path.relative_to(self.config.archive.path).as_posix(): path.read_bytes()
            for path in sorted(self.config.archive.path.rglob("*.md"))
        }

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each table."""
        return self.database.query(_count_rows)

    def query(self, query: Callable[[sa.Connection], Any]) -> Any:
        return self.database.query(query)


def _count_rows(connection: sa.Connection) -> dict[str, int]:
    return {
        table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }
