"""How many documents are fetched at once: from all sites together, and from any one of them.

A site is a registrable domain or an IP address (see `urls.site_of`). Whoever waits for
a site holds no place that another site's document could use, and neither does a site that is slow
to answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from ingest.urls import site_of

# Article pages lead to any number of sites: what is known of idle ones is forgotten above this.
_REMEMBERED_SITES = 1024
# Whoever takes longer gives its place among all to another, and keeps that at its site.
_PATIENCE = 5.0  # seconds


class Limits:
    """Turns at fetching, one for each request."""

    def __init__(self, *, concurrency: int, per_host: int, host_delay: timedelta) -> None:
        self._everywhere = asyncio.Semaphore(concurrency)
        self._per_host = per_host
        self._host_delay = host_delay
        self._sites: dict[str, _Site] = {}

    @asynccontextmanager
    async def turn(self, host: str, delay: timedelta | None = None) -> AsyncIterator[None]:
        """Wait until a request to a host may start, and hold its place until it is done.

        `delay` is what the host itself asks for between two requests, if that is longer.
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

    async def _start(self, site: _Site, delay: timedelta) -> None:
        # One at a time goes through the gate, and counts as started only with a place among
        # all: else those who had waited out the delay could start together later.
        async with site.gate:
            await asyncio.sleep(site.started + delay.total_seconds() - _now())
            await self._everywhere.acquire()
            site.started = _now()

    def _site(self, name: str) -> _Site:
        if name not in self._sites:
            if len(self._sites) >= _REMEMBERED_SITES:
                self._forget_idle()
            self._sites[name] = _Site(self._per_host)
        return self._sites[name]

    def _forget_idle(self) -> None:
        over = _now() - self._host_delay.total_seconds()
        self._sites = {
            name: site for name, site in self._sites.items() if site.users or site.started > over
        }


def _once(function: Callable[[], None]) -> Callable[[], None]:
    """A function that does it the first time it is called."""
    waiting = [function]

    def call() -> None:
        if waiting:
            waiting.pop()()

    return call


class _Site:
    def __init__(self, places: int) -> None:
        self.places = asyncio.Semaphore(places)
        self.gate = asyncio.Lock()
        self.started = float("-inf")
        self.users = 0


def _now() -> float:
    return asyncio.get_running_loop().time()
