"""Browse by date: a calendar of one month, and the months of its year."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from ingest.clock import system_clock
from ingest.store import calendars
from ingest.web.pages.missing import missing
from ingest.web.rendering import page, site_of

_MONTH = re.compile(r"([12]\d{3})-(0[1-9]|1[0-2])", re.ASCII)


def show(request: Request) -> Response:
    """Show the days of a month that have entries: /d/2026-11; the latest month: /d."""
    site = site_of(request)
    zone = ZoneInfo(site.config.timezone)
    ends = site.database.view(calendars.first_and_last)
    first, last = (at.astimezone(zone).date() for at in ends or (system_clock(), system_clock()))
    match = _MONTH.fullmatch(request.path_params.get("month", f"{last:%Y-%m}"))
    if match is None:
        return missing(request)
    month = date(int(match[1]), int(match[2]), 1)
    starts = [month + timedelta(days=n) for n in range(calendar.monthrange(*_pair(month))[1])]
    bounds = _instants([*starts, _next(month)], zone)
    days = site.database.view(calendars.spans_with_entries, bounds)
    months = [date(month.year, number, 1) for number in range(1, 13)]
    bounds = _instants([*months, _next(months[-1])], zone)
    has = site.database.view(calendars.spans_with_entries, bounds)
    before = month - timedelta(days=1)
    return page(
        request,
        "month.html",
        month=month,
        weeks=calendar.Calendar().monthdayscalendar(*_pair(month)),
        has_entries=dict(zip((day.day for day in starts), days, strict=True)),
        months=list(zip(months, has, strict=True)),
        years=range(max(first.year, month.year - 15), min(last.year, month.year + 15) + 1),
        earlier=before.replace(day=1) if before >= first else None,
        later=_next(month) if _next(month) <= last else None,
    )


def _pair(month: date) -> tuple[int, int]:
    return month.year, month.month


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _instants(days: list[date], zone: ZoneInfo) -> list[datetime]:
    """Return the first instant of each day in a zone."""
    return [datetime.combine(day, time(), zone) for day in days]
