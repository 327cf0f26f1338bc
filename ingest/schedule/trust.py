"""Decide whether to send the validators of a feed, and in which form.

Some servers always answer 304, and some fail on requests with validators. Others do not recognise
the ETag that they sent, but recognise another form of it. This module learns the behaviour of each
server.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ingest.config import ScheduleConfig, format_duration
from ingest.errors import BadStatus, ParseError, SourceError, Unreachable
from ingest.schedule.habits import DAY, Habits
from ingest.values import Validators

# A 304 is not believed if, at the feed's usual rate, it should have this many new entries by now.
_ENTRIES_AWAITED = 3
_SHORTEST_WAIT = timedelta(hours=6)
# After this time the validators are sent again, because the server may have been repaired.
_TRIED_AGAIN_AFTER = timedelta(days=30)
_TOO_MANY_REQUESTS = 429


class Spelling(enum.StrEnum):
    """The form in which an ETag is sent back."""

    GIVEN = "given"
    OTHER = "other"  # the ETag without its `W/`, or with a `W/` added
    NONE = "none"  # no ETag is sent, because the server recognises neither form


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """How a server treats the validators of a feed.

    `document_at` is when the server last sent a whole document. `distrusted_at` and
    `distrusted_because` say since when and why validators are not sent. If validators are sent,
    both are None.
    """

    document_at: datetime | None = None
    distrusted_at: datetime | None = None
    distrusted_because: str | None = None
    spelling: Spelling = Spelling.GIVEN

    def is_to_be_tried(self, now: datetime) -> bool:
        """Return whether it is time to try the validators again."""
        return self.distrusted_at is not None and now - self.distrusted_at >= _TRIED_AGAIN_AFTER


def why_without(
    trust: Trust, config: ScheduleConfig, habits: Habits, *, failures: int, now: datetime
) -> str | None:
    """Return why validators are not sent this time, or None if they are sent."""
    if trust.distrusted_because:
        return trust.distrusted_because
    if failures:
        return "the last request failed"
    if trust.document_at is None:
        return "it is not known whether its server can be trusted with them"
    wait = check_interval(config, habits)
    if now - trust.document_at >= wait:
        return f"no whole document has come for {format_duration(wait)}"
    return None


def check_interval(config: ScheduleConfig, habits: Habits) -> timedelta:
    """Return how long a feed may answer 304 before a request without validators is sent."""
    if not habits.per_day or habits.per_day * (config.check_interval / DAY) < _ENTRIES_AWAITED:
        return config.check_interval
    awaited = max(DAY * (_ENTRIES_AWAITED / habits.per_day), _SHORTEST_WAIT)
    return min(timedelta(seconds=round(awaited.total_seconds())), config.check_interval)


def spelled(validators: Validators, spelling: Spelling) -> Validators:
    """Return the validators with the ETag in the form that the server recognises."""
    match spelling, validators.etag:
        case (Spelling.GIVEN, _) | (_, None):
            return validators
        case (Spelling.OTHER, str() as etag):
            return replace(validators, etag=etag[2:] if etag.startswith("W/") else f"W/{etag}")
        case _:
            return replace(validators, etag=None)


def after_document(trust: Trust, kept: Validators, sent: Validators, given: Validators) -> Trust:
    """Return the trust after a request with validators was answered with a whole document.

    If the document has the ETag that was sent, the server may recognise another form of the ETag.
    """
    if not sent.etag or not _is_same(kept.etag, given.etag):
        return trust
    following = {Spelling.GIVEN: Spelling.OTHER, Spelling.OTHER: Spelling.NONE}
    return replace(trust, spelling=following.get(trust.spelling, Spelling.NONE))


def after_not_modified(kept: Validators, given: Validators) -> Validators:
    """Return the validators to keep after a 304, which may have another form of the ETag."""
    etag = kept.etag if _is_same(kept.etag, given.etag) else given.etag
    return replace(given, etag=etag)


def _is_same(one: str | None, other: str | None) -> bool:
    """Return whether two ETags are equal by weak comparison (RFC 9110 section 8.8.3.2)."""
    return bool(one and other) and _opaque(one or "") == _opaque(other or "")


def _opaque(etag: str) -> str:
    return etag.removeprefix("W/")


def may_be_their_fault(error: SourceError) -> bool:
    """Return whether a request may have failed because it had validators.

    Validators are not the reason if the server asks to wait, refuses connections, or is too slow.
    """
    match error:
        case BadStatus():
            return error.status != _TOO_MANY_REQUESTS and error.retry_after is None
        case Unreachable():
            return not (error.connection_refused or error.timed_out)
        case _:
            return isinstance(error, ParseError)


def distrust(trust: Trust, reason: str, now: datetime) -> Trust:
    """Record that validators are no longer sent to a server, with the reason; return the trust."""
    return replace(trust, distrusted_at=now, distrusted_because=reason)


def believe(trust: Trust) -> Trust:
    """Return the trust in a server to which validators are sent again."""
    return replace(trust, distrusted_at=None, distrusted_because=None)
