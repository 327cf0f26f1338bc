"""The engine of one of several processes, with some of the roles."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Collection
from datetime import timedelta

from ingest.daemon.parts import Parts
from ingest.daemon.roles import Role
from ingest.daemon.watch import Progress
from ingest.engines.queue import FILES, FOLLOWERS, HOUSE, POLLS, Queue
from ingest.engines.scheduling import Scheduling
from ingest.engines.working import Working
from ingest.errors import StoreError
from ingest.logs import name_process
from ingest.services import Services
from ingest.web.metrics import Metrics
from ingest.workers import processes_for

_QUEUES = {
    Role.SCHEDULE: (HOUSE,),
    Role.WORK: (POLLS, FOLLOWERS),
    Role.FILES: (FILES,),
    Role.WEB: (),
}
_JOBS_A_REQUEST = 4  # most jobs wait for the delay of their site, or for an answer


class Fleet:
    """The engine of a process: it fills the queue, takes jobs from it, or both.

    If the database fails, the process stops taking jobs, and begins again when it answers.
    """

    def __init__(
        self,
        services: Services,
        progress: Progress,
        metrics: Metrics,
        parts: Parts,
        *,
        roles: Collection[Role],
    ) -> None:
        self._services, self._progress, self._parts = services, progress, parts
        self._working = Working(services, progress, metrics, parts)
        config = services.config
        self._queue = Queue(
            services.database, config.engine, self._working, host_delay=config.fetch.host_delay
        )
        self._scheduling = Scheduling(services, self._queue) if Role.SCHEDULE in roles else None
        self._queues = [queue for role in sorted(roles) for queue in _QUEUES[role]]
        self._most_jobs = config.fetch.concurrency * _JOBS_A_REQUEST
        self._opened = contextlib.AsyncExitStack()
        self._is_open = False
        self._worker: asyncio.Task[None] | None = None
        self._filling = asyncio.Lock()
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        name_process(self._name)

    async def fill(self) -> None:
        """Connect if needed, take jobs, and hand out what is due."""
        if self._working.is_draining or self._filling.locked():
            return
        async with self._filling:
            database = self._parts.database
            if not database.is_waiting:
                try:
                    await self._hand_out()
                except StoreError as error:
                    database.met(error)
                else:
                    database.over()
            self._progress.tick()

    async def _hand_out(self) -> None:
        if not self._queues:
            await self._services.in_database_thread(self._services.database.check_room)
            return
        if not self._is_open:
            await self._opened.enter_async_context(self._queue.open())
            self._is_open = True
        if self._worker is not None and self._worker.done():
            ended, self._worker = self._worker, None
            ended.result()
        if self._worker is None:
            self._worker = asyncio.create_task(self._take_jobs())
            self._services.workers.grow(processes_for(self._most_jobs))
        await self._queue.put_back_lost()
        if self._scheduling is not None:
            await self._scheduling.hand_out()

    async def _take_jobs(self) -> None:
        await self._queue.work(self._name, self._queues, jobs=self._most_jobs)

    def follow(self) -> None:
        """Do nothing: jobs run the followers."""

    async def rest(self, within: timedelta) -> None:
        """Take no more work; wait at most `within` for what is just being handed out."""
        self._working.is_draining = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within.total_seconds()), self._filling:
                pass

    async def drain(self, within: timedelta) -> None:
        """Wait for the jobs that are running, and put back what takes longer than `within`."""
        self._working.is_draining = True
        self._services.following.stop()
        if self._worker is not None:
            self._worker.cancel()
            _, late = await asyncio.wait([self._worker], timeout=within.total_seconds())
            if late:
                self._working.interrupt()
            with contextlib.suppress(asyncio.CancelledError, StoreError):
                await self._worker
        await self._opened.aclose()
