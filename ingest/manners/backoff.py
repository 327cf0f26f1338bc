"""Waits that double with each failure; pure."""

from __future__ import annotations

from datetime import timedelta

_MOST_DOUBLINGS = 16  # beyond that every wait is at its longest, and timedelta may overflow


def doubled(first: timedelta, failures: int, longest: timedelta) -> timedelta:
    """Return the wait after some failures in a row: `first` after none, at most `longest`."""
    doublings: int = 2 ** min(failures, _MOST_DOUBLINGS)
    return min(first * doublings, longest)
