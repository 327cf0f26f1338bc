"""Decide whether a server may be asked now, for polls, article pages and backfills."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ingest.errors import BadStatus, SourceError
from ingest.manners.limits import Limits
from ingest.manners.pauses import TOO_MANY_REQUESTS, Pause, asked_pause, pause_after
from ingest.manners.robots import Fetch, Permission, Robots, user_agent

if TYPE_CHECKING:
    from ingest.config import FetchConfig

# The clock counts whole seconds. A pause begins at the next second, so that it is never too short.
_CLOCK_STEP = timedelta(seconds=1)
# Pages and redirects lead to any number of servers, so past pauses are dropped above this number.
_REMEMBERED_SERVERS = 1024


class Manners:
    """The pauses and limits of servers, shared by all requests of a process.

    It does not use the database: the caller stores what `note_failure` and `note_answer` return,
    and passes the pauses that other processes stored to `update_pauses`.
    """

    def __init__(
        self, settings: FetchConfig, clock: Callable[[], datetime], pauses: Iterable[Pause] = ()
    ) -> None:
        self._clock = clock
        self._limits = Limits(
            concurrency=settings.concurrency,
            per_host=settings.per_host,
            host_delay=settings.host_delay,
        )
        self._robots = Robots(clock, user_agent(settings))
        self._pauses: dict[str, _Known] = {}
        self.update_pauses(pauses)

    # The next methods are about the start of requests, and about robots.txt.

    def turn(self, host: str, delay: timedelta | None = None) -> AbstractAsyncContextManager[None]:
        """Wait until a request to a host may start; count it until the block ends.

        `delay` is the time that the host wants between two requests. It applies if it is longer
        than `fetch.host_delay`.
        """
        return self._limits.turn(host, delay)

    async def pass_delay(self, site: str) -> None:
        """Wait until the delay after this process's last request to a site has passed."""
        await self._limits.pass_delay(site)

    async def permission(self, url: str, fetcher: Fetch) -> Permission:
        """Return whether the server's robots.txt allows an address that no user gave us.

        The file is fetched with `fetcher`, once a day.
        """
        return await self._robots.permission(url, fetcher)

    # The next methods are about pauses.

    def pause_of(self, server: str) -> Pause | None:
        """Return the pause of a server, or None if the server may be asked now."""
        known = self._pauses.get(server)
        return None if known is None or known.pause.is_over(self._clock()) else known.pause

    async def wait_for(self, server: str, longest: timedelta) -> Pause | None:
        """Wait until a server may be asked; return its pause at once if the wait is too long."""
        pause = self.pause_of(server)
        if pause is None:
            return None
        wait = pause.until - self._clock()
        if wait > longest:
            return pause
        await asyncio.sleep(wait.total_seconds())
        return None

    def note_answer(self, server: str) -> bool:
        """Record that a server has answered; return whether its stored pause must be deleted.

        The answer to a request from before a pause does not end the pause.
        """
        known = self._pauses.get(server)
        if known is None or not known.pause.is_over(self._clock()):
            return False
        del self._pauses[server]
        return known.is_kept

    def note_failure(self, server: str, error: SourceError) -> Pause | None:
        """Record a failed request; return the pause that the caller must store, or None.

        Return None, too, if another request has already paused the server.
        """
        now, known = self._clock() + _CLOCK_STEP, self._pauses.get(server)
        if known is not None and not known.pause.is_over(now):
            self._pauses[server] = replace(known, is_kept=True)
            return None if known.is_kept else known.pause
        refusals = known.pause.refusals if known else 0
        pause = pause_after(error, server=server, refusals=refusals, now=now)
        if pause is not None:
            self._remember(pause, is_kept=True)
        return pause

    def update_pauses(self, pauses: Iterable[Pause]) -> None:
        """Add stored pauses, some of them from other processes."""
        for pause in pauses:
            known = self._pauses.get(pause.server)
            if known is None or known.pause.until <= pause.until:
                self._remember(pause, is_kept=True)

    # `fetch` calls the methods below. It also requests servers that have no feed: for pages,
    # and after redirects.

    def check(self, server: str, url: str) -> None:
        """Raise `BadStatus` if a server asked for a pause that is not over."""
        known = self._pauses.get(server)
        if known is None or known.pause.refusals or known.pause.is_over(self._clock()):
            return
        left = known.until - time.monotonic()
        if left > 0:
            wait = timedelta(seconds=left)
            raise BadStatus(url, TOO_MANY_REQUESTS, "not asked again before", wait)

    def note_status(self, server: str, status: int, retry_after: timedelta | None) -> None:
        """Pause the whole server if a response has status 429 and Retry-After."""
        if status == TOO_MANY_REQUESTS and retry_after:
            pause = asked_pause(server, self._clock() + _CLOCK_STEP + retry_after)
            self._remember(pause, is_kept=False, wait=retry_after)

    def _remember(self, pause: Pause, *, is_kept: bool, wait: timedelta | None = None) -> None:
        now = self._clock()
        if len(self._pauses) >= _REMEMBERED_SERVERS:
            self._pauses = {
                server: known
                for server, known in self._pauses.items()
                if known.is_kept or not known.pause.is_over(now)
            }
        if wait is None:
            wait = pause.until - now
        until = time.monotonic() + wait.total_seconds()
        self._pauses[pause.server] = _Known(pause=pause, until=until, is_kept=is_kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A pause with its exact end by the monotonic clock.

    `is_kept` means that the pause is in the database, or will be.
    """

    pause: Pause
    until: float
    is_kept: bool
