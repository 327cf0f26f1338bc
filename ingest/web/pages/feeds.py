"""A feed with its schedule and polls, and the list of feeds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from ingest.clock import system_clock
from ingest.feed import FeedState
from ingest.store import backfill_queue, entry_lists, feed_pages, listings, polls, takedowns
from ingest.store.backfill_queue import LastRun
from ingest.store.calendars import feed_days
from ingest.views.advice import advice_for
from ingest.views.backfills import progress_of
from ingest.views.feeds import all_of, condition, explanation, facts_of, next_poll, poll_cells
from ingest.views.heat import WEEKS, Day, days_of, months_of
from ingest.web.pages.charts import entries_a_day
from ingest.web.pages.missing import missing, removed
from ingest.web.pages.paging import SIZE, key_at, number_in
from ingest.web.rendering import Site, page, site_of

_LATEST = 10  # entries on the page of a feed
_CELL = 12  # units of the picture from one day of the calendar to the next
_SHOWN_ELSEWHERE = {"id", "title", "next_poll_at", "next_poll_reason", "last_error", "failures"}


def show(request: Request) -> Response:
    """Show a feed: /f/ID."""
    number = request.path_params["id"]
    database = site_of(request).database
    shown = database.view(feed_pages.feed_page, number)
    if shown is None:
        return missing(request)
    if removal := database.view(takedowns.removal_of, feed_id=number):
        return removed(request, removal)
    selection = listings.Selection(feed_id=number)
    latest = database.view(entry_lists.page, selection, after=None, size=_LATEST)
    facts = all_of(shown.feed, shown.entries)
    days = _calendar(site_of(request), shown.feed)
    pause = shown.pause if shown.pause and shown.pause.until > system_clock() else None
    backfill = database.view(backfill_queue.last_of, number)
    return page(
        request,
        "feed.html",
        feed=shown.feed,
        state=condition(shown.feed),
        latest=latest,
        facts=facts_of({k: v for k, v in facts.items() if k not in _SHOWN_ELSEWHERE}),
        explanation=facts_of(explanation(shown.feed, pause)),
        advice=advice_for(shown.polls[0]["error_kind"]) if shown.polls else None,
        polls=map(poll_cells, shown.polls),
        backfill=backfill,
        backfill_state=_state_of(backfill) if backfill else "",
        is_listed=shown.is_listed,
        done=request.query_params.get("done"),
        daily=entries_a_day(days),
        cells=[(n // 7 * _CELL, n % 7 * _CELL, day) for n, day in enumerate(days)],
        months=months_of(days),
    )


def show_polls(request: Request) -> Response:
    """List the polls of a feed, newest first: /f/ID/polls, page by page."""
    number, database = request.path_params["id"], site_of(request).database
    shown = database.view(feed_pages.feed_page, number)
    if shown is None:
        return missing(request)
    if removal := database.view(takedowns.removal_of, feed_id=number):
        return removed(request, removal)
    before = key_at(request.query_params.get("before"))
    found = database.view(polls.last, number, SIZE, before=before)
    return page(
        request,
        "feed_polls.html",
        feed=shown.feed,
        polls=map(poll_cells, found),
        next=_place_of(found[-1]) if len(found) == SIZE else None,
    )


def _place_of(poll: Mapping[str, Any]) -> str:
    return f"{int(poll['started_at'].timestamp())}.{poll['id']}"


def _state_of(backfill: LastRun) -> str:
    is_ended = backfill.run.ended_at is not None
    return progress_of(backfill.rows, is_queued=backfill.is_queued, is_ended=is_ended)


def _calendar(site: Site, feed: FeedState) -> list[Day]:
    """Return the days of the last year of a feed, beginning with a Monday."""
    zone = ZoneInfo(site.config.timezone)
    today = system_clock().astimezone(zone).date()
    first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    since, until = (
        datetime.combine(day, time(), zone) for day in (first, today + timedelta(days=1))
    )
    counts = site.database.view(feed_days, feed.id, since, until, zone)
    return days_of(
        counts.entries,
        successes=counts.successes,
        failures=counts.failures,
        added=feed.added_at.astimezone(zone).date(),
        every=feed.ways.habits.interval or timedelta(0),
        first=first,
        today=today,
    )


def browse(request: Request) -> Response:
    """List feeds: /feeds, all or only those that fail, page by page."""
    query = request.query_params
    failing, after = "failing" in query, number_in(query.get("after")) or 0
    feeds = site_of(request).database.view(feed_pages.feeds_after, after, SIZE, failing=failing)
    return page(
        request,
        "feeds.html",
        feeds=feeds,
        failing=failing,
        condition=condition,
        next_poll=next_poll,
        next=feeds[-1].id if len(feeds) == SIZE else None,
    )
