"""Find the feeds to which documents belong, and add feeds that are on no list."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ingest.backfill.belonging import find_owner
from ingest.config import FeedSettings
from ingest.feed import FeedState
from ingest.reading.past import Held
from ingest.services import Services
from ingest.store import feeds, takedowns
from ingest.urls import absolute_link, host_of
from ingest.values import Form, Piece

_NO_CATEGORY = ("uncategorized",)  # the category that Hexo gives to posts without one
# How the reason ends for which documents of unknown feeds are missing.
NO_OWNER = "add it with --add-feeds, or name one feed for all with --feed"
_FROM_RECORDS = "brought in from records; it has no address to poll"
_FROM_DOCUMENTS = "brought in by --add-feeds; guidang feeds resume polls it"
_NO_ADDRESS = "brought in by --add-feeds; it has no address to poll"
_MOST_OF_A_NAME = 200
_NAMING_FEEDS = frozenset({Form.FEED, Form.HOLDING})


class Owners:
    """Finds the feeds to which documents belong; with `adds_feeds`, adds those that are unknown."""

    def __init__(self, services: Services, *, adds_feeds: bool) -> None:
        self._services, self._adds_feeds = services, adds_feeds

    async def find_or_add(self, piece: Piece, held: Held, *, is_last_try: bool) -> FeedState | None:
        """Return the feed to which a document belongs, or None.

        A record of no known feed gets a feed with its categories, even without `adds_feeds`.
        """
        named = _named_address(piece, held)
        address = named and (self._services.instances.route_of(named) or named)
        every = await self._services.query(feeds.every)
        if owner := find_owner(piece, held, every, address):
            return owner
        now = self._services.clock()
        if piece.form is Form.RECORD and (held.categories or not held.feed_url):
            return await self._services.transact(_add_owner_of_record, held, now=now)
        if not self._adds_feeds or piece.form not in _NAMING_FEEDS:
            return None
        if not is_last_try and await self.may_be_known_soon(piece):
            return None
        return await self._services.transact(_add_owner, piece, held, address, now=now)

    async def may_be_known_soon(self, piece: Piece) -> bool:
        """Return whether a feed that was never polled with success may be the document's feed."""
        url = piece.document.url
        is_malformed = url.startswith("http") and not host_of(url)
        if piece.form is not Form.FEED or is_malformed:
            return False
        every = await self._services.query(feeds.every)
        return any(feed.link is None and feed.last_success_at is None for feed in every)


def _add_owner(
    connection: sa.Connection, piece: Piece, held: Held, url: str | None, *, now: datetime
) -> FeedState | None:
    """Add the feed that a document names, paused, and return it; None if it was taken down.

    `url` is the address of the feed, if the document gives one.
    """
    name = held.feed.link or held.feed.title or piece.document.url
    address = url or f"archive:{name[:_MOST_OF_A_NAME]}"
    if takedowns.refused_feeds(connection, [address]):
        return None
    settings = FeedSettings(categories=held.categories) if held.categories else FeedSettings()
    feed, is_new = feeds.add(connection, address, settings, now=now)
    if is_new:
        reason = _FROM_DOCUMENTS if url else _NO_ADDRESS
        feeds.pause(connection, feed.id, now=now, reason=reason)
    return feeds.get(connection, feed.id)


def _add_owner_of_record(connection: sa.Connection, held: Held, *, now: datetime) -> FeedState:
    """Add a feed with the categories of a record and without an address; return it."""
    path = held.categories or _NO_CATEGORY
    return feeds.add_without_address(connection, path, reason=_FROM_RECORDS, now=now)


def _named_address(piece: Piece, held: Held) -> str | None:
    """Return the address that a document gives for its feed, or None."""
    if piece.form is Form.HOLDING:
        return held.feed_url
    urls = (held.feed.self_link, piece.document.url)
    return next((link for url in urls if (link := absolute_link(url, None))), None)


def reason_for_no_owner(held: Held) -> str:
    """Return why a document is not stored, and what the user can do."""
    return (
        f"no feed on the list is {name_of(held)}; "
        "add it with --add-feeds, or name one feed for all with --feed"
    )


def name_of(held: Held) -> str:
    """Return a name for the feed of a document."""
    return held.feed_url or held.feed.self_link or held.feed.link or f"“{held.feed.title}”"
