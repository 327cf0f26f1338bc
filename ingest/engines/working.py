"""Carry out jobs: poll the feeds of a site, or run a follower.

A site's job keeps the site's lock in the queue until the delay after its last request has passed,
so the delay between two requests to a site holds across machines.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from ingest.daemon.parts import Parts
from ingest.daemon.polling import AFTER_TROUBLE, Polling
from ingest.daemon.watch import Progress
from ingest.errors import GuidangError
from ingest.feed import FeedState
from ingest.manners import Pause
from ingest.manners.health import Health
from ingest.rsshub import instances_of
from ingest.services import Services
from ingest.store import leases, polls, rsshub
from ingest.urls import host_of, site_of
from ingest.web.metrics import Metrics

# A job begins no more polls after this time; its other feeds are leased again.
_BEGINS_WITHIN = timedelta(minutes=10)


class _Work(NamedTuple):
    """The feeds of a job, and the shared state that decides whether they may be asked now."""

    feeds: Sequence[FeedState]
    pauses: Collection[Pause]
    health: dict[str, Health]


class Working:
    """The jobs of one process."""

    def __init__(
        self, services: Services, progress: Progress, metrics: Metrics, parts: Parts
    ) -> None:
        self._services = services
        self._progress = progress
        self._metrics = metrics
        self._parts = parts
        self._polling = Polling(services, metrics, database=parts.database, on_news=lambda: None)
        self._in_flight = 0
        self._running: set[asyncio.Task[object]] = set()
        self.is_draining = False

    async def poll_site(self, feeds: list[int], until: str) -> None:
        """Poll those of these feeds that still have the lease that ends at `until`."""
        with self._interruptible():
            await self._poll_site(feeds, until)

    async def _poll_site(self, feeds: Sequence[int], until: str) -> None:
        end = datetime.fromisoformat(until)
        work = await self._services.query(_begin, feeds, end)
        self._services.manners.update_pauses(work.pauses)
        self._services.instances.take_health(work.health)
        faulty = await self._poll_all(work.feeds)
        await self._pass_delay(work.feeds)
        later = self._services.clock() + AFTER_TROUBLE
        await self._services.transact(_end, feeds, faulty, end, later)

    @contextlib.contextmanager
    def _interruptible(self) -> Iterator[None]:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a job runs in a task")
        self._running.add(task)
        try:
            yield
        finally:
            self._running.discard(task)

    def interrupt(self) -> None:
        """Cancel the polls that are running; the queue gives their jobs to other workers."""
        for task in self._running:
            task.cancel()

    async def _poll_all(self, feeds: Sequence[FeedState]) -> list[int]:
        """Poll feeds, as many at once as their site may be asked; return those with a fault."""
        begins_until = time.monotonic() + _BEGINS_WITHIN.total_seconds()
        places = asyncio.Semaphore(self._places(feeds))
        faulty = []

        async def poll(feed: FeedState) -> None:
            async with places:
                if self._must_end() or time.monotonic() > begins_until:
                    return
                if await self._poll(feed):
                    faulty.append(feed.id)

        async with asyncio.TaskGroup() as group:
            for feed in feeds:
                group.create_task(poll(feed), name=feed.name)
        return faulty

    def _must_end(self) -> bool:
        """Return whether to begin no more polls, because their results could not be stored."""
        return self.is_draining or self._parts.database.is_waiting

    def _places(self, feeds: Sequence[FeedState]) -> int:
        """Return how many of these feeds may be polled at once.

        The routes of RSSHub use many instances, and each instance has its own limit.
        """
        fetch = self._services.config.fetch
        return fetch.concurrency if feeds and feeds[0].site == "" else fetch.per_host

    async def _poll(self, feed: FeedState) -> bool:
        self._progress.begin_poll()
        self._count(1)
        try:
            return await self._polling.poll(feed)
        finally:
            self._count(-1)
            self._progress.end_poll()

    def _count(self, more: int) -> None:
        self._in_flight += more
        self._metrics.in_flight.set(self._in_flight)

    async def _pass_delay(self, feeds: Sequence[FeedState]) -> None:
        sites = {feed.site for feed in feeds}
        if "" in sites:
            instances = instances_of(self._services.config.rsshub)
            sites |= {site_of(host_of(one.address)) for one in instances}
        for site in sites:
            await self._services.manners.pass_delay(site)

    async def follow(self, name: str) -> None:
        """Run a follower; if it fails, the next job of it tries again after a while."""
        trouble = self._parts.followers.get(name)
        if trouble is None or trouble.is_waiting or self.is_draining:
            return
        error: GuidangError | None = None
        try:
            await self._services.following.run(name)
        except GuidangError as raised:
            error = raised
        self._parts.note_followed(name, error, self._metrics.set_up)


def _begin(connection: sa.Connection, feed_ids: Sequence[int], until: datetime) -> _Work:
    feeds = leases.leased(connection, feed_ids, until)
    pauses = polls.pauses_of(connection, {feed.server for feed in feeds})
    return _Work(feeds, pauses.values(), rsshub.health(connection))


def _end(
    connection: sa.Connection,
    feed_ids: Sequence[int],
    faulty: Collection[int],
    until: datetime,
    later: datetime,
) -> None:
    """End the leases that no commit has ended; leave feeds with a fault alone for a while."""
    leases.give_back(connection, faulty, until, at=later)
    leases.give_back(connection, feed_ids, until)
