"""Keep the pictures that are due: many sites at a time, each as its limits allow."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta

from ingest.border import border
from ingest.config import format_size
from ingest.errors import ArchiveError, Fault, SourceError
from ingest.follow.images import ImageFolder
from ingest.images.fetching import Picture, Pictures
from ingest.images.pace import Pace
from ingest.images.retries import next_try
from ingest.logs import log_fault
from ingest.reading.images.kinds import file_name
from ingest.services import Services
from ingest.store.images import counts, due, results
from ingest.store.images.due import Wanted
from ingest.store.images.results import Failed, Kept, Result, Unchanged
from ingest.store.outputs import follower_of
from ingest.urls import without_secrets
from ingest.values import NotModified
from ingest.workers import Workers

logger = logging.getLogger(__name__)

_BATCH, _BATCH_WITHIN = 64, 0.2  # results, and seconds in which they are collected
_SAMPLE = 20  # kept files that are looked for, to see whether the folder's disk is mounted
_AGAIN_IF_FULL = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many pictures a run has kept and how many have failed; `full` names a reached limit."""

    kept: int = 0
    failed: int = 0
    full: str | None = None


@dataclass(slots=True)
class _Room:
    """How many bytes are kept in all, and of each feed."""

    total: int
    feeds: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """The result of one picture; `unfinished` has the path and the name of its temporary file."""

    result: Result
    unfinished: tuple[str, str] | None = None


class Keeper:
    """Fetches and stores pictures for one process; only one run at a time."""

    def __init__(self, services: Services, workers: Workers) -> None:
        self._services = services
        config = services.config
        self._settings = config.images
        self._folder = ImageFolder(config.images.path)
        self._pictures = Pictures(
            config.images, config.wayback, services.fetcher, services.manners, workers
        )
        self._pace = Pace(
            places=max(min(config.images.concurrency, config.fetch.concurrency // 2), 1),
            per_site=config.fetch.per_host,
            delay=config.fetch.host_delay,
        )
        self._outputs = [
            follower_of(one.name) for one in config.every_output if one.images == "local"
        ]
        self._running: dict[asyncio.Task[_Outcome], int] = {}
        self._outcomes: list[_Outcome] = []
        self._oldest = 0.0  # when the oldest of these results came in
        self._room = _Room(total=0)
        self._full: str | None = None

    async def keep_due(self) -> Tally:
        """Fetch all pictures that are due, and store them; return how many.

        Raise `ArchiveError` if the folder cannot be written or its files are gone, and `StoreError`
        if the database cannot be used. What was not stored is fetched again.
        """
        await self._prepare()
        tally = Tally()
        try:
            while await self._start_some():
                await self._collect()
                if self._is_batch_ready():
                    tally = _sum_of(tally, await self._store())
        finally:
            for task in self._running:
                task.cancel()
            self._outcomes.clear()
        return replace(tally, full=self._full)

    async def _prepare(self) -> None:
        services = self._services
        kept = await services.view(counts.some_digests, _SAMPLE)
        if problem := await asyncio.to_thread(self._folder.problem, kept):
            raise ArchiveError(problem)
        await asyncio.to_thread(self._folder.prepare, now=services.clock())
        self._room = _Room(total=await services.view(counts.total_size))
        self._full = None
        self._refuse_if_full(self._room.total)

    async def _start_some(self) -> bool:
        """Start as many fetches as may run; return whether there is more to do."""
        loop = asyncio.get_running_loop()
        is_any_refused = True
        while is_any_refused and self._full is None and (free := self._pace.free(loop.time())):
            # If a site becomes busy, the places that are left go to other sites.
            found = await self._due(free)
            started = [self._start(wanted, loop.time()) for wanted in found]
            is_any_refused = not all(started)
        is_waiting = bool(self._pace.busy_sites(loop.time())) and self._full is None
        return bool(self._running or self._outcomes) or is_waiting

    async def _due(self, most: int) -> list[Wanted]:
        """Return pictures that are due, of sites that may be asked now."""
        busy = self._pace.busy_sites(asyncio.get_running_loop().time())
        taken = [*self._running.values(), *(one.result.id for one in self._outcomes)]
        now = self._services.clock()
        return await self._services.view(due.due, now, most, without_sites=busy, without=taken)

    def _start(self, wanted: Wanted, now: float) -> bool:
        if not self._pace.begin(wanted.id, wanted.site, now):
            return False
        task = asyncio.create_task(self._keep(wanted), name=f"picture {wanted.id}")
        self._running[task] = wanted.id
        return True

    async def _collect(self) -> None:
        """Wait until a fetch ends or a site may be asked again; collect the results."""
        loop = asyncio.get_running_loop()
        if not self._running:
            await asyncio.sleep(0 if self._outcomes else self._pace.wait(loop.time()) or 0)
            return
        wait = self._pace.wait(loop.time()) if self._pace.free(loop.time()) else _BATCH_WITHIN
        await asyncio.wait(self._running, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        done = [task for task in self._running if task.done()]
        if done and not self._outcomes:
            self._oldest = loop.time()
        for task in done:
            self._pace.end(self._running.pop(task))
            self._outcomes.append(task.result())

    def _is_batch_ready(self) -> bool:
        """Return whether results must be stored now: many, an old one, or the last ones."""
        if not self._outcomes:
            return False
        age = asyncio.get_running_loop().time() - self._oldest
        return len(self._outcomes) >= _BATCH or age >= _BATCH_WITHIN or not self._running

    async def _keep(self, wanted: Wanted) -> _Outcome:
        """Fetch a picture and write it under a temporary name; every error becomes a failure."""
        try:
            with border(wanted.url):
                answer = await self._pictures.fetch(wanted)
                if isinstance(answer, NotModified):
                    return _Outcome(result=Unchanged(id=wanted.id))
                return await self._write(wanted, answer)
        except SourceError as error:
            if isinstance(error, Fault):
                log_fault(logger, error, error.trace)
            logger.debug("no picture %s: %s", without_secrets(wanted.url), error)
            later = next_try(error, wanted.failures + 1, self._services.clock())
            return _Outcome(result=Failed(id=wanted.id, reason=str(error), next_try_at=later))

    async def _write(self, wanted: Wanted, picture: Picture) -> _Outcome:
        found, services = picture.examined, self._services
        if reason := await self._no_room(wanted.feed_id, found.size):
            later = services.clock() + _AGAIN_IF_FULL
            failed = Failed(id=wanted.id, reason=reason, next_try_at=later, is_counted=False)
            return _Outcome(result=failed)
        kept = Kept(
            id=wanted.id,
            digest=found.digest,
            media_type=found.media_type,
            width=found.width,
            height=found.height,
            size=found.size,
            source=without_secrets(picture.source),
            validators=picture.validators,
        )
        name = file_name(found.digest, found.media_type)
        if self._folder.has(name, size=found.size):
            return _Outcome(result=kept)
        path = await asyncio.to_thread(
            self._folder.write_unfinished, picture.body, at=services.clock()
        )
        return _Outcome(result=kept, unfinished=(path, name))

    async def _no_room(self, feed_id: int, size: int) -> str | None:
        """Return which limit a picture would exceed, or None; without a limit, count its bytes."""
        room, settings = self._room, self._settings
        if feed_id not in room.feeds:
            size_of_feed = await self._services.view(counts.size_of_feed, feed_id)
            room.feeds.setdefault(feed_id, size_of_feed)  # another task may have been faster
        if room.feeds[feed_id] + size > settings.max_feed_size:
            return f"images.max_feed_size ({format_size(settings.max_feed_size)}) is reached"
        if self._refuse_if_full(room.total + size):
            return self._full
        room.total += size
        room.feeds[feed_id] += size
        return None

    def _refuse_if_full(self, size: int) -> bool:
        most = self._settings.max_total_size
        if size > most and self._full is None:
            self._full = f"images.max_total_size ({format_size(most)}) is reached"
            logger.warning("no more pictures are kept: %s", self._full)
        return self._full is not None

    async def _store(self) -> Tally:
        """Move the files to their places, then store the results in one transaction."""
        outcomes = list(self._outcomes)
        files = [one.unfinished for one in outcomes if one.unfinished]
        await asyncio.to_thread(self._folder.put, files)
        given = [one.result for one in outcomes]
        now = self._services.clock()
        unneeded = await self._services.transact(
            results.record, given, outputs=self._outputs, now=now
        )
        names = [file_name(kept.digest, kept.media_type) for kept in unneeded]
        await asyncio.to_thread(self._folder.delete, names)
        self._outcomes.clear()
        failed = sum(isinstance(result, Failed) for result in given)
        return Tally(kept=len(given) - failed, failed=failed)


def _sum_of(one: Tally, other: Tally) -> Tally:
    return Tally(kept=one.kept + other.kept, failed=one.failed + other.failed)
