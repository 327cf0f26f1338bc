"""Hand out work: lease due feeds and put jobs for them into the queue, in one transaction.

Any number of processes may do this at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from ingest.engines.queue import FILES, FOLLOWERS, POLLS, Queue
from ingest.follow.registry import followers_of
from ingest.services import Services
from ingest.store import due, jobs, leases
from ingest.store.outputs import output_of

# A job ends before its lease. It starts no polls after ten minutes, and a poll takes at most 45.
_LEASED_FOR = timedelta(hours=1)
_FEEDS_A_JOB = 50


class Scheduling:
    """Fills the queue, so that workers always have work for some minutes, and not more."""

    def __init__(self, services: Services, queue: Queue) -> None:
        self._services = services
        self._queue = queue
        self._most = services.config.engine.queue

    async def hand_out(self) -> None:
        """Put jobs for due feeds and for followers with work into the queue."""
        free = self._most - await self._services.query(jobs.waiting, POLLS)
        if free > 0:
            await self._services.transact(self._claim, self._services.clock(), free)
        for name in await self._services.query(_followers_to_run):
            if name in followers_of(self._services.config):
                await self._queue.put_follower(name, queue_of(name))

    def _claim(self, connection: sa.Connection, now: datetime, free: int) -> None:
        until = now + _LEASED_FOR
        claims = leases.claim(connection, now, until, sites=free, per_site=_FEEDS_A_JOB)
        self._queue.put_polls(connection, claims, until)


def queue_of(follower: str) -> str:
    """Return the queue of a follower; files are written where their folder is."""
    return FILES if output_of(follower) else FOLLOWERS


def _followers_to_run(connection: sa.Connection) -> list[str]:
    """Return the followers with due entries for which no job waits."""
    return sorted(due.followers_at_work(connection) - jobs.queueing_locks(connection))
