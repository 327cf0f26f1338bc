"""Start the polls that are due, a bounded number at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from ingest.daemon.parts import Parts
from ingest.daemon.polling import AFTER_TROUBLE, Polling
from ingest.daemon.watch import Progress
from ingest.errors import GuidangError, StoreError
from ingest.feed import FeedState
from ingest.manners.limits import PollPlaces
from ingest.services import Services
from ingest.store import polls
from ingest.web.metrics import Metrics

logger = logging.getLogger(__name__)

_AT_A_TIME = 16


class Dispatcher:
    """The part of the service that starts the polls that are due.

    It starts no more polls after `rest` or `drain` is called.
    """

    def __init__(
        self,
        services: Services,
        progress: Progress,
        metrics: Metrics,
        parts: Parts,
    ) -> None:
        self._services = services
        self._progress = progress
        self._metrics = metrics
        self._parts, self._database = parts, parts.database
        self._polling = Polling(services, metrics, database=parts.database, on_news=self.follow)
        fetch = services.config.fetch
        self._places = PollPlaces(concurrency=fetch.concurrency, per_site=fetch.per_host)
        self._in_flight: dict[int, asyncio.Task[None]] = {}
        self._held: dict[int, datetime] = {}
        self._filling = asyncio.Lock()
        self._is_draining = False
        self._more_due = False

    async def fill(self) -> None:
        """Start as many polls as may run at a time; do nothing if another call is running."""
        if self._is_draining or self._filling.locked():
            return
        async with self._filling:
            if self._database.is_waiting:
                self._progress.tick()
                return
            try:
                await self._services.in_database_thread(self._services.database.check_room)
                await self._start_due()
            except StoreError as error:
                self._database.met(error)
            else:
                self._database.over()
            self._progress.tick()

    async def _start_due(self) -> None:
        started = True
        while started and not self._is_draining:
            now, free = self._services.clock(), self._places.free
            feeds = await self._services.query(
                polls.due,
                now,
                free + len(self._in_flight) + len(self._held),
                without_sites=self._places.full_sites,
            )
            self._held = {feed: until for feed, until in self._held.items() if until > now}
            waiting = [feed for feed in feeds if not self._is_taken(feed)]
            started = await self._start_all(waiting[:free])
            self._more_due = bool(waiting)

    async def _start_all(self, feeds: Sequence[FeedState]) -> bool:
        """Start polls, a few at a time to let other tasks run; return whether any started."""
        started = 0
        for first in range(0, len(feeds), _AT_A_TIME):
            started += sum(map(self._start, feeds[first : first + _AT_A_TIME]))
            await asyncio.sleep(0)
        return started > 0

    def _is_taken(self, feed: FeedState) -> bool:
        return feed.id in self._in_flight or feed.id in self._held

    def _start(self, feed: FeedState) -> bool:
        if not self._places.has_room(feed.site):
            return False
        self._places.take(feed.id, feed.site)
        self._progress.begin_poll()
        task = asyncio.create_task(self._poll(feed), name=feed.name)
        self._in_flight[feed.id] = task
        self._metrics.in_flight.set(len(self._in_flight))
        task.add_done_callback(lambda _: self._end_poll(feed))
        return True

    def _end_poll(self, feed: FeedState) -> None:
        del self._in_flight[feed.id]
        self._places.give_back(feed.id)
        self._progress.end_poll()
        self._metrics.in_flight.set(len(self._in_flight))
        if self._more_due and not self._is_draining:
            self._refill = asyncio.create_task(self.fill())

    async def _poll(self, feed: FeedState) -> None:
        """Poll a feed; after a bug or a database error, do not poll it again for a while."""
        if await self._polling.poll(feed):
            self._held[feed.id] = self._services.clock() + AFTER_TROUBLE

    def follow(self) -> None:
        """Start the followers in the background, except those that failed a short while ago."""
        if self._database.is_waiting:
            return
        followers = self._parts.followers.items()
        ready = [name for name, trouble in followers if not trouble.is_waiting]
        self._services.following.wake(self._note_followed, only=ready)

    def _note_followed(self, name: str, error: GuidangError | None) -> None:
        self._parts.note_followed(name, error, self._metrics.set_up)

    async def rest(self, within: timedelta) -> None:
        """Start no more polls; wait at most `within` for polls that are just being started."""
        self._is_draining = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within.total_seconds()), self._filling:
                pass

    async def drain(self, within: timedelta) -> None:
        """Start no more polls, wait for the running ones, and cancel those that take too long.

        Nothing is lost: feeds whose polls were not committed are polled again.
        """
        self._is_draining = True
        async with self._filling:
            tasks = list(self._in_flight.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=within.total_seconds())
        for task in late:
            task.cancel()
        if late:
            logger.warning("gave up on %d polls in flight", len(late))
            await asyncio.wait(late)
