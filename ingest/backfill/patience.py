"""Asking once more, later, where that may help."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from ingest.errors import BadStatus, Unreachable

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


def _tell(details: RetryDetails) -> None:
    logger.info("asking again in %.0f s: %s", details.wait_for, details.caused_by)
