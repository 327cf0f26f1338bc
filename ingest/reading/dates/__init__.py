"""What a publisher wrote → an aware UTC instant, with how it was read and how exactly.

    standard    the spellings of the standards, at once
    wording     any other string in one spelling: digits, no invisible characters
    days        which day: by year, month and day, by words, by weekdays
    months      which day, where the month is named in another language
    calendars   eras, and days that are not of the Gregorian calendar
    clock       which time of the day
    zones       in which zone, if it says so
    relative    how long ago
    addresses   the day in the address of a page

Rules come from RFC 5322 section 3.3 and its obsolete forms, ISO 8601, and from what Chinese feeds
write instead. feedparser's dates are never used: it reads strings without a zone as UTC and `CST`
as US Central.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from ingest.reading.dates.addresses import date_of_address
from ingest.reading.dates.calendars import without_buddhist_years
from ingest.reading.dates.clock import Time, find_time
from ingest.reading.dates.day import Day
from ingest.reading.dates.days import find_day
from ingest.reading.dates.months import find_foreign_day
from ingest.reading.dates.relative import find_ago
from ingest.reading.dates.standard import find_standard
from ingest.reading.dates.wording import LONGEST, plain
from ingest.reading.dates.zones import find_zone
from ingest.values import DatePrecision, ResolvedDate

__all__ = ["SHANGHAI", "date_of_address", "resolve_date"]

SHANGHAI = ZoneInfo("Asia/Shanghai")

_OLDEST_YEAR = 1990
_FARTHEST_AHEAD = timedelta(hours=48)
# Clocks differ by minutes; a stamp further ahead was labelled wrongly.
_CLOCK_SKEW = timedelta(minutes=10)
_EPOCH = re.compile(r"(?:/Date\()?(-?\d{10}(?:\.\d+)?|\d{13}|\d{16})(?:[+-]\d{4})?(?:\)/)?")
# Beside a time it says that the day is another one, in a form that is not known.
_DATE_LIKE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<![\d+-])\d{1,2}[./-]\w")
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?(?=\D|$)")


def resolve_date(
    raw: str | None,
    *,
    first_seen_at: datetime,
    zone: tzinfo = SHANGHAI,
    gmt_is_local: bool = False,
    cst_is_american: bool = False,
) -> ResolvedDate | None:
    """Resolve a publisher's date; None where nothing in it can be believed.

    Words such as 昨天 and 3小时前 count from `first_seen_at`, an aware datetime. `zone` is where a
    string without one was written; `gmt_is_local` says that this feed labels local times as GMT,
    `cst_is_american` that by CST it means US Central Standard Time.
    Refused are dates before 1990, more than 48 hours ahead, and days that do not exist. A stamp
    labelled GMT that lies ahead of its first sight, but not if it is local time, is local time.
    """
    if not raw:
        return None
    where = _Where(
        now=first_seen_at.astimezone(zone),
        zone=zone,
        gmt_is_local=gmt_is_local,
        cst_is_american=cst_is_american,
    )
    try:
        written = without_buddhist_years(raw[:LONGEST].strip())
        found = _standard(written, where)
        found = found or _free(plain(written), where)
    except (ValueError, OverflowError):  # a day, a time or an offset that does not exist
        return None
    return found if found and _is_credible(found.at, first_seen_at) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Where:
    """When and where a string was read; see `resolve_date`."""

    now: datetime
    zone: tzinfo
    gmt_is_local: bool
    cst_is_american: bool


def _is_credible(at: datetime, first_seen_at: datetime) -> bool:
    return at.year >= _OLDEST_YEAR and at - first_seen_at <= _FARTHEST_AHEAD


def _standard(text: str, where: _Where) -> ResolvedDate | None:
    """A date by RFC 3339 or RFC 5322."""
    if (standard := find_standard(text)) is None:
        return None
    at, method = standard
    found = ResolvedDate(at=at.astimezone(UTC), method=method, precision=DatePrecision.SECOND)
    return _heed_misuse(found, at.tzinfo, where)


def _free(text: str, where: _Where) -> ResolvedDate | None:
    """A date in whatever words, in one spelling."""
    if not text:
        return None
    return (
        _epoch(text)
        or _standard(text, where)
        or _absolute(text, where)
        or find_ago(text, where.now)
        or _worded(text, where)
    )


def _epoch(text: str) -> ResolvedDate | None:
    match = _EPOCH.fullmatch(text)
    if match is None:
        return None
    seconds = float(match[1])
    for scale in (1e6, 1e3):
        if seconds > scale * 1e9:
            seconds /= scale
            break
    at = datetime.fromtimestamp(int(seconds), UTC)
    return ResolvedDate(at=at, method="epoch", precision=DatePrecision.SECOND)


def _absolute(text: str, where: _Where) -> ResolvedDate | None:
    """A day of a named year, with whatever time and zone stand beside it."""
    if match := _STAMP.match(text):
        text = _spaced(match) + text[match.end() :]
    day = find_day(text, where.now, with_year=True) or find_foreign_day(text, where.now)
    if day is None:
        return None
    time = find_time(text, day.span)
    found = _instant(text, day, time, where)
    if time is None:
        return found
    return _heed_misuse(found, _named_zone(text, time.end, where), where)


def _spaced(stamp: re.Match[str]) -> str:
    """`20220128213439` as `2022-01-28 21:34:39`."""
    year, month, day, *time = stamp.groups()
    clock = ":".join(part for part in time if part)
    return f"{year}-{month}-{day} {clock}".rstrip()


def _instant(text: str, day: Day, time: Time | None, where: _Where) -> ResolvedDate:
    named = _named_zone(text, time.end if time else day.span[1], where)
    clock = time.since_midnight if time else timedelta(0)
    local = (
        datetime(day.date.year, day.date.month, day.date.day, tzinfo=named or where.zone) + clock
    )
    return ResolvedDate(
        at=local.astimezone(UTC),
        method=day.method,
        precision=time.precision if time else day.precision,
    )


def _named_zone(text: str, start: int, where: _Where) -> tzinfo | None:
    return find_zone(text, start, cst_is_american=where.cst_is_american)


def _heed_misuse(found: ResolvedDate, named: tzinfo | None, where: _Where) -> ResolvedDate:
    """Read a time labelled GMT as local where evidence says that it is local."""
    if named is not UTC:
        return found
    local = found.at.replace(tzinfo=where.zone).astimezone(UTC)
    seen_by = where.now + _CLOCK_SKEW
    if not where.gmt_is_local and not (found.at > seen_by >= local):
        return found
    return ResolvedDate(
        at=local,
        method=f"{found.method}, local labelled GMT",
        precision=found.precision,
        gmt_misused=True,
    )


def _worded(text: str, where: _Where) -> ResolvedDate | None:
    """昨天 12:00, 周三, 1月28日 21:34, 08:15: what counts from the moment of first sight."""
    day = find_day(text, where.now, with_year=False)
    if day is not None:
        found = _instant(text, day, find_time(text, day.span), where)
        return _not_ahead(found, where.now, day.repeats) if day.repeats else found
    time = find_time(text, (0, 0))
    if time is None or time.start > 0 or _DATE_LIKE.search(text, time.end):
        return None
    today = Day(
        date=where.now.date(), span=(0, 0), method="time of day", precision=DatePrecision.DAY
    )
    return _not_ahead(_instant(text, today, time, where), where.now, timedelta(days=1))


def _not_ahead(found: ResolvedDate, now: datetime, repeats: timedelta) -> ResolvedDate:
    """The last time that this was so: 周三 is never the next one."""
    at = found.at if found.at <= now + _CLOCK_SKEW else found.at - repeats
    return ResolvedDate(at=at, method=found.method, precision=found.precision)
