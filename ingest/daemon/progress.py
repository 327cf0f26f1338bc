"""Whether the daemon makes progress; running alone is not enough."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

_TICK_WITHIN = timedelta(minutes=2)
# The longest poll: a slow feed, then twenty slow article pages.
_LOOK_WITHIN = timedelta(minutes=45)


class Progress:
    """Records when the daemon last made progress, by the monotonic clock."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._ticked = self._looked = ticks()
        self._in_flight = 0

    def tick(self) -> None:
        """Record that the store was queried for due feeds, or was unavailable."""
        self._ticked = self._ticks()

    def look_begun(self) -> None:
        """Record that a poll was started."""
        if self._in_flight == 0:
            self._looked = self._ticks()
        self._in_flight += 1

    def look_ended(self) -> None:
        """Record that a poll has ended, with any result."""
        self._in_flight -= 1
        self._looked = self._ticks()

    @property
    def fault(self) -> str | None:
        """Return what is stuck; None if the daemon makes progress."""
        now = self._ticks()
        if now - self._ticked > _TICK_WITHIN.total_seconds():
            return f"no tick for {now - self._ticked:.0f} s"
        if self._in_flight and now - self._looked > _LOOK_WITHIN.total_seconds():
            return f"no look has ended for {now - self._looked:.0f} s"
        return None
