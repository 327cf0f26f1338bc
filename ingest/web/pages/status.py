"""What came in lately, what fails and why, and how far the followers are behind."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ingest.clock import system_clock
from ingest.store import due, entry_lists, feed_pages, listings, unread
from ingest.web.rendering import page, site_of

_LATEST = 15
_FAILING = 10


def status(request: Request) -> Response:
    """Show the first page: /."""
    view = site_of(request).database.view
    now = system_clock()
    return page(
        request,
        "status.html",
        now=now,
        totals=view(listings.overview, now),
        lags=[lag for lag in view(due.lags) if lag.due or lag.error],
        latest=view(entry_lists.page, listings.Selection(), after=None, size=_LATEST),
        failing=view(feed_pages.feeds_after, 0, _FAILING, failing=True),
        unread=view(unread.listed)[:_FAILING],
    )
