"""Limit how many requests and polls run at once, in total and for each site.

A site is a registrable domain or an IP address (see `urls.site_of`). The total leaves out requests
that wait for their site, or for a slow answer. So they do not block other sites.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from ingest.urls import site_of

# Article pages can be on any number of sites, so idle sites are forgotten above this number.
_REMEMBERED_SITES = 1024
# A request that takes longer no longer counts in the total, but still counts for its site.
_PATIENCE = 5.0  # seconds
_PLACES_A_REQUEST = 8
_MOST_IN_ALL = 2_000


class Limits:
    """The limits of requests: how many run at the same time, in total and to one host."""

    def __init__(self, *, concurrency: int, per_host: int, host_delay: timedelta) -> None:
        self._everywhere = asyncio.Semaphore(concurrency)
        self._per_host = per_host
        self._host_delay = host_delay
        self._sites: dict[str, _Site] = {}

    @asynccontextmanager
    async def turn(self, host: str, delay: timedelta | None = None) -> AsyncIterator[None]:
        """Wait until a request to a host may start; count it until the block ends.

        `delay` is the time that the host wants between two requests. It applies if it is longer
        than `fetch.host_delay`.
        """
        site = self._site(site_of(host))
        site.users += 1
        try:
            async with site.places:
                await self._start(site, max(self._host_delay, delay or self._host_delay))
                release = _once(self._everywhere.release)
                late = asyncio.get_running_loop().call_later(_PATIENCE, release)
                try:
                    yield
                finally:
                    late.cancel()
                    release()
        finally:
            site.users -= 1

    async def pass_delay(self, site: str) -> None:
        """Wait until the delay after the last request to a site has passed."""
        if known := self._sites.get(site):
            await asyncio.sleep(known.started + known.delay - _now())

    async def _start(self, site: _Site, delay: timedelta) -> None:
        # The requests to a site wait one by one: first for the delay, then until the site has room.
        # If several requests waited for room at once, they could start together, without a delay.
        async with site.gate:
            await asyncio.sleep(site.started + delay.total_seconds() - _now())
            await self._everywhere.acquire()
            site.started, site.delay = _now(), delay.total_seconds()

    def _site(self, name: str) -> _Site:
        if name not in self._sites:
            if len(self._sites) >= _REMEMBERED_SITES:
                self._forget_idle()
            self._sites[name] = _Site(self._per_host)
        return self._sites[name]

    def _forget_idle(self) -> None:
        now = _now()
        self._sites = {
            name: site
            for name, site in self._sites.items()
            if site.users or site.started + site.delay > now
        }


def _once(function: Callable[[], None]) -> Callable[[], None]:
    """Return a function that calls `function` only the first time."""
    waiting = [function]

    def call() -> None:
        if waiting:
            waiting.pop()()

    return call


class _Site:
    def __init__(self, places: int) -> None:
        self.places = asyncio.Semaphore(places)
        self.gate = asyncio.Lock()
        self.started, self.delay = float("-inf"), 0.0
        self.users = 0


def _now() -> float:
    return asyncio.get_running_loop().time()


class PollTurns:
    """The limits of polls for a list of feeds: how many run at once, in total and for each site."""

    def __init__(self, *, concurrency: int, per_site: int) -> None:
        self._everywhere = asyncio.Semaphore(concurrency)
        self._sites: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(per_site)
        )

    @asynccontextmanager
    async def turn(self, site: str) -> AsyncIterator[None]:
        """Wait until a feed of a site may be polled; count the poll until the block ends."""
        async with self._sites[site], self._everywhere:
            yield


class PollPlaces:
    """The number of running polls, for a service that starts a poll only if there is room.

    A poll that waits for an answer takes only some memory, so there may be several times as many
    polls as requests (`concurrency`). A poll that takes longer than five seconds is not
    counted, because many sites may depend on one slow server. At most `_MOST_IN_ALL` polls run.
    """

    def __init__(
        self, *, concurrency: int, per_site: int, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._per_site = concurrency * _PLACES_A_REQUEST, per_site
        self._ticks = ticks
        self._begun: dict[int, tuple[str, float]] = {}
        self._sites: Counter[str] = Counter()

    @property
    def free(self) -> int:
        """Return how many more polls may be started."""
        patient = self._ticks() - _PATIENCE
        recent = sum(begun > patient for _, begun in self._begun.values())
        return max(min(self._most - recent, _MOST_IN_ALL - len(self._begun)), 0)

    @property
    def full_sites(self) -> list[str]:
        """Return the sites whose limit of polls is reached."""
        return [site for site in self._sites if not self.has_room(site)]

    def has_room(self, site: str) -> bool:
        """Return whether a feed of a site may be polled now; all RSSHub routes have the site ''."""
        # The routes of RSSHub use many instances, and each instance has its own limit.
        most = self._most // 2 if site == "" else self._per_site
        return self._sites[site] < most

    def take(self, feed_id: int, site: str) -> None:
        """Count a poll that begins."""
        self._begun[feed_id] = (site, self._ticks())
        self._sites[site] += 1

    def give_back(self, feed_id: int) -> None:
        """Stop counting a poll that has ended."""
        site, _ = self._begun.pop(feed_id)
        self._sites -= Counter([site])
