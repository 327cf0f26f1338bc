"""Choose the sites whose pictures may be fetched next, so that no place is held while waiting."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

_PATIENCE = 5.0  # seconds; a fetch that takes longer no longer holds a place
_MOST_IN_ALL = 4  # times the places


class Pace:
    """The running fetches of pictures, and when each site may be asked again.

    It only prevents useless waiting: `manners` enforces the limits. Times are in seconds of the
    event loop's clock.
    """

    def __init__(self, *, places: int, per_site: int, delay: timedelta) -> None:
        self._places, self._per_site = places, per_site
        self._delay = delay.total_seconds()
        self._begun: dict[int, tuple[str, float]] = {}
        self._running: Counter[str] = Counter()
        self._ready_at: dict[str, float] = {}

    def free(self, now: float) -> int:
        """Return how many more fetches may begin."""
        recent = sum(begun > now - _PATIENCE for _, begun in self._begun.values())
        return max(min(self._places - recent, self._places * _MOST_IN_ALL - len(self._begun)), 0)

    def busy_sites(self, now: float) -> list[str]:
        """Return the sites that may not be asked now."""
        self._ready_at = {site: at for site, at in self._ready_at.items() if at > now}
        full = (site for site, count in self._running.items() if count >= self._per_site)
        return sorted({*self._ready_at, *full})

    def wait(self, now: float) -> float | None:
        """Return the seconds until the next site may be asked; None if no site is waiting."""
        return min((at - now for at in self._ready_at.values() if at > now), default=None)

    def begin(self, number: int, site: str, now: float) -> bool:
        """Count a fetch that begins; return False, and count nothing, if the site is busy."""
        if self._running[site] >= self._per_site or self._ready_at.get(site, now) > now:
            return False
        self._begun[number] = (site, now)
        self._running[site] += 1
        self._ready_at[site] = now + self._delay
        return True

    def end(self, number: int) -> None:
        """Stop counting a fetch."""
        site, _ = self._begun.pop(number)
        self._running[site] -= 1
        if not self._running[site]:
            del self._running[site]
