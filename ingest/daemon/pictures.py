"""Keep pictures in the service, beside the polls."""

from __future__ import annotations

import asyncio
import logging

from ingest.daemon.roles import Engine
from ingest.daemon.watch import Trouble
from ingest.errors import ArchiveError, StoreError
from ingest.images.run import keep_with
from ingest.services import Services
from ingest.store.images import counts, due
from ingest.web.metrics import Metrics
from ingest.workers import Workers

logger = logging.getLogger(__name__)

_PART = "images"


class KeepingPictures:
    """The fetching of pictures in the background, after which the followers are started."""

    def __init__(
        self, services: Services, engine: Engine, metrics: Metrics, database: Trouble
    ) -> None:
        self._services = services
        self._engine = engine
        self._metrics = metrics
        self._folder = Trouble(_PART)
        self._database = database
        self._is_measured = False
        self._workers = Workers(1)
        self._task: asyncio.Task[None] | None = None

    async def keep(self) -> None:
        """Start to fetch the pictures that are due, unless that is running or must wait."""
        is_running = self._task is not None and not self._task.done()
        if is_running or self._folder.is_waiting or self._database.is_waiting:
            return
        if self._services.config.images.enabled:
            self._task = asyncio.create_task(self._keep_and_measure(), name="pictures")

    async def _keep_and_measure(self) -> None:
        services = self._services
        try:
            if await services.view(due.due, services.clock(), 1):
                await self._keep()
            elif self._is_measured:
                return
            self._metrics.measure_images(await services.view(counts.counts))
            self._is_measured = True
        except StoreError as error:
            self._database.met(error)
        except ArchiveError as error:
            self._folder.met(error)
            self._metrics.set_up(_PART, False)

    async def _keep(self) -> None:
        tally = await keep_with(self._services, self._workers)
        self._folder.over()
        self._metrics.set_up(_PART, True)
        if tally.kept:
            self._engine.follow()
        if tally.kept or tally.failed:
            logger.info("pictures: %d kept, %d failed", tally.kept, tally.failed)

    async def stop(self) -> None:
        """Stop; what is not stored is fetched again after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await asyncio.to_thread(self._workers.close)
