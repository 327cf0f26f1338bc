"""Retry requests if that may help, and count the documents that a backfill may still read."""

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
    """The number of documents that may still be read, for all feeds together.

    None means that there is no limit.
    """

    left: int | None = None

    def take(self) -> bool:
        """Return whether one more document may be read; if so, count it."""
        if self.left is None:
            return True
        self.left -= 1
        return self.left >= 0

    def give_back(self) -> None:
        """Remove a document from the count, because it was put off."""
        if self.left is not None:
            self.left += 1

    @property
    def is_spent(self) -> bool:
        """Return whether no more documents may be read."""
        return self.left is not None and self.left <= 0


async def patiently(ask: Callable[..., Awaitable[T]], *facts: object) -> T:
    """Call `ask` up to four times, waiting as long as the server says; return the first result.

    Raise the last error if all calls fail, if a retry cannot help, or if the wait would be longer
    than `LONGEST_WAIT`.
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
    """Return whether a retry may help, or how long the server wants us to wait."""
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
    """Return whether a server refuses all requests for a while."""
    return isinstance(error, BadStatus) and (
        error.status == 429 or (error.status == 503 and error.retry_after is not None)
    )


def _log_retry(details: RetryDetails) -> None:
    logger.info("asking again in %.0f s: %s", details.wait_for, details.caused_by)
