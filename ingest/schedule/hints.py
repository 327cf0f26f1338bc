"""The wishes of a publisher: the shortest wait between polls, and hours and days to skip."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from ingest.config import format_duration
from ingest.values import ParsedFeed

Headers = Iterable[tuple[str, str]]

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
_LONGEST_CREDIBLE = timedelta(weeks=1)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """The wishes of a publisher; hours and days are in UTC, Monday is 0.

    `fresh` comes from Cache-Control or Expires of the last answer; `ttl` and `period` come from
    the document.
    """

    fresh: timedelta | None = None
    ttl: timedelta | None = None
    period: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()

    def as_json(self) -> dict[str, Any]:
        """Return, as JSON, the wishes that the publisher has stated; durations are in seconds."""
        seconds = {
            name: wait.total_seconds()
            for name in ("fresh", "ttl", "period")
            if (wait := getattr(self, name)) is not None
        }
        skipped = {"skip_hours": sorted(self.skip_hours), "skip_days": sorted(self.skip_days)}
        return seconds | {name: values for name, values in skipped.items() if values}


def from_json(kept: Mapping[str, Any]) -> Hints:
    """Read hints that `as_json` wrote."""
    waits = {
        name: timedelta(seconds=kept[name]) for name in ("fresh", "ttl", "period") if name in kept
    }
    return Hints(
        **waits,
        skip_hours=frozenset(kept.get("skip_hours", ())),
        skip_days=frozenset(kept.get("skip_days", ())),
    )


def of_document(feed: ParsedFeed) -> Hints:
    """Read the publisher's wishes from a feed.

    `ttl` is in minutes, `skipHours` and `skipDays` are in GMT (RSS 2.0); `sy:updatePeriod` is
    divided by `sy:updateFrequency` (RSS 1.0 syndication module).
    """
    ttl = _number(feed.ttl)
    hours = {number % 24 for text in feed.skip_hours if (number := _number(text)) is not None}
    days = {_DAYS.index(day) for text in feed.skip_days if (day := text.strip().lower()) in _DAYS}
    return Hints(
        ttl=timedelta(minutes=ttl) if ttl else None,
        period=_period(feed),
        # A feed that asks to skip every hour or every day would never be polled, so such
        # a wish is ignored.
        skip_hours=frozenset(hours) if len(hours) < 24 else frozenset(),
        skip_days=frozenset(days) if len(days) < 7 else frozenset(),
    )


def _period(feed: ParsedFeed) -> timedelta | None:
    period = _PERIODS.get((feed.update_period or "").strip().lower())
    frequency = _number(feed.update_frequency)
    if period is None and frequency is None:
        return None
    return (period or _PERIODS["daily"]) / max(frequency or 1, 1)


def _number(text: str | None) -> int | None:
    found = _NUMBER.fullmatch((text or "").strip())
    return int(found[0]) if found else None


def with_headers(hints: Hints, headers: Headers, now: datetime) -> Hints:
    """Return the hints with the time that an answer stays fresh (RFC 9111 section 4.2)."""
    named: dict[str, str] = {}
    for name, value in headers:  # Several lines with one name are one list (RFC 9110 section 5.3).
        named[name] = (
            f"{named[name]}, {value}" if name == "cache-control" and name in named else value
        )
    if (found := _MAX_AGE.search(named.get("cache-control", ""))) is not None:
        age = timedelta(seconds=_number(named.get("age")) or 0)
        fresh = timedelta(seconds=int(found[1])) - age
    elif (expires := http_date(named.get("expires", ""))) is not None:
        fresh = expires - (http_date(named.get("date", "")) or now)
    else:
        return replace(hints, fresh=None)
    return replace(hints, fresh=fresh if fresh > timedelta(0) else None)


def http_date(text: str) -> datetime | None:
    """Read an HTTP date (RFC 9110 section 5.6.7) in any of its forms, or return None."""
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date


def longest_wait(hints: Hints, most: timedelta) -> tuple[timedelta, str]:
    """Return the longest wait among the hints, and the reason in words.

    A wait of more than a week is meant for caches, or is a mistake. It is replaced by `most`.
    """
    waits = {
        "its server says that the document stays fresh for": hints.fresh,
        "its <ttl> is": hints.ttl,
        "its sy:updatePeriod is": hints.period,
    }
    longest, reason = timedelta(0), ""
    for words, wait in waits.items():
        if wait is None:
            continue
        credible = wait if wait <= _LONGEST_CREDIBLE else most
        if credible > longest:
            longest, reason = credible, f"{words} {format_duration(_whole(wait))}"
    return longest, reason


def _whole(wait: timedelta) -> timedelta:
    return timedelta(seconds=round(wait.total_seconds()))


def after_skipped(hints: Hints, at: datetime) -> datetime:
    """Return `at`, or the first whole hour after it that the feed does not ask to skip."""
    for _ in range(8 * 24):
        at_utc = at.astimezone(UTC)
        if at_utc.hour not in hints.skip_hours and at_utc.weekday() not in hints.skip_days:
            break
        at += timedelta(hours=1)
    return at
