"""Converts a publisher's date to an aware datetime in UTC, and says how precise the date is.

    wording     normalises the text: digits, no invisible characters
    days        finds the day: year, month and day; 昨天; weekdays
    months      finds a day whose month has a name in another language
    day         the value `Day`, and calendars other than the Gregorian one
    clock       finds the time of day
    zones       finds the time zone
    relative    resolves 3小时前
    addresses   finds the day in the address of a page

Dates that follow RFC 3339 or RFC 5322 are read in this module. The other rules come from RFC 5322's
obsolete forms, ISO 8601, and Chinese feeds. feedparser's dates are never used: it reads strings
without a zone as UTC, and `CST` as US Central.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from ingest.reading.dates.addresses import date_of_address
from ingest.reading.dates.clock import Time, find_time
from ingest.reading.dates.day import Day
from ingest.reading.dates.days import find_day
from ingest.reading.dates.months import find_foreign_day
from ingest.reading.dates.relative import find_ago
from ingest.reading.dates.wording import LONGEST, plain
from ingest.reading.dates.zones import find_zone
from ingest.values import DatePrecision, ResolvedDate

__all__ = ["SHANGHAI", "date_of_address", "resolve_date"]

SHANGHAI = ZoneInfo("Asia/Shanghai")

_OLDEST_YEAR = 1990
_FARTHEST_AHEAD = timedelta(hours=48)
# The publisher's clock may be ahead of ours by this much. If a time is further in the future, its
# time zone is wrong.
_CLOCK_SKEW = timedelta(minutes=10)
_EPOCH = re.compile(r"(?:/Date\()?(-?\d{10}(?:\.\d+)?|\d{13}|\d{16})(?:[+-]\d{4})?(?:\)/)?")
# Matches what looks like a date in a form that no rule reads. The time next to it is then not a
# time of today.
_DATE_LIKE = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<![\d+-])\d{1,2}[./-]\w")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_HOURS_AHEAD = r"[+-](?:0\d|1[0-3])"
_RFC_3339 = re.compile(rf"(?:19|20)\d\d-\d\d-\d\dT{_CLOCK}(?:Z|{_HOURS_AHEAD}:[0-5]\d)", re.ASCII)
# This pattern and `_RFC_3339` match no Buddhist years (25xx), which `plain` has to convert first.
_RFC_5322 = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d\d?) ({'|'.join(_MONTHS)}) ((?:19|20)\d\d)"
    rf" ({_CLOCK}) (?:GMT|({_HOURS_AHEAD}[0-5]\d))",
    re.ASCII,
)
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?(?=\D|$)")


def resolve_date(
    raw: str | None,
    *,
    first_seen_at: datetime,
    zone: tzinfo = SHANGHAI,
    gmt_is_local: bool = False,
    cst_is_american: bool = False,
) -> ResolvedDate | None:
    """Return the time that a publisher's date means, or None if it names no credible date.

    Words such as 昨天 and 3小时前 count from `first_seen_at`, an aware datetime. `zone` applies to
    dates that name no zone. `gmt_is_local` means that this feed labels local times as GMT.
    `cst_is_american` means that CST in this feed is US Central Standard Time.
    Dates before 1990, dates more than 48 hours ahead and days that do not exist are not credible.
    A future GMT time is read as local time if that puts it in the past.
    """
    if not raw:
        return None
    where = _Where(
        first_seen_at=first_seen_at,
        zone=zone,
        gmt_is_local=gmt_is_local,
        cst_is_american=cst_is_american,
    )
    try:
        found = _standard(raw[:LONGEST].strip(), where) or _free(plain(raw), where)
    except (ValueError, OverflowError):  # The day, the time or the offset does not exist.
        return None
    return found if found and _is_credible(found.at, first_seen_at) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Where:
    """When and where a date was read; the fields are the parameters of `resolve_date`."""

    first_seen_at: datetime
    zone: tzinfo
    gmt_is_local: bool
    cst_is_american: bool

    @property
    def now(self) -> datetime:
        """The time at which the date was read, in the time zone `zone`."""
        return self.first_seen_at.astimezone(self.zone)


def _is_credible(at: datetime, first_seen_at: datetime) -> bool:
    return at.year >= _OLDEST_YEAR and at - first_seen_at <= _FARTHEST_AHEAD


def _standard(text: str, where: _Where) -> ResolvedDate | None:
    """Read a date that follows RFC 3339 or RFC 5322 section 3.3; most feeds write these."""
    if _RFC_3339.fullmatch(text):
        at, method = datetime.fromisoformat(text), "year, month, day"
    elif match := _RFC_5322.fullmatch(text):
        at, method = _rfc_5322(match), "RFC 5322"
    else:
        return None
    found = ResolvedDate(at=at.astimezone(UTC), method=method, precision=DatePrecision.SECOND)
    return _correct_gmt(found, at.tzinfo, where)


def _rfc_5322(match: re.Match[str]) -> datetime:
    """Return the time that a match of `_RFC_5322` names, with its offset as the time zone.

    If the offset is zero, the time zone is the object `datetime.UTC`.
    """
    day, month, year, clock, offset = match.groups("+0000")
    hour, minute, second = map(int, clock.split(":"))
    ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:]))
    zone = timezone(-ahead if offset[0] == "-" else ahead)
    number = _MONTHS.index(month) + 1
    return datetime(int(year), number, int(day), hour, minute, second, tzinfo=zone)


def _free(text: str, where: _Where) -> ResolvedDate | None:
    """Read a date in any known form from a normalised text."""
    if not text:
        return None
    return (
        _epoch(text)
        or _standard(text, where)
        or _absolute(text, where)
        or find_ago(text, where.now)
        or _from_now(text, where)
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
    """Read a date with a year, together with the time and the zone next to the date."""
    if match := _STAMP.match(text):
        text = _add_separators(match) + text[match.end() :]
    day = find_day(text, where.now, with_year=True) or find_foreign_day(text, where.now)
    if day is None:
        return None
    time = find_time(text, day.span)
    found = _instant(text, day, time, where)
    if time is None:
        return found
    return _correct_gmt(found, _named_zone(text, time.end, where), where)


def _add_separators(stamp: re.Match[str]) -> str:
    """Return `20220128213439` as `2022-01-28 21:34:39`."""
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


def _correct_gmt(found: ResolvedDate, named: tzinfo | None, where: _Where) -> ResolvedDate:
    """Correct a time that is labelled GMT but is a local time.

    It is a local time if the feed is known to mislabel times, or if it would be in the future as
    GMT.
    """
    seen_by = where.first_seen_at + _CLOCK_SKEW
    if named is not UTC or not (where.gmt_is_local or found.at > seen_by):
        return found
    local = found.at.replace(tzinfo=where.zone).astimezone(UTC)
    if not where.gmt_is_local and local > seen_by:
        return found
    return ResolvedDate(
        at=local,
        method=f"{found.method}, local labelled GMT",
        precision=found.precision,
        gmt_misused=True,
    )


def _from_now(text: str, where: _Where) -> ResolvedDate | None:
    """Read a date without a year, relative to `where.now`: 昨天 12:00, 周三, 1月28日, 08:15."""
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
    """Return the latest time that the text can mean and that is not in the future.

    `repeats` is the interval after which such a time comes again: 周三 means the last Wednesday.
    """
    at = found.at if found.at <= now + _CLOCK_SKEW else found.at - repeats
    return ResolvedDate(at=at, method=found.method, precision=found.precision)
