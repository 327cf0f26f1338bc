"""The feeds that the configuration file names: the list is brought in line with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from ingest.config import FeedConfig, FeedSettings
from ingest.feed import FeedState
from ingest.store import feeds
from models import Feed


def differs(connection: sa.Connection, named: Iterable[FeedConfig]) -> bool:
    """Whether the list is not in line with the feeds of the configuration file."""
    kept = {feed.url: feed for feed in feeds.every(connection)}
    wanted = {feed.url: feed.settings for feed in named}
    gone = (f for f in kept.values() if f.origin == "file" and f.url not in wanted)
    return any(feed.paused_at is None for feed in gone) or any(
        url not in kept
        or kept[url].origin != "file"
        or kept[url].settings != settings
        or kept[url].paused_reason == feeds.NOT_IN_FILE
        for url, settings in wanted.items()
    )


def adopt(connection: sa.Connection, named: Iterable[FeedConfig], *, now: datetime) -> None:
    """Bring the list in line with the feeds of the configuration file.

    A feed that the file no longer names is paused; one that it names again goes on. Nothing is
    deleted, and feeds added by command are left as they are. Writes only what differs.
    """
    kept = {feed.url: feed for feed in feeds.every(connection)}
    wanted = {feed.url: feed.settings for feed in named}
    fresh = [(url, settings) for url, settings in wanted.items() if url not in kept]
    feeds.add_all(connection, fresh, now=now, origin="file")
    for url, settings in wanted.items():
        if url in kept:
            _adopt_one(connection, kept[url], settings, now)
    gone = [f for f in kept.values() if f.origin == "file" and f.url not in wanted]
    for feed in gone:
        if feed.paused_at is None:
            feeds.pause(connection, feed.id, now=now, reason=feeds.NOT_IN_FILE)


def _adopt_one(
    connection: sa.Connection, kept: FeedState, settings: FeedSettings, now: datetime
) -> None:
    if kept.settings != settings:
        feeds.change(connection, kept.id, settings, now=now)
    if kept.origin != "file":
        connection.execute(sa.update(Feed).where(Feed.id == kept.id).values(origin="file"))
    if kept.paused_reason == feeds.NOT_IN_FILE:
        feeds.resume(connection, kept.id, now=now)
