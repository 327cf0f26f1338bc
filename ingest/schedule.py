"""When to look at a feed again, and why; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.config import FeedSettings, ScheduleConfig, format_duration
from ingest.errors import BadStatus, SourceError


@dataclass(frozen=True, slots=True, kw_only=True)
class NextPoll:
    """The next look at a feed; `reason` completes the sentence "looked at then because"."""

    at: datetime
    reason: str


def after_success(config: ScheduleConfig, settings: FeedSettings, *, now: datetime) -> NextPoll:
    """When to look again after the feed has answered."""
    interval, whose = _interval(config, settings)
    return NextPoll(at=now + interval, reason=f"{whose} is {format_duration(interval)}")


def after_failure(
    config: ScheduleConfig,
    settings: FeedSettings,
    error: SourceError,
    *,
    failures: int,
    now: datetime,
) -> NextPoll:
    """When to look again after `failures` failures in a row (this one counted).

    The wait doubles with each, up to `schedule.max_interval`, and is never shorter than the
    publisher asks for (Retry-After, RFC 9110 section 10.2.3).
    """
    interval, _ = _interval(config, settings)
    wait = min(interval * 2 ** min(failures - 1, 16), max(config.max_interval, interval))
    asked = error.retry_after if isinstance(error, BadStatus) else None
    if asked is not None and asked > wait:
        return NextPoll(at=now + asked, reason=f"its server asks to wait {_rounded(asked)}")
    times = "once" if failures == 1 else f"{failures} times in a row"
    return NextPoll(at=now + wait, reason=f"it failed {times}; waiting {_rounded(wait)}")


def _interval(config: ScheduleConfig, settings: FeedSettings) -> tuple[timedelta, str]:
    """The time between two looks, and whose wish it is."""
    if settings.interval:
        return settings.interval, "the interval set for it"
    return min(max(config.interval, config.min_interval), config.max_interval), "schedule.interval"


def _rounded(wait: timedelta) -> str:
    return format_duration(timedelta(seconds=round(wait.total_seconds())))
