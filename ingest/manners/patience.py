"""Asking again later, where that may help; and how many documents a backfill takes."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from ingest.errors import BadStatus, SourceError, Unreachable

logger = logging.getLogger(__name__)
T = TypeVar("T")

LONGEST_WAIT = timedelta(minutes=10)
_TRIES = 4
_FIRST_WAIT, _LONGEST_GUESS = timedelta(seconds=1), timedelta(minutes=1)


@dataclass(slots=True)
class Budget:
    """How many documents may still be taken, of all feeds together; None: any number."""

    left: int | None = None

    def take(self) -> bool:
        """Whether one more may be taken; then it counts as taken."""
        if self.left is None:
            return True
        self.left -= 1
        return self.left >= 0

    def give_back(self) -> None:
        """Uncount a document that has to wait for others."""
        if self.left is not None:
            self.left += 1

    @property
    def is_spent(self) -> bool:
        """Whether no more may be taken."""
        return self.left is not None and self.left <= 0


async def patiently(ask: Callable[..., Awaitable[T]], *facts: object) -> T:
    """Ask up to four times, waiting as long as the server says; return the first answer.

    Raise the last error if there is no answer, or if the wait would be longer than
    `LONGEST_WAIT`.
    """
    set_on_retry_hooks([_log_retry])
    async for attempt in stamina.retry_context(
        on=_is_worth_waiting,
        attempts=_TRIES,
        timeout=None,
        wait_initial=_FIRST_WAIT,
        wait_max=_LONGEST_GUESS,
    ):
        with attempt:
            answer = await ask(*facts)
    return answer


def _is_worth_waiting(error: Exception) -> bool | timedelta:
    """Return whether asking again may help, or how long the server wants us to wait."""
    match error:
        case BadStatus(status=429 | 503, retry_after=timedelta() as wait):
            return wait if wait <= LONGEST_WAIT else False
        case BadStatus():
            return error.status == 429 or error.status >= 500
        case Unreachable():
            return True
        case _:
            return False


def is_refusal(error: SourceError) -> bool:
    """Whether a server wants no requests for a while, whatever they are for."""
    return isinstance(error, BadStatus) and (
        error.status == 429 or (error.status == 503 and error.retry_after is not None)
    )


def _log_retry(details: RetryDetails) -> None:
    logger.info("asking again in %.0f s: %s", details.wait_for, details.caused_by)
