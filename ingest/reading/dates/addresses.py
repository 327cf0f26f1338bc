"""Finds the day or month in the address of an article: `/2024/01/05/slug`, `/t20240105_7.html`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from urllib.parse import urlsplit

from ingest.values import DatePrecision, ResolvedDate

_LONGEST = 500
_YEAR = r"/(?P<y>(?:19|20)\d\d)"
# Eight digits are a day if they stand alone or follow the prefix of a content system. Six digits
# are a month only if they are the whole name of a folder.
_DAYS = (
    re.compile(rf"{_YEAR}[/-](?P<m>\d\d?)[/-](?P<d>\d\d?)(?=[/_.-]|$)"),
    re.compile(rf"{_YEAR}/(?P<m>\d\d)-?(?P<d>\d\d)(?=/|$)"),
    re.compile(rf"{_YEAR}(?P<m>\d\d)/(?P<d>\d\d)(?=/)"),
    re.compile(
        r"/(?:[a-z]{0,4}|content_|art_)(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?=[/_.-]|$)",
        re.IGNORECASE,
    ),
)
_MONTHS = (
    re.compile(rf"{_YEAR}[/-](?P<m>\d\d?)(?=/[^/])"),
    re.compile(rf"{_YEAR}(?P<m>0[1-9]|1[0-2])(?=/[^/])"),
)
_OLDEST_YEAR = 1990
_FARTHEST_AHEAD = timedelta(hours=48)


def date_of_address(url: str | None, *, now: datetime, zone: tzinfo) -> ResolvedDate | None:
    """Return the start, in `zone`, of the day or month that an address names, or None.

    Days that do not exist, days before 1990 and days more than 48 hours after `now` are ignored.
    """
    path = urlsplit(url or "").path[:_LONGEST]
    for patterns, precision in ((_DAYS, DatePrecision.DAY), (_MONTHS, DatePrecision.MONTH)):
        for match in filter(None, (pattern.search(path) for pattern in patterns)):
            if found := _resolve(match, precision, now, zone):
                return found
    return None


def _resolve(
    match: re.Match[str], precision: DatePrecision, now: datetime, zone: tzinfo
) -> ResolvedDate | None:
    day = int(match["d"]) if precision is DatePrecision.DAY else 1
    try:
        local = datetime(int(match["y"]), int(match["m"]), day, tzinfo=zone)
    except ValueError:  # The digits are an article's number, not a date.
        return None
    at = local.astimezone(UTC)
    if at.year < _OLDEST_YEAR or at - now > _FARTHEST_AHEAD:
        return None
    return ResolvedDate(at=at, method="address", precision=precision)
