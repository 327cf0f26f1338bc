"""List the documents that a backfill would begin or resume with, without storing them."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.backfill.asked import AUTO, Asked, files_of, servers_of, unfinished
from ingest.backfill.pauses import keep_pause, wait_until_allowed
from ingest.backfill.runs import web_of
from ingest.errors import SourceError
from ingest.manners.patience import patiently
from ingest.services import Services
from ingest.sources.past.registry import FILES, OF_A_FEED, SERVERS, fitting
from ingest.sources.past.source import Source
from ingest.store import backfills, feeds
from ingest.urls import without_secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """A document that a run would begin with, or the reason why its source is unavailable."""

    feed_url: str | None
    source: str
    address: str | None = None
    error: str | None = None


async def first_documents(services: Services, asked: Asked) -> list[First]:
    """Return the documents that a run would begin or resume with, in order.

    Only lists are fetched, and only pauses of servers are stored. If each document names the
    next document, only the first document is returned.
    """
    begun = await services.query(unfinished, asked)
    if begun is not None:
        return await _waiting(services, begun.id)
    sources: list[tuple[str | None, str, Source]] = []
    if asked.paths:
        sources.append((None, FILES, files_of(asked)))
    if asked.servers:
        sources.append((None, SERVERS, servers_of(asked, services)))
    for number in asked.feeds:
        feed = await services.query(feeds.get, number)
        names = fitting(feed, services.config.rsshub) if asked.source == AUTO else [asked.source]
        sources += [
            (
                without_secrets(feed.url),
                name,
                OF_A_FEED[name](web_of(services, feed), feed, asked.window),
            )
            for name in names
        ]
    first: list[First] = []
    for url, name, source in sources:
        pause = await wait_until_allowed(services, source.listed_at)
        if pause is not None:
            reason = f"{pause.server}: {pause.reason}, until {pause.until}"
            first.append(First(feed_url=url, source=name, error=reason))
            continue
        try:
            documents = await patiently(source.plan)
        except SourceError as error:
            await keep_pause(services, source.listed_at, error)
            first.append(First(feed_url=url, source=name, error=str(error)))
            continue
        first += [First(feed_url=url, source=name, address=one.address) for one in documents]
    return first


async def _waiting(services: Services, number: int) -> list[First]:
    """Return the waiting documents of a run, and the sources whose lists are not fetched yet."""
    names = {feed.id: without_secrets(feed.url) for feed in await services.query(feeds.every)}
    first: list[First] = []
    for walk in await services.query(backfills.walks, number):
        url = names.get(walk.feed_id) if walk.feed_id else None
        addresses = await services.query(backfills.addresses_waiting, walk.id)
        first += [First(feed_url=url, source=walk.source, address=one) for one in addresses]
        if not walk.is_planned:
            reason = walk.note or "its lists are still to be asked for"
            first.append(First(feed_url=url, source=walk.source, error=reason))
    return first
