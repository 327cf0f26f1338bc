"""Decide when a picture that could not be kept is tried again. All functions are pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from ingest.errors import BadStatus, SourceError, TooLarge, Unreachable
from ingest.manners.backoff import doubled

_FIRST = timedelta(hours=1)
_FIRST_IF_REFUSED = timedelta(days=1)
_LONGEST = timedelta(days=30)
_MOST_TRIES = 10
_MAY_SOON_WORK = frozenset({408, 425, 429})


def next_try(error: SourceError, failures: int, now: datetime) -> datetime | None:
    """Return when to try again after this many failures in a row; None after ten.

    Faults of networks and servers are tried again after an hour, refusals and files that are no
    pictures after a day; then the waits double, up to 30 days.
    """
    if failures >= _MOST_TRIES:
        return None
    wait = doubled(_FIRST if _is_passing(error) else _FIRST_IF_REFUSED, failures - 1, _LONGEST)
    asked = getattr(error, "retry_after", None)
    return now + max(wait, asked or timedelta(0))


def _is_passing(error: SourceError) -> bool:
    if isinstance(error, BadStatus):
        return error.status >= 500 or error.status in _MAY_SOON_WORK
    return isinstance(error, Unreachable)


def is_lasting(error: SourceError) -> bool:
    """Return whether asking in the same way gives the same error: a refusal, or no picture.

    Then another Referer or the web archive may help. A server without an answer, or one that wants
    a pause, must not be asked again at once.
    """
    return not isinstance(error, Unreachable | TooLarge) and not _is_passing(error)
