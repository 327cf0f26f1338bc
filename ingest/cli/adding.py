"""One address of `guidang feeds add`: find its feed, add it, say what is to be known."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ingest.cli.feed_views import shown_url
from ingest.cli.output import say
from ingest.errors import UsageError

if TYPE_CHECKING:
    from ingest.cli.session import Session
    from ingest.config import FeedSettings
    from ingest.feed import FeedState
    from ingest.sources.discovery import Finding
    from ingest.values import Document


def add_one(session: Session, url: str, settings: FeedSettings, check: bool) -> None:
    """Add the feed at an address; with `check`, only after having asked for it."""
    from ingest.rsshub import is_route
    from ingest.store import feeds as store

    kept = session.database.query(store.address_of_new, url, session.instances)
    if kept != url and is_route(kept):
        say(f"kept as {kept}, so that any instance may answer")
    document = None
    if check:
        finding = _find_feed(session, kept, settings.proxy)
        kept, document = finding.url, finding.document
    feed, is_new = session.database.transact(store.add, kept, settings, now=session.now)
    say(f"{'added' if is_new else 'is on the list already:'} {feed.id}  {shown_url(feed)}")
    if not is_new and settings.as_json():
        say(f"its settings stay as they are; change them with: guidang feeds set {feed.id}")
    if is_new and feed.settings != settings:
        names = ", ".join(sorted(feed.settings.as_json().keys() - settings.as_json().keys()))
        say(f"with what was set of it before: {names}; change it with: guidang feeds set {feed.id}")
    if is_new and feed.last_polled_at is None:
        _offer_earlier(session, feed, document)


def _offer_earlier(session: Session, feed: FeedState, document: Document | None) -> None:
    """Say so if a new feed is likely to be one of the list at another address."""
    from ingest.feed import reading_context
    from ingest.reading.read import read
    from ingest.store import feed_moves

    reading = read(reading_context(None, document)) if document else None
    earlier = session.database.query(
        feed_moves.earlier_address,
        feed.url,
        reading.title if reading else "",
        reading.entries if reading else (),
    )
    if earlier is not None:
        say(
            f"it looks like the new address of {feed_moves.spoken(earlier)}; to go on with that "
            f"one and its entries: guidang feeds set {earlier.id} --url {shown_url(feed)}"
        )


def checked_address(url: str) -> str:
    """An address as it is kept; raise `UsageError` if it cannot be one of a feed."""
    from ingest.config import read_feed_url

    try:
        return read_feed_url(url)
    except ValueError as error:
        raise UsageError(f"{url}: {error}") from None


def _find_feed(session: Session, url: str, proxy: str | None) -> Finding:
    finding = asyncio.run(_discover(session, url, proxy))
    for note in finding.notes:
        say(note)
    return finding


async def _discover(session: Session, url: str, proxy: str | None) -> Finding:
    from ingest.services import open_services
    from ingest.sources.discovery import find_feed
    from ingest.sources.secrets import reveal

    async with open_services(session.config, session.database) as services:
        fetcher = services.fetcher.via(None if proxy is None else reveal(proxy, url))
        return await find_feed(fetcher, services.instances, url)
