"""Double a wait with each failure; the function is pure."""

from __future__ import annotations

from datetime import timedelta

_MOST_DOUBLINGS = 16  # with more, every wait is `longest` anyway, and timedelta could overflow


def doubled(first: timedelta, failures: int, longest: timedelta) -> timedelta:
    """Return `first` doubled once for each failure in a row, but at most `longest`."""
    doublings: int = 2 ** min(failures, _MOST_DOUBLINGS)
    return min(first * doublings, longest)
