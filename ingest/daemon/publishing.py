"""Publish new files in the service, on a separate thread."""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from ingest.errors import PublishError, StoreError
from ingest.manners.backoff import doubled
from ingest.publish import Publisher
from ingest.services import Services

logger = logging.getLogger(__name__)

_LONGEST_WAIT = timedelta(hours=1)


class Publishing:
    """The publishing of files, at most once every `hooks.pause`, and less often after failures."""

    def __init__(self, services: Services) -> None:
        self._publisher = Publisher(services.config, services.database, services.clock)
        self._pause = services.config.hooks.pause
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="publish")
        self._failures = 0
        self._again = 0.0
        self._is_running = False

    async def publish(self) -> None:
        """Publish what was written since the last time; log an error, and try again later."""
        if self._is_running or time.monotonic() < self._again or not self._publisher.is_wanted:
            return
        self._is_running = True
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._thread, self._publisher.publish)
        except (PublishError, StoreError) as error:
            logger.error("after new files: %s", error)  # noqa: TRY400 - it is no bug
            self._failures += 1
        else:
            self._failures = 0
        finally:
            self._is_running = False
            wait = doubled(self._pause, self._failures, max(_LONGEST_WAIT, self._pause))
            self._again = time.monotonic() + wait.total_seconds()

    def stop(self) -> None:
        """Kill the user's command if it is running; the next start of the service repeats it."""
        self._publisher.stop()
        self._thread.shutdown(wait=False)
