"""A backfill carried out: the walks of each feed one after the other, those of several at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Sequence

from ingest.backfill.asked import AUTO, Asked, files_of
from ingest.backfill.report import Report, report
from ingest.backfill.taking import Took, log_if_fault
from ingest.backfill.walk import Walk
from ingest.errors import Fault, MissingSecret, UsageError, border
from ingest.feed import FeedState
from ingest.manners.patience import Budget
from ingest.services import Services, all_or_first_error
from ingest.sources.live import proxy_of
from ingest.sources.past.registry import FILES, OF_A_FEED
from ingest.sources.past.source import Source, Web
from ingest.store import backfills, feeds
from ingest.store.backfills import DONE, IN_PART, WalkState

_RENDERED_AFTER = 25  # documents with news, and the first, so that a stop leaves something


async def run(
    services: Services,
    number: int,
    asked: Asked,
    on_taken: Callable[[Took, int], None],
    *,
    most: int | None = None,
) -> Report:
    """Take what waits of a run; tell of each document, and how many then wait in its walk.

    After `most` documents it stops, and can be gone on with. Raise `StoreError`, `ArchiveError`.
    """
    await services.transact(backfills.give_up_removed, number)
    walks = await services.query(backfills.walks, number)
    of_feeds: dict[int | None, list[WalkState]] = defaultdict(list)
    for walk in walks:
        of_feeds[walk.feed_id].append(walk)
    budget = Budget(left=most)
    slots = asyncio.Semaphore(services.config.fetch.concurrency)

    async def of_one_feed(states: Sequence[WalkState]) -> None:
        async with slots:
            try:
                with border(f"feed {states[0].feed_id}"):
                    await _walk_through(services, asked, states, on_taken, budget)
            except Fault as fault:
                await _stop_walks(services, states, fault)

    await all_or_first_error(of_one_feed(states) for states in of_feeds.values())
    await services.following.finish()
    result = await services.query(report, number)
    if result.is_complete:
        await services.transact(backfills.end, number, now=services.clock())
    return result


async def _stop_walks(services: Services, states: Sequence[WalkState], fault: Fault) -> None:
    """Log what stopped the walks of a feed, and note it: the run then is not complete."""
    log_if_fault(fault)
    for state in states:
        with contextlib.suppress(Fault), border(f"feed {state.feed_id}"):
            await services.transact(backfills.note_walk, state.id, str(fault))


async def _walk_through(
    services: Services,
    asked: Asked,
    states: Sequence[WalkState],
    on_taken: Callable[[Took, int], None],
    budget: Budget,
) -> None:
    """The walks of one feed, one after the other."""
    linked = False
    for state in states:
        if state.source == "paged" and linked and asked.source == AUTO:
            # Its own links have led through its past already.
            await services.transact(backfills.begin_walk, state.id, [])
            continue
        feed = await services.query(feeds.get, state.feed_id) if state.feed_id else None
        try:
            begun = _source(services, asked, state, feed)
        except MissingSecret as error:  # of the feed's own proxy
            await services.transact(backfills.note_walk, state.id, str(error))
            continue
        with contextlib.closing(begun) as source:
            is_optional = asked.source == AUTO
            walk = Walk(services, state, source, asked.window, feed, is_optional=is_optional)
            if budget.is_spent or not await walk.plan():
                continue
            count, unrendered = 0, _RENDERED_AFTER - 1
            async for took in walk.documents(budget):
                count += took.state in {DONE, IN_PART}
                unrendered += took.kept.new + took.kept.edited > 0
                on_taken(took, walk.waiting)
                if unrendered == _RENDERED_AFTER:
                    services.following.wake()
                    unrendered = 0
        linked = linked or (state.source == "rfc5005" and count > 1)


def _source(services: Services, asked: Asked, state: WalkState, feed: FeedState | None) -> Source:
    if state.source == FILES:
        return files_of(asked)
    if feed is None:
        raise UsageError("a source needs a feed")
    return OF_A_FEED[state.source](web_of(services, feed), feed, asked.window)


def web_of(services: Services, feed: FeedState | None = None) -> Web:
    """What the sources of a feed ask with, by way of its own proxy if it has one."""
    fetcher = services.fetcher.via(proxy_of(feed) if feed else None)
    return Web(
        fetcher=fetcher,
        manners=services.manners,
        instances=services.instances,
        wayback=services.config.wayback,
    )
