"""Detect that the clock was changed or that the machine was suspended."""

from __future__ import annotations

from datetime import datetime, timedelta

_NOTHING = timedelta(0)
_SMALLEST_JUMP = timedelta(seconds=60)


class ClockWatch:
    """Compares the wall clock with the monotonic clock, which stops during suspend."""

    def __init__(self, now: datetime, ticks: float) -> None:
        self._now, self._ticks = now, ticks

    def jump(self, now: datetime, ticks: float) -> timedelta:
        """Return how far the clock jumped since the last call; zero for small steps."""
        jump = (now - self._now) - timedelta(seconds=ticks - self._ticks)
        self._now, self._ticks = now, ticks
        return jump if abs(jump) >= _SMALLEST_JUMP else _NOTHING
