"""Parse the value of `before:`, `after:` or `on:`: a day, a month or a year in a time zone."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ingest.query.tree import Days

_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?")


def days(name: str, value: str, zone: ZoneInfo) -> Days:
    """Return the days before, from, or on a day, month or year.

    `after` includes the day, `before` does not. Raise `ValueError` if the value is not a date.
    """
    date = _DAY.fullmatch(unicodedata.normalize("NFKC", value))
    if date is None:
        raise ValueError(value)
    year, month, day = (int(part) if part else None for part in date.groups())
    start = datetime(year or 0, month or 1, day or 1, tzinfo=zone)
    try:
        return _span(name, start, _end_of(start, month, day))
    except OverflowError:
        raise ValueError(value) from None


def _span(name: str, start: datetime, end: datetime) -> Days:
    if name == "before":
        return Days(end=start.astimezone(UTC))
    if name == "after":
        return Days(start=start.astimezone(UTC))
    return Days(start=start.astimezone(UTC), end=end.astimezone(UTC))


def _end_of(start: datetime, month: int | None, day: int | None) -> datetime:
    """Return the first instant after a day, month or year."""
    if day is not None:
        return start + timedelta(days=1)
    if month is None:
        return start.replace(year=start.year + 1)
    return start.replace(year=start.year + month // 12, month=month % 12 + 1)
