"""Track what the daemon needs and cannot use now: log it once, wait longer each time."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from ingest.manners.backoff import doubled

logger = logging.getLogger(__name__)

_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(minutes=5)


class Trouble:
    """One resource, such as the database: usable, or tried again after a delay."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.reason: str | None = None
        self._tries = 0
        self._again = 0.0

    @property
    def is_waiting(self) -> bool:
        """Whether it is too early for the next attempt."""
        return self.reason is not None and time.monotonic() < self._again

    def met(self, error: Exception) -> None:
        """Record that it cannot be used; log it once, and again if the reason changes."""
        wait = doubled(_FIRST_WAIT, self._tries, _LONGEST_WAIT)
        self._tries += 1
        self._again = time.monotonic() + wait.total_seconds()
        if str(error) != self.reason:
            logger.error("the %s cannot be used: %s; waiting for it", self.name, error)
        self.reason = str(error)

    def over(self) -> None:
        """Record that it can be used."""
        if self.reason is not None:
            logger.warning("the %s can be used again", self.name)
        self.reason, self._tries = None, 0
