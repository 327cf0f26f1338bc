"""Decide how long to wait after an answer, after a failure, and before the first poll."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ingest.config import FeedSettings, ScheduleConfig, format_duration
from ingest.errors import BadStatus, Gone, SourceError
from ingest.manners.backoff import doubled
from ingest.schedule import hints as asked
from ingest.schedule.habits import DAY, Habits
from ingest.schedule.hints import Hints

# Each wait is lengthened at random by up to this share, so that feeds are not polled together.
_JITTER = 0.1
# The interval is chosen so that about every second poll finds a new entry.
_ENTRIES_A_POLL = 0.5
# A feed is gone after this many failures in a row with status 404, or one failure with 410.
_GONE_FOR_CERTAIN = 3
_BETWEEN_FIRST_POLLS = timedelta(seconds=1)
_BETWEEN_LATE_POLLS = timedelta(seconds=0.05)
SKIPPED = "it asks to be skipped until then"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextPoll:
    """The next poll of a feed; `reason` completes the sentence "polled then because".

    `interval` is the wait as chosen, before the publisher's wishes and a random time lengthen it.
    """

    at: datetime
    reason: str
    interval: timedelta


def phase(feed_id: int, now: datetime) -> float:
    """Return a pseudo-random number from 0 to 1, the same for one feed at one moment."""
    seed = f"{feed_id} {now.timestamp()}".encode()
    return int.from_bytes(hashlib.sha256(seed).digest()[:4], "big") / 2**32


def after_success(
    config: ScheduleConfig,
    settings: FeedSettings,
    habits: Habits,
    hints: Hints,
    *,
    now: datetime,
    phase: float = 0.0,
    is_gap: bool = False,
) -> NextPoll:
    """Return when to poll again after an answer.

    The interval that the user set has precedence. Otherwise the interval follows from the feed's
    habits, within `schedule.min_interval` and `max_interval`. It is never shorter than the wait
    that the feed or its server asks for. All waits are lengthened at random, because many servers
    let all their documents expire at the full hour.
    """
    if settings.interval:
        interval, reason = settings.interval, "the interval set for it is"
        reason = f"{reason} {format_duration(settings.interval)}"
        return NextPoll(at=_later(now, interval, phase), reason=reason, interval=interval)
    interval, reason = _interval_by_habits(config, habits)
    if is_gap:
        interval = max(min(interval, (habits.interval or interval) / 2), config.min_interval)
        reason = "no entry of the previous poll is in the feed any more: some may have been missed"
    asked_for, words = asked.longest_wait(hints, config.max_interval)
    if asked_for > interval:
        reason = words
    at = _later(now, max(interval, asked_for), phase)
    return _unless_skipped(hints, NextPoll(at=at, reason=reason, interval=interval))


def _unless_skipped(hints: Hints, planned: NextPoll) -> NextPoll:
    """Return the plan, moved to the first moment that the feed does not ask to skip."""
    at = asked.after_skipped(hints, planned.at)
    return planned if at == planned.at else replace(planned, at=at, reason=SKIPPED)


def _interval_by_habits(config: ScheduleConfig, habits: Habits) -> tuple[timedelta, str]:
    if habits.per_day is None:
        interval = min(max(config.interval, config.min_interval), config.max_interval)
        return interval, f"schedule.interval is {format_duration(config.interval)}"
    most, per_day = config.max_interval, habits.per_day
    wished = most if per_day * (most / DAY) < _ENTRIES_A_POLL else DAY * (_ENTRIES_A_POLL / per_day)
    interval = _round(max(wished, config.min_interval))
    return interval, f"it has {_describe_rate(per_day)}"


def _describe_rate(per_day: float) -> str:
    if per_day >= 1:
        return f"about {per_day:.0f} new entries a day"
    if per_day * 30 >= 1:
        return f"about {per_day * 30:.0f} new entries a month"
    return "less than one new entry a month"


def after_failure(
    config: ScheduleConfig,
    settings: FeedSettings,
    hints: Hints,
    error: SourceError,
    *,
    failures: int,
    now: datetime,
    phase: float = 0.0,
) -> NextPoll:
    """Return when to poll again after `failures` failures in a row, including this one.

    The wait doubles with each failure, up to `schedule.max_interval`, and is never shorter than
    the publisher asks for (Retry-After, RFC 9110 section 10.2.3). A feed that is gone is still
    polled every `schedule.gone_interval`, because feeds can come back. Hours and days that the
    feed asks to skip are skipped.
    """
    interval = settings.interval or min(
        max(config.interval, config.min_interval), config.max_interval
    )
    wait = doubled(interval, failures - 1, max(config.max_interval, interval))
    times = "once" if failures == 1 else f"{failures} times in a row"
    reason = f"it failed {times}; waiting {format_duration(_round(wait))}"
    if isinstance(error, Gone) and (error.status == 410 or failures >= _GONE_FOR_CERTAIN):
        wait = max(config.gone_interval, wait)
        reason = f"its server says that it is gone; polling every {format_duration(wait)}"
    ordered = error.retry_after if isinstance(error, BadStatus) else None
    if ordered is not None and ordered > wait:
        wait, reason = ordered, f"its server asks to wait {format_duration(_round(ordered))}"
    planned = NextPoll(at=_later(now, wait, phase), reason=reason, interval=interval)
    return planned if settings.interval else _unless_skipped(hints, planned)


def longest_plan(config: ScheduleConfig) -> timedelta:
    """Return the longest possible time to the next poll of a feed without its own interval.

    It is the longest wait of the configuration or of a server, lengthened at random, plus a week
    of skipped days.
    """
    wait = max(config.gone_interval, config.max_interval, timedelta(days=7))
    return wait * (1 + _JITTER) + timedelta(days=8)


def first_polls(count: int, now: datetime) -> list[datetime]:
    """Return a time for the first poll of each of `count` new feeds, all within an hour."""
    apart = min(_BETWEEN_FIRST_POLLS, timedelta(hours=1) / max(count, 1))
    return [now + apart * place for place in range(count)]


def late_polls(count: int, now: datetime) -> list[datetime]:
    """Return when to poll overdue feeds: soon, but not all at the same moment."""
    apart = min(_BETWEEN_LATE_POLLS, timedelta(hours=1) / max(count, 1))
    return [now + apart * place for place in range(count)]


def _later(now: datetime, wait: timedelta, phase: float) -> datetime:
    at = now + wait * (1 + _JITTER * phase)
    return at.replace(microsecond=0) + timedelta(seconds=at.microsecond > 0)


def _round(wait: timedelta) -> timedelta:
    return timedelta(seconds=round(wait.total_seconds()))
