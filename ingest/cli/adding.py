"""Add one address for `guidang feeds add`: find its feed and report the result."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ingest.cli.output import say
from ingest.errors import UsageError
from ingest.messages import _, recognized
from ingest.views.feeds import shown_url

if TYPE_CHECKING:
    from ingest.cli.session import Session
    from ingest.config import FeedSettings
    from ingest.feed import FeedState
    from ingest.sources.discovery import Finding
    from ingest.values import Document


def add_one(session: Session, url: str, settings: FeedSettings, check: bool) -> None:
    """Add the feed at an address; with `check`, only after fetching it."""
    from ingest.rsshub import is_route
    from ingest.store import feeds as store

    kept = session.database.query(store.address_of_new, url, session.instances)
    if kept != url and is_route(kept):
        say(_("stored as {route}, so that any instance can answer", route=kept))
    document = None
    if check:
        finding = _find_feed(session, kept, settings.proxy)
        kept, document = finding.url, finding.document
    feed, is_new = session.database.transact(store.add, kept, settings, now=session.now)
    done = _("added") if is_new else _("already on the list:")
    say(f"{done} {feed.id}  {shown_url(feed)}")
    if not is_new and settings.as_json():
        say(_("its settings are unchanged; change them with: guidang feeds set {id}", id=feed.id))
    if is_new and feed.settings != settings:
        names = ", ".join(sorted(feed.settings.as_json().keys() - settings.as_json().keys()))
        say(
            _(
                "it keeps earlier settings: {names}; change them with: guidang feeds set {id}",
                names=names,
                id=feed.id,
            )
        )
    if is_new and feed.last_polled_at is None:
        _offer_earlier(session, feed, document)


def _offer_earlier(session: Session, feed: FeedState, document: Document | None) -> None:
    """Tell the user if a new feed is probably a known feed that has moved."""
    from ingest.feed import reading_context
    from ingest.reading.read import read
    from ingest.store import feed_moves
    from ingest.workers import READ_WITHIN, Workers

    reading = None
    if document is not None:
        with Workers(1) as workers:
            context = reading_context(None, document)
            reading = workers.run_and_wait(READ_WITHIN, document.url, read, context)
    earlier = session.database.query(
        feed_moves.earlier_address,
        feed.url,
        reading.title if reading else "",
        reading.entries if reading else (),
    )
    if earlier is not None:
        say(
            _(
                "it looks like the new address of {feed}; to continue that feed with its "
                "entries: guidang feeds set {id} --url {url}",
                feed=feed_moves.spoken(earlier),
                id=earlier.id,
                url=shown_url(feed),
            )
        )


def checked_address(url: str) -> str:
    """Return an address in its stored form; raise `UsageError` if it is not valid for a feed."""
    from ingest.config import read_feed_url

    try:
        return read_feed_url(url)
    except ValueError as error:
        raise UsageError(f"{url}: {error}") from None


def _find_feed(session: Session, url: str, proxy: str | None) -> Finding:
    finding = asyncio.run(_discover(session, url, proxy))
    for note in finding.notes:
        say(recognized(note))
    return finding


async def _discover(session: Session, url: str, proxy: str | None) -> Finding:
    from ingest.services import open_services
    from ingest.sources.ask import reveal
    from ingest.sources.discovery import find_feed

    async with open_services(session.config, session.database) as services:
        fetcher = services.fetcher.via(None if proxy is None else reveal(proxy, url))
        return await find_feed(fetcher, services.instances, services.workers, url)
