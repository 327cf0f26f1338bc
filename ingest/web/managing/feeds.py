"""Poll a feed now, pause and resume it, and bring in its past."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from ingest.clock import system_clock
from ingest.errors import UsageError
from ingest.sources.past.registry import fitting
from ingest.store import backfill_queue, feeds, polls
from ingest.web.managing.answers import feed_of, go_to
from ingest.web.rendering import site_of


def poll(request: Request, _form: FormData) -> Response:
    """Make a feed due now: POST /f/ID/poll. The service polls it within a tick."""
    feed = feed_of(request)
    if feed.paused_at:
        raise UsageError("this feed is paused; resume it first")
    site_of(request).database.transact(polls.poll_soon, feed.id, now=system_clock())
    return go_to(request, f"/f/{feed.id}", "poll")


def pause(request: Request, _form: FormData) -> Response:
    """Stop polling a feed: POST /f/ID/pause."""
    feed, now = feed_of(request), system_clock()
    site_of(request).database.transact(feeds.pause, feed.id, now=now, reason=feeds.BY_COMMAND)
    return go_to(request, f"/f/{feed.id}", "pause")


def resume(request: Request, _form: FormData) -> Response:
    """Poll a paused feed again: POST /f/ID/resume."""
    feed = feed_of(request)
    if feed.paused_reason == feeds.NOT_IN_FILE:
        raise UsageError("this feed was removed from the configuration file; add it there again")
    site_of(request).database.transact(feeds.resume, feed.id, now=system_clock())
    return go_to(request, f"/f/{feed.id}", "resume")


def backfill(request: Request, _form: FormData) -> Response:
    """Queue a backfill of a feed for the service: POST /f/ID/backfill."""
    feed, site = feed_of(request), site_of(request)
    sources = fitting(feed, site.config.rsshub)
    site.database.transact(backfill_queue.queue, feed.id, sources, now=system_clock())
    return go_to(request, f"/f/{feed.id}", "backfill")


def stop_backfill(request: Request, _form: FormData) -> Response:
    """Stop the backfill of a feed: POST /f/ID/backfill/stop. It can be continued."""
    feed = feed_of(request)
    site_of(request).database.transact(backfill_queue.leave_of_feed, feed.id)
    return go_to(request, f"/f/{feed.id}", "stop")
