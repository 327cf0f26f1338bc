"""Whether the clock was set, or the machine slept: the wall clock then goes otherwise than time."""

from __future__ import annotations

from datetime import datetime, timedelta

_NOTHING = timedelta(0)
_SMALLEST_JUMP = timedelta(seconds=60)


class ClockWatch:
    """Compares the wall clock with one that is never set, and stands still while all sleeps."""

    def __init__(self, now: datetime, ticks: float) -> None:
        self._now, self._ticks = now, ticks

    def jump(self, now: datetime, ticks: float) -> timedelta:
        """By how much the clock went otherwise since this was asked last; small steps are none."""
        jump = (now - self._now) - timedelta(seconds=ticks - self._ticks)
        self._now, self._ticks = now, ticks
        return jump if abs(jump) >= _SMALLEST_JUMP else _NOTHING
