"""What came in lately, what fails and why, how far the followers are behind, and time series."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from ingest.clock import system_clock
from ingest.config import Config
from ingest.errors import UsageError
from ingest.store import charts, due, entry_lists, feed_pages, listings, unread
from ingest.views.charts import Span, start_of, steps_of
from ingest.web.pages.charts import SPANS, series_of, upcoming
from ingest.web.rendering import Site, page, site_of

_LATEST = 8
_FAILING = 10
_AHEAD = timedelta(hours=24)


def status(request: Request) -> Response:
    """Show the first page: /, with charts over a day, /?span=month or /?span=year."""
    site, now = site_of(request), system_clock()
    view = site.database.view
    span = _span(request.query_params.get("span"))
    return page(
        request,
        "status.html",
        now=now,
        latest=view(entry_lists.page, listings.Selection(), after=None, size=_LATEST),
        failing=view(feed_pages.feeds_after, 0, _FAILING, failing=True),
        unread=view(unread.listed)[:_FAILING],
        span=span,
        spans=SPANS,
        **site.recent.get("counts", lambda: _counts(site, now)),
        **site.recent.get(span, lambda: _series(site, span, now)),
    )


def _span(text: str | None) -> Span:
    span: Span
    for span in SPANS:
        if span == (text or "day"):
            return span
    raise UsageError(f"{text!r} is no span; write day, month or year")


def _counts(site: Site, now: datetime) -> dict[str, Any]:
    """Return what takes long in a large archive."""
    view, zone = site.database.view, ZoneInfo(site.config.timezone)
    return {
        "totals": view(listings.overview, now),
        "lags": view(due.lags),
        "database_size": view(charts.size_of),
        "disks": _free_space(site.config),
        "upcoming": upcoming(view(charts.planned, now, now + _AHEAD), now, zone),
    }


def _series(site: Site, span: Span, now: datetime) -> dict[str, Any]:
    zone = ZoneInfo(site.config.timezone)
    hours = site.database.view(charts.hours, start_of(span, now, zone))
    return {"series": series_of(steps_of(hours, span, now, zone), span)}


def _free_space(config: Config) -> list[tuple[str, int]]:
    """Return the free bytes on the disk of each output, with the name of the output."""
    free = []
    for output in config.every_output:
        place = next((one for one in (output.path, *output.path.parents) if one.exists()), None)
        if place is not None:
            free.append((output.name, shutil.disk_usage(place).free))
    return free
