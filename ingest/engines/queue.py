"""The queue of jobs in PostgreSQL, with procrastinate: its tasks, its locks, and its workers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job, Status
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.tasks import Task
from psycopg_pool import PoolTimeout

from ingest.border import border
from ingest.config import EngineConfig
from ingest.database import Database
from ingest.database.engine import queue_connect_args
from ingest.errors import Fault, StoreError
from ingest.logs import log_fault
from ingest.store.leases import Claim

logger = logging.getLogger(__name__)

POLLS, FOLLOWERS, FILES, HOUSE = "polls", "follow", "files", "house"
_CONNECTIONS = 8
_AFTER_ERROR = timedelta(seconds=30)
# A worker also looks for jobs at this interval: for those that were put back, and those whose
# site was being polled.
_LOOKS_EVERY = 1.0  # seconds
_BEATS = 6  # heartbeats in the time after which a worker is taken for dead


class Jobs(Protocol):
    """What workers do."""

    async def poll_site(self, feeds: list[int], until: str) -> None:
        """Poll feeds of one site, which are leased until a time; after an error, do it again."""

    async def follow(self, name: str) -> None:
        """Run a follower until nothing is due for it."""


class Queue:
    """The queue of one process; an asynchronous context manager.

    `host_delay` is the time between two requests to a site.
    """

    def __init__(
        self, database: Database, settings: EngineConfig, jobs: Jobs, *, host_delay: timedelta
    ) -> None:
        self._settings = settings
        self._database = database
        url = database.engine.url.set(drivername="postgresql")
        self._app = App(
            connector=PsycopgConnector(
                conninfo=url.render_as_string(hide_password=False),
                kwargs=queue_connect_args(),
                min_size=1,
                max_size=_CONNECTIONS,
                timeout=10,
            )
        )
        # This connector has no connections: jobs are written on those of `Database.transact`.
        self._in_transaction = App(connector=SyncPsycopgConnector()).job_manager
        self._running: set[int | None] = set()
        self._ended: dict[int | None, float] = {}  # since when they were seen to have ended
        self._worker_id: int | None = None
        self._poll_site = self._task(jobs.poll_site, POLLS, _Again(host_delay))
        self._followers = {queue: self._task(jobs.follow, queue) for queue in (FOLLOWERS, FILES)}
        self._give_back_every(settings.stalled_after)

    def _task(self, work: Any, queue: str, again: _Again | bool = False) -> Task[Any, Any, Any]:
        async def run(context: JobContext, /, **values: Any) -> None:
            number, self._worker_id = context.job.id, context.job.worker_id
            self._running.add(number)
            try:
                with border(f"job:{name}"):
                    await work(**values)
            except Fault as fault:
                log_fault(logger, fault, fault.trace)
                raise
            finally:
                self._running.discard(number)

        name = f"{queue}.{work.__name__}"
        register = self._app.task(name=name, queue=queue, retry=again, pass_context=True)
        task: Task[Any, Any, Any] = register(run)
        return task

    def _give_back_every(self, stalled_after: timedelta) -> None:
        """Let workers look regularly for jobs whose worker is dead, and put them back."""
        every = max(1, min(30, int(stalled_after.total_seconds()) // _BEATS))
        # Without a lock: a process that was killed in this job would keep it, and nobody else could
        # put jobs back.
        task = self._app.task(name="house.give_back", queue=HOUSE, queueing_lock=HOUSE)
        self._app.periodic(cron=f"* * * * * */{every}")(task(self._give_back))

    async def _give_back(self, timestamp: int) -> None:  # noqa: ARG002 - when it was planned
        silent = self._settings.stalled_after.total_seconds()
        manager = self._app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=silent):
            # Its worker may have finished the job in this moment, or another process put it back.
            with contextlib.suppress(ConnectorException):
                await self._put_back(job)

    async def _put_back(self, job: Job) -> None:
        manager = self._app.job_manager
        if job.queueing_lock is None:
            await manager.retry_job(job)
        else:  # A new job may wait already, and two with this lock must not.
            await manager.finish_job(job, Status.FAILED, delete_job=True)

    async def put_back_lost(self) -> None:
        """Put back jobs that have ended here, but could not be recorded as ended.

        Their worker, this process, is alive, so procrastinate never takes them for stalled.
        """
        if self._worker_id is None:
            return
        now = time.monotonic()
        with self._explain_errors():
            manager = self._app.job_manager
            doing = await manager.list_jobs_async(status="doing", worker_id=self._worker_id)
            ended = {job.id: job for job in doing if job.id not in self._running}
            self._ended = {number: self._ended.get(number, now) for number in ended}
            for number, since in self._ended.items():
                if now - since > self._settings.stalled_after.total_seconds():
                    await self._put_back(ended[number])

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Connect to PostgreSQL in a block; raise `StoreError` if that fails."""
        with self._explain_errors():
            await self._app.open_async()
        try:
            yield
        finally:
            await self._app.close_async()

    def put_polls(
        self, connection: sa.Connection, claims: Sequence[Claim], until: datetime
    ) -> None:
        """Put a job for each claim into the queue, in the transaction that leased the feeds.

        The lock of a job is its site, so a site's jobs are carried out one after the other.
        """
        jobs = [
            self._job(self._poll_site, f"site:{one.site}", feeds=list(one.feed_ids), until=until)
            for one in claims
        ]
        driver = connection.connection.driver_connection
        if jobs:
            with self._explain_errors():
                self._in_transaction.batch_defer_jobs(jobs=jobs, connection=driver)

    def _job(self, task: Task[Any, Any, Any], lock: str, *, until: datetime, **values: Any) -> Job:
        return task.configure(lock=lock).make_new_job(until=until.isoformat(), **values)

    async def put_follower(self, name: str, queue: str) -> None:
        """Put a run of a follower into a queue, unless one is waiting there already."""
        task = self._followers[queue]
        with self._explain_errors(), contextlib.suppress(AlreadyEnqueued):
            await task.configure(lock=name, queueing_lock=name, priority=1).defer_async(name=name)

    async def work(self, name: str, queues: Collection[str], *, jobs: int) -> None:
        """Carry out at most `jobs` jobs at once until cancelled, then wait for them to end.

        Raise `StoreError` if the database cannot be used.
        """
        silent = self._settings.stalled_after.total_seconds()
        with self._explain_errors():
            await self._app.run_worker_async(
                queues=list(queues),
                name=name,
                concurrency=jobs,
                delete_jobs="always",
                install_signal_handlers=False,
                fetch_job_polling_interval=_LOOKS_EVERY,
                # In this time it sends no heartbeats; after `silent`, others take over its jobs.
                shutdown_graceful_timeout=silent / 3,
                update_heartbeat_interval=silent / _BEATS,
                stalled_worker_timeout=silent,
            )

    @contextlib.contextmanager
    def _explain_errors(self) -> Iterator[None]:
        try:
            yield
        except AlreadyEnqueued:
            raise
        except (ConnectorException, PoolTimeout) as error:
            reason = error.__cause__ or error
            raise StoreError(f"{self._database.name}: {reason}") from error


class _Again(BaseRetryStrategy):
    """Put a job back that was interrupted or failed; it may last until its worker is stopped."""

    def __init__(self, host_delay: timedelta) -> None:
        self._host_delay = host_delay

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:  # noqa: ARG002
        """Return when the job is carried out again.

        An interrupted job has just sent requests, so the delay between requests must pass.
        """
        is_interrupted = isinstance(exception, asyncio.CancelledError)
        wait = self._host_delay if is_interrupted else _AFTER_ERROR
        return RetryDecision(retry_in={"seconds": math.ceil(wait.total_seconds())})
