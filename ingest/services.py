"""Open the services that a run uses: database, fetcher, followers, threads and processes.

Followers are tasks that process changed entries.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import (
    AsyncIterator,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa

from ingest.clock import Clock, system_clock
from ingest.config import Config
from ingest.database import Database
from ingest.errors import ArchiveError, StoreError
from ingest.fetch import Fetcher
from ingest.follow.files import Output, outputs_of
from ingest.follow.following import Following
from ingest.follow.registry import make_followers
from ingest.manners import Manners
from ingest.manners.health import Health
from ingest.sources.ask import Network
from ingest.sources.instances import Instances
from ingest.sources.page import Pages
from ingest.store import polls, rsshub
from ingest.workers import READ_WITHIN, Workers, processes_for
from ingest.writer import Writer

P = ParamSpec("P")
T = TypeVar("T")

_VIEWERS = 2  # threads


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The services of a run, made by `open_services`."""

    config: Config
    clock: Clock
    database: Database
    fetcher: Fetcher
    network: Network
    manners: Manners
    pages: Pages
    workers: Workers
    outputs: Sequence[Output]
    following: Following
    writer: Writer
    database_threads: ThreadPoolExecutor
    view_threads: ThreadPoolExecutor

    async def query(
        self, query: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a query in a thread; return its result."""
        return await self.in_database_thread(partial(self.database.query, query, *args, **kwargs))

    async def view(
        self, query: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a query for the service's web server, on its own threads and connections."""
        work = partial(self.database.view, query, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self.view_threads, work)

    async def transact(
        self, change: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Make a change in a thread and commit it; return its result."""
        return await self.writer.transact(lambda connection: change(connection, *args, **kwargs))

    async def call(
        self, url: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call a pure function on the document of `url` in a process with limits.

        Raise `Unreadable` if the call takes too long or too much memory, and `Fault` if the
        function raises any exception other than a `GuidangError`.
        """
        return await self.workers.run(READ_WITHIN, url, function, *args, **kwargs)

    def prepare_outputs(self) -> None:
        """Make the folders of all outputs, then raise the first `ArchiveError`, if any."""
        errors = []
        for output in self.outputs:
            try:
                output.prepare(now=self.clock())
            except ArchiveError as error:
                errors.append(error)
        if errors:
            raise errors[0]

    @property
    def instances(self) -> Instances:
        """Return the instances of RSSHub, in the order in which they are asked."""
        return self.network.instances

    async def transact_with_health(self, change: Callable[..., T], *args: object) -> T:
        """Make a change, and store the changed health of RSSHub instances in the same transaction.

        `change` gets the changed health as its argument `health`.
        """
        health = self.instances.changes()
        result = await self.transact(change, *args, health=health)
        self.instances.note_stored(health)
        return result

    async def settle(self) -> None:
        """Store the changed health of RSSHub instances, and wait until all changes are written."""
        # If the health cannot be stored, the only cost is one more request to an RSSHub instance.
        with contextlib.suppress(StoreError):
            if self.instances.changes():
                await self.transact_with_health(rsshub.save_health)
        await self.writer.settle()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write all changes when the block ends, then stop the followers."""
        async with self.following.running():
            try:
                yield
            finally:
                await self.settle()

    async def in_database_thread(self, work: Callable[[], T]) -> T:
        """Run a function that uses the database in one of the threads for the database."""
        return await asyncio.get_running_loop().run_in_executor(self.database_threads, work)


def _writers_of(database: Database) -> int:
    """Return the number of threads that write to a database."""
    # SQLite allows one writer. Waiting in a queue here is cheaper than waiting for SQLite's lock.
    # With more than two threads for PostgreSQL, each commit would hold fewer changes.
    return 1 if database.engine.dialect.name == "sqlite" else 2


@contextlib.asynccontextmanager
async def open_services(
    config: Config,
    database: Database,
    clock: Clock = system_clock,
    *,
    feeds: int = 1,
    workers: Workers | None = None,
) -> AsyncIterator[Services]:
    """Open the services of a run, and close them at the end; the database stays open.

    The number of reader processes depends on `feeds`, the number of feeds to read. Processes
    that are passed as `workers` are used instead, and stay open.
    """
    threads = _writers_of(database)
    with (
        ThreadPoolExecutor(threads, thread_name_prefix="database") as database_threads,
        _threads_left_alone(_VIEWERS, "view") as view_threads,
        contextlib.nullcontext(workers) if workers else Workers(processes_for(feeds)) as workers,
    ):
        health, pauses = database.query(lambda c: (rsshub.health(c), polls.host_pauses(c)))
        manners = Manners(config.fetch, clock, pauses.values())
        writer = Writer(database, database_threads, writers=threads)
        async with Fetcher(config.fetch, clock, manners=manners) as fetcher:
            services = Services(
                config=config,
                clock=clock,
                database=database,
                fetcher=fetcher,
                network=_network(config, clock, fetcher, health),
                manners=manners,
                pages=Pages(fetcher, manners, workers),
                workers=workers,
                outputs=outputs_of(config, database),
                following=_following(config, database, clock, writer),
                writer=writer,
                database_threads=database_threads,
                view_threads=view_threads,
            )
            async with services.running():
                yield services


def _network(
    config: Config,
    clock: Clock,
    fetcher: Fetcher,
    health: Mapping[str, Health],
) -> Network:
    """Return the services that requests need."""
    instances = Instances(config, fetcher, clock, health=health)
    return Network(fetcher=fetcher, instances=instances, schedule=config.schedule, clock=clock)


def _following(config: Config, database: Database, clock: Clock, writer: Writer) -> Following:
    followers = make_followers(config, database)
    return Following(followers, database, clock, is_committing=lambda: writer.is_at_work)


@contextlib.contextmanager
def _threads_left_alone(count: int, name: str) -> Iterator[ThreadPoolExecutor]:
    """Yield a pool of threads for reading; at the end, do not wait for unfinished work."""
    threads = ThreadPoolExecutor(count, thread_name_prefix=name)
    try:
        yield threads
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


async def all_or_first_error(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Run coroutines at the same time; return their results, or cancel all at the first error."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [task.result() for task in tasks]
