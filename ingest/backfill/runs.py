"""Carry out a backfill.

Feeds are processed at the same time. The sources of one feed are read one after the other; reading
one source is called a walk.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import defaultdict
from collections.abc import Callable, Sequence

from ingest.backfill.asked import AUTO, Asked, files_of, servers_of
from ingest.backfill.outcome import Outcome, log_if_fault
from ingest.backfill.report import Report, report
from ingest.backfill.walk import Walk
from ingest.border import border
from ingest.errors import Fault, MissingSecret, UsageError
from ingest.feed import FeedState
from ingest.manners.patience import Budget
from ingest.services import Services, all_or_first_error
from ingest.sources.ask import proxy_of
from ingest.sources.past.registry import FILES, OF_A_FEED, SERVERS
from ingest.sources.past.source import Source, Web
from ingest.store import backfills, feeds
from ingest.store.backfills import DONE, IN_PART, WalkState

# Files are written after the first document with new entries, and then after each 25 such
# documents. So even a stopped run has written some files. What is on this machine is read much
# faster than files are written, so then they are written after the first document and at the end.
_RENDERED_AFTER = 25
_LOCAL = frozenset({FILES, SERVERS})


async def run(
    services: Services,
    number: int,
    asked: Asked,
    on_taken: Callable[[Outcome, int], None],
    *,
    most: int | None = None,
) -> Report:
    """Read the waiting documents of a run, and return the run's report.

    `on_taken` is called with the outcome of each document, and with the number of documents of the
    same source that are still waiting. The run stops after `most` documents, and can be resumed.
    Raise `StoreError` or `ArchiveError`.
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
    """Log and store the fault that stopped reading a feed, so that the run stays unfinished."""
    log_if_fault(fault)
    for state in states:
        with contextlib.suppress(Fault), border(f"feed {state.feed_id}"):
            await services.transact(backfills.note_walk, state.id, str(fault))


async def _walk_through(
    services: Services,
    asked: Asked,
    states: Sequence[WalkState],
    on_taken: Callable[[Outcome, int], None],
    budget: Budget,
) -> None:
    """Read the sources of one feed, one after the other."""
    linked = False
    for state in states:
        if state.source == "paged" and linked and asked.source == AUTO:
            # Numbered pages would give the same documents that `rfc5005` found by the feed's links.
            await services.transact(backfills.begin_walk, state.id, [])
            continue
        feed = await services.query(feeds.get, state.feed_id) if state.feed_id else None
        try:
            begun = _source(services, asked, state, feed)
        except MissingSecret as error:  # It belongs to the address of the feed's own proxy.
            await services.transact(backfills.note_walk, state.id, str(error))
            continue
        with contextlib.closing(begun) as source:
            walk = _walk(services, asked, state, source, feed)
            if budget.is_spent or not await walk.plan():
                continue
            count, unrendered = 0, _RENDERED_AFTER - 1.0
            async for outcome in walk.documents(budget):
                count += outcome.state in {DONE, IN_PART}
                unrendered += outcome.kept.new + outcome.kept.edited > 0
                on_taken(outcome, walk.waiting)
                if unrendered == _RENDERED_AFTER:
                    services.following.wake()
                    unrendered = -math.inf if state.source in _LOCAL else 0
        linked = linked or (state.source == "rfc5005" and count > 1)


def _walk(
    services: Services, asked: Asked, state: WalkState, source: Source, feed: FeedState | None
) -> Walk:
    return Walk(
        services,
        state,
        source,
        asked.window,
        feed,
        is_optional=asked.source == AUTO,
        adds_feeds=asked.add_feeds,
    )


def _source(services: Services, asked: Asked, state: WalkState, feed: FeedState | None) -> Source:
    if state.source == FILES:
        return files_of(asked)
    if state.source == SERVERS:
        return servers_of(asked, services)
    if feed is None:
        raise UsageError("a source needs a feed")
    return OF_A_FEED[state.source](web_of(services, feed), feed, asked.window)


def web_of(services: Services, feed: FeedState | None = None) -> Web:
    """Return the services that a feed's sources use, with the feed's own proxy if it has one."""
    fetcher = services.fetcher.via(proxy_of(feed) if feed else None)
    return Web(
        fetcher=fetcher,
        workers=services.workers,
        manners=services.manners,
        instances=services.instances,
        wayback=services.config.wayback,
    )
