"""Answer /api: the same values as the commands print with `--json`, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from ingest.clock import system_clock
from ingest.errors import UsageError
from ingest.query import Node
from ingest.status import status_of
from ingest.store import feed_pages, listings, takedowns
from ingest.store.entry_pages import MOST_DUPLICATES
from ingest.store.likeness.listing import cluster_with, clusters
from ingest.store.search import find
from ingest.store.search.index import lacking
from ingest.store.search.listing import within
from ingest.store.search.shown import shown
from ingest.views.duplicates import cluster_as_json, duplicates_as_json
from ingest.views.feeds import all_of, explanation
from ingest.web.access.visitor import visitor_of
from ingest.web.pages.paging import key_at, number_in
from ingest.web.pages.queries import parse
from ingest.web.programs.answers import json_answer, problem, taken_down
from ingest.web.programs.openapi import description
from ingest.web.programs.parameters import (
    address_of,
    limit_in,
    next_page,
    parameters_of,
    seconds,
    selection_in,
)
from ingest.web.rendering import Site, site_of

_OF_ENTRIES = ("feed", "category", "since", "until", "search", "limit", "after")


def index(request: Request) -> Response:
    """Name the addresses: /api."""
    parameters_of(request)
    paths = ("entries", "search", "feeds", "duplicates", "status", "openapi.json")
    return json_answer({path: address_of(request, f"/api/{path}") for path in paths})


def openapi(request: Request) -> Response:
    """Describe the addresses as OpenAPI 3.1: /api/openapi.json."""
    return json_answer(description(address_of(request, "/api")))


def list_entries(request: Request) -> Response:
    """List entries, newest first: /api/entries."""
    site, values = site_of(request), parameters_of(request, *_OF_ENTRIES)
    selection, limit = selection_in(values, _zone(site)), limit_in(values)
    if "search" in values:
        node = within(parse(site, values["search"]), selection)
        found = _find(site, node, limit, values, sort="date")
        rows = site.database.view(listings.by_ids, [one.entry_id for one in found])
        place: object = found[-1].place if len(found) == limit else None
    else:
        after = key_at(values.get("after"))
        rows = site.database.view(listings.page, selection, after=after, size=limit)
        place = _place_after(rows[-1]) if len(rows) == limit else None
    return _page(request, "entries", rows, place)


def show_entry(request: Request) -> Response:
    """Show an entry with its versions and duplicates: /api/entries/ID."""
    parameters_of(request)
    number, view = request.path_params["id"], site_of(request).database.view
    row = view(listings.show, number)
    if row is None:
        removal = view(takedowns.removal_of, entry_id=number)
        return taken_down(removal) if removal else problem(404, f"there is no entry {number}")
    return json_answer(row | duplicates_as_json(view(cluster_with, number, MOST_DUPLICATES)))


def search(request: Request) -> Response:
    """Search, the best or the newest hit first: /api/search."""
    site, values = site_of(request), parameters_of(request, "q", "sort", "limit", "after")
    if "q" not in values:
        raise UsageError("a search needs its query in the parameter q")
    sort, limit = values.get("sort", "relevance"), limit_in(values)
    if sort not in ("relevance", "date"):
        raise UsageError("sort is relevance or date")
    node = parse(site, values["q"])
    found = _find(site, node, limit, values, sort=sort)
    hits = [one.as_json() for one in site.database.view(shown, node, found)]
    place = found[-1].place if len(found) == limit else None
    return _page(request, "hits", hits, place, due=site.database.view(lacking))


def list_feeds(request: Request) -> Response:
    """List feeds by number: /api/feeds."""
    values, view = parameters_of(request, "limit", "after"), site_of(request).database.view
    after, limit = number_in(values.get("after")) or 0, limit_in(values)
    found = view(feed_pages.feeds_after, after, limit)
    counts = view(feed_pages.entry_counts, [feed.id for feed in found])
    rows = [all_of(feed, counts.get(feed.id, 0)) for feed in found]
    return _page(request, "feeds", rows, found[-1].id if len(found) == limit else None)


def show_feed(request: Request) -> Response:
    """Show a feed with its last polls: /api/feeds/ID."""
    page = _feed(request)
    if isinstance(page, Response):
        return page
    return json_answer(all_of(page.feed, page.entries) | {"polls": page.polls[:10]})


def explain_feed(request: Request) -> Response:
    """Explain when a feed is polled next: /api/feeds/ID/explain."""
    page = _feed(request)
    if isinstance(page, Response):
        return page
    pause = page.pause if page.pause and page.pause.until > system_clock() else None
    return json_answer(explanation(page.feed, pause))


def list_duplicates(request: Request) -> Response:
    """List the groups of entries that tell the same story: /api/duplicates."""
    values = parameters_of(request, "feed", "limit", "after")
    feed_id, limit = number_in(values.get("feed")), limit_in(values)
    before = number_in(values.get("after"))
    found = site_of(request).database.view(
        lambda connection: [
            *clusters(connection, feed_id=feed_id, before=before, limit=limit, most=MOST_DUPLICATES)
        ]
    )
    place = found[-1].first.id if len(found) == limit else None
    return _page(request, "clusters", [cluster_as_json(one) for one in found], place)


def status(request: Request) -> Response:
    """Show what is stored and the state of the feeds: /api/status.

    Only who may manage sees the places of files and of the database, and errors that name them.
    """
    parameters_of(request)
    site = site_of(request)
    found = status_of(site.config, site.database, system_clock(), site.database.view)
    if visitor_of(request).may_manage:
        return json_answer(found.as_json())
    lags = [replace(lag, error=lag.error and "the last run failed") for lag in found.lags]
    images = found.images.as_json() | {"path": None, "problem": None}
    shown = replace(found, lags=lags).as_json() | _WITHOUT_PLACES
    return json_answer(shown | {"images": images})


_WITHOUT_PLACES: dict[str, object] = {
    **dict.fromkeys(("database", "archive", "archive_problem", "publish_error")),
    "outputs": [],
}


def _page(
    request: Request, name: str, rows: Sequence[Any], after: object, **more: object
) -> Response:
    """Return a page of a list; its `next` is an address, which is also linked (RFC 8288)."""
    address = next_page(request, after)
    headers = {"Link": f'<{address}>; rel="next"'} if address else None
    return json_answer({name: rows, "next": address, **more}, headers=headers)


def _place_after(row: Mapping[str, Any]) -> str:
    return f"{seconds(row['published_at'] or row['first_seen_at'])}.{row['id']}"


def _zone(site: Site) -> ZoneInfo:
    return ZoneInfo(site.config.timezone)


def _find(
    site: Site, node: Node, limit: int, values: Mapping[str, str], *, sort: Any
) -> list[find.Found]:
    place = find.place_of(values["after"]) if "after" in values else None
    return site.database.view(find.search, node, limit=limit, sort=sort, after=place)


def _feed(request: Request) -> feed_pages.FeedPage | Response:
    """Return the feed in an address, or the answer if it is not there or was taken down."""
    parameters_of(request)
    number, view = request.path_params["id"], site_of(request).database.view
    if removal := view(takedowns.removal_of, feed_id=number):
        return taken_down(removal)
    return view(feed_pages.feed_page, number) or problem(404, f"there is no feed {number}")
