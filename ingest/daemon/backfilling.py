"""Carry out the backfills that the web page asked for, one after the other."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from ingest import backfill
from ingest.border import border
from ingest.daemon.watch import Trouble
from ingest.database.alone import alone_at
from ingest.errors import GuidangError, StoreBusy, StoreError
from ingest.logs import log_fault
from ingest.services import Services
from ingest.store import backfill_queue
from ingest.store.backfills import Run

logger = logging.getLogger(__name__)


class Backfilling:
    """The backfills of the service; a backfill that is stopped continues at the next start."""

    def __init__(self, services: Services, database: Trouble) -> None:
        self._services = services
        self._database = database
        self._number: int | None = None
        self._task: asyncio.Task[None] | None = None

    async def check(self) -> None:
        """Begin the first backfill of the queue; stop the present one if it has left the queue."""
        if self._database.reason is not None:
            return
        try:
            first = await self._services.query(backfill_queue.first)
        except StoreError as error:
            self._database.met(error)
            return
        if first is None or first.id != self._number:
            await self.stop()
        if first is not None and (self._task is None or self._task.done()):
            self._number = first.id
            self._task = asyncio.create_task(self._carry_out(first))

    async def stop(self) -> None:
        """Stop the present backfill."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._number = self._task = None

    async def _carry_out(self, run: Run) -> None:
        services = self._services
        try:
            with alone_at(services.database, "backfill"), border(f"backfill {run.id}"):
                asked = backfill.asked_before(run)
                report = await backfill.run(services, run.id, asked, _ignore)
            state = "complete" if report.is_complete else "not complete"
            logger.info("backfill %d is %s", run.id, state)
        except StoreBusy:  # a command runs a backfill; it is tried again
            return
        except StoreError as error:
            self._database.met(error)
            return
        except GuidangError as error:
            log_fault(logger, error, getattr(error, "trace", ""))
        with contextlib.suppress(StoreError):  # It is repeated, which costs little.
            await services.transact(backfill_queue.leave, run.id)


def _ignore(*_: object) -> None:
    """The page shows the counts that are stored, so nothing is told document by document."""
