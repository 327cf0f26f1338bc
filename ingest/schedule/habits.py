"""Measure how often a feed has new entries."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

DAY = timedelta(days=1)
# After this time, the weight of an observation has fallen to a third (1/e).
_MEMORY = timedelta(days=7)
# Shorter times are replaced by these minimums, because two entries a minute apart say little about
# the rate of a new feed.
_SHORTEST_SPAN = timedelta(hours=6)
_SHORTEST_GAP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How often a feed has new entries, measured by its polls.

    `per_day` is the number of new entries per day, or None before the first document. `gaps` counts
    the documents that had no entry in common with the previous document. `interval` is the last
    chosen wait.
    """

    per_day: float | None = None
    gaps: int = 0
    interval: timedelta | None = None


def begin(published: Iterable[datetime | None], now: datetime) -> Habits:
    """Estimate how often a feed has new entries, from the dates in its first document."""
    dates = [at for at in published if at is not None and at <= now]
    if not dates:
        return Habits()
    span = max(now - min(dates), _SHORTEST_SPAN)
    return Habits(per_day=len(dates) / (span / DAY))


def after_poll(habits: Habits, *, new: int, since: timedelta, is_gap: bool = False) -> Habits:
    """Return the habits after a poll that found `new` entries.

    `since` is the time since the last poll. It can be negative if the clock was set back. The rate
    is an exponential moving average.
    """
    since = max(since, timedelta(0))
    kept = math.exp(-(since / _MEMORY))
    rate = new / max(since / DAY, _SHORTEST_GAP / DAY)
    per_day = rate if habits.per_day is None else habits.per_day * kept + rate * (1 - kept)
    return replace(habits, per_day=per_day, gaps=habits.gaps + is_gap)
