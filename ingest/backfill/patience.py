"""Asking once more, later, where that may help; and leaving those alone who want no more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from ingest.errors import BadStatus, SourceError, Unreachable
from ingest.schedule.hosts import HostPause, pause_for
from ingest.services import Services
from ingest.store import polls
from ingest.urls import server_of

logger = logging.getLogger(__name__)
T = TypeVar("T")

_TRIES = 4
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=1), timedelta(minutes=10)


async def patiently(ask: Callable[..., Awaitable[T]], *facts: object) -> T:
    """Ask until there is an answer, a few times, as late as the server wants it.

    Raise the last error where there was none, or where the wait would be too long.
    """
    set_on_retry_hooks([_tell])
    async for attempt in stamina.retry_context(
        on=_worth_waiting,
        attempts=_TRIES,
        timeout=None,
        wait_initial=_FIRST_WAIT,
        wait_max=timedelta(minutes=1),
    ):
        with attempt:
            answer = await ask(*facts)
    return answer


def _worth_waiting(error: Exception) -> bool | timedelta:
    match error:
        case BadStatus(status=429 | 503, retry_after=timedelta() as wait):
            return wait if wait <= _LONGEST_WAIT else False
        case BadStatus():
            return error.status == 429 or error.status >= 500
        case Unreachable():
            return True
        case _:
            return False


def is_refusal(error: SourceError) -> bool:
    """Whether a server wants to be asked nothing for a while, whatever it is."""
    return isinstance(error, BadStatus) and (
        error.status == 429 or (error.status == 503 and error.retry_after is not None)
    )


async def until_allowed(services: Services, url: str) -> HostPause | None:
    """Wait while a server is left alone, by a poll's or our own word; return a wait too long."""
    server = server_of(url)
    pause = (await services.query(polls.host_pauses)).get(server) if server else None
    wait = pause.until - services.clock() if pause else timedelta(0)
    if wait > _LONGEST_WAIT:
        return pause
    await asyncio.sleep(max(wait.total_seconds(), 0))
    return None


async def leave_alone(services: Services, url: str, error: SourceError) -> None:
    """Write down, for polls as well, that a server wants to be left alone."""
    now = services.clock()
    pause = pause_for(error, server=server_of(url), refusals=0, now=now)
    if pause is not None and isinstance(error, BadStatus):
        await services.transact(polls.pause_host, pause)


def _tell(details: RetryDetails) -> None:
    logger.info("asking again in %.0f s: %s", details.wait_for, details.caused_by)
