"""Synchronise the list of feeds with the configuration file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from ingest.config import FeedConfig, FeedSettings
from ingest.feed import FeedState
from ingest.store import feeds, takedowns
from ingest.store.statements import lock_out_others
from models import Feed


def differs(connection: sa.Connection, named: Iterable[FeedConfig]) -> bool:
    """Return whether the list differs from the feeds of the configuration file."""
    kept = {feed.url: feed for feed in feeds.every(connection)}
    wanted = _named_feeds(connection, named)
    gone = (f for f in kept.values() if f.origin == "file" and f.url not in wanted)
    return any(feed.paused_at is None for feed in gone) or any(
        url not in kept
        or kept[url].origin != "file"
        or kept[url].settings != settings
        or kept[url].paused_reason == feeds.NOT_IN_FILE
        for url, settings in wanted.items()
    )


def adopt(connection: sa.Connection, named: Iterable[FeedConfig], *, now: datetime) -> None:
    """Make the list agree with the feeds of the configuration file; write only differences.

    A feed that the file no longer names is paused, and resumed if the file names it again.
    Nothing is deleted, and feeds added by command are not changed. Feeds that were taken down are
    left out.
    """
    lock_out_others(connection, "feeds_of_file")
    kept = {feed.url: feed for feed in feeds.every(connection)}
    wanted = _named_feeds(connection, named)
    fresh = [(url, settings) for url, settings in wanted.items() if url not in kept]
    feeds.add_all(connection, fresh, now=now, origin="file")
    for url, settings in wanted.items():
        if url in kept:
            _adopt_one(connection, kept[url], settings, now)
    gone = [f for f in kept.values() if f.origin == "file" and f.url not in wanted]
    for feed in gone:
        if feed.paused_at is None:
            feeds.pause(connection, feed.id, now=now, reason=feeds.NOT_IN_FILE)


def _named_feeds(connection: sa.Connection, named: Iterable[FeedConfig]) -> dict[str, FeedSettings]:
    wanted = {feed.url: feed.settings for feed in named}
    refused = takedowns.refused_feeds(connection, wanted)
    return {url: settings for url, settings in wanted.items() if url not in refused}


def _adopt_one(
    connection: sa.Connection, kept: FeedState, settings: FeedSettings, now: datetime
) -> None:
    if kept.settings != settings:
        feeds.change(connection, kept.id, settings, now=now)
    if kept.origin != "file":
        connection.execute(sa.update(Feed).where(Feed.id == kept.id).values(origin="file"))
    if kept.paused_reason == feeds.NOT_IN_FILE:
        feeds.resume(connection, kept.id, now=now)
