"""Whether the daemon makes progress; running alone is not enough."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

_TICK_WITHIN = timedelta(minutes=2)
# The longest poll: a page of a slow site after the feed of a slow site, twenty times.
_POLL_WITHIN = timedelta(minutes=45)


class Progress:
    """Records when the daemon last made progress, by the monotonic clock."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._ticked = self._polled = ticks()
        self._in_flight = 0

    def tick(self) -> None:
        """Record that the store was queried for due feeds, or was unavailable."""
        self._ticked = self._ticks()

    def poll_begun(self) -> None:
        """Note that a poll was started."""
        if self._in_flight == 0:
            self._polled = self._ticks()
        self._in_flight += 1

    def poll_ended(self) -> None:
        """Note that a poll ended, whatever its result."""
        self._in_flight -= 1
        self._polled = self._ticks()

    @property
    def fault(self) -> str | None:
        """Return what is stuck; None if the daemon makes progress."""
        now = self._ticks()
        if now - self._ticked > _TICK_WITHIN.total_seconds():
            return f"no tick for {now - self._ticked:.0f} s"
        if self._in_flight and now - self._polled > _POLL_WITHIN.total_seconds():
            return f"no poll has ended for {now - self._polled:.0f} s"
        return None
