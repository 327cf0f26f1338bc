"""Watch the daemon's progress, clock changes, and parts that cannot be used."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from ingest.manners.backoff import doubled

logger = logging.getLogger(__name__)

_LOOP_CHECK = timedelta(seconds=0.1)
_TICK_WITHIN = timedelta(minutes=2)
# The longest polls are those of slow feeds with twenty article pages on slow sites.
_POLL_WITHIN = timedelta(minutes=45)
_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(minutes=5)
_NO_JUMP = timedelta(0)
_SMALLEST_JUMP = timedelta(seconds=60)


class Progress:
    """A check, by a monotonic clock, whether the daemon makes progress."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._last_tick = self._last_poll = ticks()
        self._in_flight = 0

    def tick(self) -> None:
        """Record that due feeds were queried, successfully or not."""
        self._last_tick = self._ticks()

    def begin_poll(self) -> None:
        """Record the start of a poll."""
        if self._in_flight == 0:
            self._last_poll = self._ticks()
        self._in_flight += 1

    def end_poll(self) -> None:
        """Record the end of a poll, whatever its result."""
        self._in_flight -= 1
        self._last_poll = self._ticks()

    @property
    def fault(self) -> str | None:
        """Return a description of what is stuck, or None if the daemon makes progress."""
        now = self._ticks()
        if now - self._last_tick > _TICK_WITHIN.total_seconds():
            return f"no tick for {now - self._last_tick:.0f} s"
        if self._in_flight and now - self._last_poll > _POLL_WITHIN.total_seconds():
            return f"no poll has ended for {now - self._last_poll:.0f} s"
        return None


class ClockWatch:
    """A detector of clock changes and suspend.

    It compares the wall clock with a monotonic clock.
    """

    def __init__(self, now: datetime, ticks: float) -> None:
        self._now, self._ticks = now, ticks

    def jump(self, now: datetime, ticks: float) -> timedelta:
        """Return how far the clock jumped since the last call, or zero for less than a minute."""
        jump = (now - self._now) - timedelta(seconds=ticks - self._ticks)
        self._now, self._ticks = now, ticks
        return jump if abs(jump) >= _SMALLEST_JUMP else _NO_JUMP


class Trouble:
    """The state of a part that the daemon needs, such as the database.

    `reason` says why the part cannot be used; it is None if the part works.
    """

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self._clock = clock
        self.reason: str | None = None
        self._tries = 0
        self._again = 0.0

    @property
    def is_waiting(self) -> bool:
        """Return whether it is too early to try again."""
        return self.reason is not None and self._clock() < self._again

    def met(self, error: Exception) -> None:
        """Record that the part cannot be used; log each reason once.

        Work that was begun before the first failure may fail later. It does not prolong the wait.
        """
        if not self.is_waiting:
            wait = doubled(_FIRST_WAIT, self._tries, _LONGEST_WAIT)
            self._tries += 1
            self._again = self._clock() + wait.total_seconds()
        if str(error) != self.reason:
            logger.error("the %s cannot be used: %s; waiting for it", self.name, error)
        self.reason = str(error)

    def over(self) -> None:
        """Record that the part can be used."""
        if self.reason is not None:
            logger.warning("the %s can be used again", self.name)
        self.reason, self._tries = None, 0


async def watch_loop(observe: Callable[[float], object]) -> None:
    """Measure the delay of the event loop in seconds, which shows whether something blocks it."""
    while True:
        due = time.monotonic() + _LOOP_CHECK.total_seconds()
        await asyncio.sleep(_LOOP_CHECK.total_seconds())
        observe(time.monotonic() - due)


def exit_after(wait: timedelta) -> None:
    """End the process after this time even if a thread waits for an unresponsive database.

    Nothing is lost: feeds whose polls were not committed are polled again.
    """

    def end() -> None:
        logger.critical("the database does not answer; stopped without it")
        os._exit(0)

    timer = threading.Timer(wait.total_seconds(), end)
    timer.daemon = True
    timer.start()
