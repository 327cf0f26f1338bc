"""Whether the daemon is alive and gets on: not that it runs, but that something comes of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

_TICK_WITHIN = timedelta(minutes=2)
# The longest look: a page of a slow site after the feed of a slow site, twenty times.
_LOOK_WITHIN = timedelta(minutes=45)


class Progress:
    """When something last came of the daemon's work, by a clock that is never set."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._ticked = self._looked = ticks()
        self._in_flight = 0

    def tick(self) -> None:
        """Note that the store was asked for what is due, or found out of reach."""
        self._ticked = self._ticks()

    def look_begun(self) -> None:
        """Note that a look was started."""
        if self._in_flight == 0:
            self._looked = self._ticks()
        self._in_flight += 1

    def look_ended(self) -> None:
        """Note that a look came to an end, whatever it was."""
        self._in_flight -= 1
        self._looked = self._ticks()

    @property
    def fault(self) -> str | None:
        """What is stuck; None if the daemon gets on."""
        now = self._ticks()
        if now - self._ticked > _TICK_WITHIN.total_seconds():
            return f"no tick for {now - self._ticked:.0f} s"
        if self._in_flight and now - self._looked > _LOOK_WITHIN.total_seconds():
            return f"no look has ended for {now - self._looked:.0f} s"
        return None
