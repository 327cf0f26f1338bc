"""The one answer to "may this be asked now": for polls, article pages and backfill alike."""

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

# The clock is cut to the second: a pause begins with the next one, so that none is too short.
_CLOCK_STEP = timedelta(seconds=1)
# Pages and redirects lead to any number of servers: above this, pauses that are over are dropped.
_REMEMBERED_SERVERS = 1024


class Manners:
    """Whether a server may be asked now, and how many requests it gets at once.

    One object serves all of a process. It keeps no database: `note_failure` and `note_answer`
    return what the caller has to write, `update_pauses` takes what others have written.
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

    # Turns and robots.txt

    def turn(self, host: str, delay: timedelta | None = None) -> AbstractAsyncContextManager[None]:
        """Wait until a request to a host may start, and hold its place until it is done.

        `delay` is what the host itself asks for between two requests, if that is longer.
        """
        return self._limits.turn(host, delay)

    async def permission(self, url: str, fetcher: Fetch) -> Permission:
        """Return what the server's robots.txt says about an address that nobody named to us.

        The file is fetched by `fetcher`, once a day.
        """
        return await self._robots.permission(url, fetcher)

    # Pauses

    def pause_of(self, server: str) -> Pause | None:
        """Return until when and why a server is left alone; None if it may be asked now."""
        known = self._pauses.get(server)
        return None if known is None or known.pause.is_over(self._clock()) else known.pause

    async def wait_for(self, server: str, longest: timedelta) -> Pause | None:
        """Wait until a server may be asked; return its pause, at once, if that takes too long."""
        pause = self.pause_of(server)
        if pause is None:
            return None
        wait = pause.until - self._clock()
        if wait > longest:
            return pause
        await asyncio.sleep(wait.total_seconds())
        return None

    def note_answer(self, server: str) -> bool:
        """Note that a server has answered; return whether its pause is to be deleted.

        A request that was under way when the server asked to wait ends no pause.
        """
        known = self._pauses.get(server)
        if known is None or not known.pause.is_over(self._clock()):
            return False
        del self._pauses[server]
        return known.is_kept

    def note_failure(self, server: str, error: SourceError) -> Pause | None:
        """Note a failed request; return the pause that is to be written, if there is one.

        None also if the server is paused already, by the failure of another request.
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
        """Take over pauses that are kept, some of them written by other processes."""
        for pause in pauses:
            known = self._pauses.get(pause.server)
            if known is None or known.pause.until <= pause.until:
                self._remember(pause, is_kept=True)

    # For `fetch`, which meets servers that no feed is at: pages, and where redirects lead

    def check(self, server: str, url: str) -> None:
        """Raise `BadStatus` if a server has asked to be left alone and still is."""
        known = self._pauses.get(server)
        if known is None or known.pause.refusals or known.pause.is_over(self._clock()):
            return
        left = known.until - time.monotonic()
        if left > 0:
            wait = timedelta(seconds=left)
            raise BadStatus(url, TOO_MANY_REQUESTS, "not asked again before", wait)

    def note_status(self, server: str, status: int, retry_after: timedelta | None) -> None:
        """Note what a response says about its whole server: 429 with Retry-After, nothing else."""
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
    """A pause; `until` by the monotonic clock, exactly; `is_kept` if the database has it."""

    pause: Pause
    until: float
    is_kept: bool
