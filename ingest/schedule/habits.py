"""How often a feed has news, measured over its polls."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

DAY = timedelta(days=1)
# What was seen this long ago counts a third of what is seen now.
_MEMORY = timedelta(days=7)
# Two entries a minute apart say little of a feed that began a minute ago.
_SHORTEST_SPAN = timedelta(hours=6)
_SHORTEST_LOOK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What polls have shown of a feed's rhythm.

    `per_day` is how many new entries a day has, None before the first document; `gaps` how often
    a document had no entry in common with the one before; `interval` the wait chosen last.
    """

    per_day: float | None = None
    gaps: int = 0
    interval: timedelta | None = None


def begin(published: Iterable[datetime | None], now: datetime) -> Habits:
    """Guess a feed's habits from the dates in its first document."""
    dates = [at for at in published if at is not None and at <= now]
    if not dates:
        return Habits()
    span = max(now - min(dates), _SHORTEST_SPAN)
    return Habits(per_day=len(dates) / (span / DAY))


def after_poll(habits: Habits, *, new: int, since: timedelta, is_gap: bool = False) -> Habits:
    """Return the habits after a poll that found `new` entries, `since` after the one before.

    The rate is a mean that forgets: of what a poll adds, a third is left after a week. By a
    clock that was set back in between, the one before may lie ahead.
    """
    since = max(since, timedelta(0))
    kept = math.exp(-(since / _MEMORY))
    seen = new / max(since / DAY, _SHORTEST_LOOK / DAY)
    per_day = seen if habits.per_day is None else habits.per_day * kept + seen * (1 - kept)
    return replace(habits, per_day=per_day, gaps=habits.gaps + is_gap)
