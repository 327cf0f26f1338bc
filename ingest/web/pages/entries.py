"""An entry, its earlier versions and the publisher's bytes; and entries by date."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from ingest.errors import UsageError
from ingest.query import query_for
from ingest.store import entry_lists, entry_pages, listings, takedowns
from ingest.views.citation import citation_of
from ingest.views.duplicates import relation_of
from ingest.views.entries import facts_of
from ingest.views.versions import edit_between
from ingest.web.pages.missing import erased, missing, removed
from ingest.web.pages.paging import SIZE, key_at, number_in, place_of
from ingest.web.rendering import page, site_of

# These facts have places of their own on the page.
_SHOWN_ELSEWHERE = {"id", "title", "feed_title", "html", "link", "version"}


def show(request: Request) -> Response:
    """Show an entry: /e/ID."""
    number = request.path_params["id"]
    database = site_of(request).database
    shown = database.view(entry_pages.entry_page, number)
    if shown is None:
        return _absent(request, number)
    return page(
        request,
        "entry.html",
        with_others="pictures" in request.query_params,
        entry=shown.facts,
        shown=shown,
        facts=_facts(shown.facts),
        relation=relation_of,
        query_for=query_for,
        citation=citation_of(shown.facts),
    )


def _absent(request: Request, number: int) -> Response:
    """Answer for an entry that is not there: 451 with the reason if it was taken down, else 404."""
    removal = site_of(request).database.view(takedowns.removal_of, entry_id=number)
    return removed(request, removal) if removal else missing(request)


def _facts(facts: dict[str, Any]) -> list[tuple[str, str]]:
    some = {name: value for name, value in facts.items() if name not in _SHOWN_ELSEWHERE}
    return list(facts_of(some | {"revisions": ()}))


def show_version(request: Request) -> Response:
    """Show an earlier version of an entry and what changed then: /e/ID/versions/NUMBER."""
    number, version = request.path_params["id"], request.path_params["version"]
    found = site_of(request).database.view(entry_pages.version, number, version)
    if found is None:
        return _absent(request, number)
    earlier, later = found
    return page(
        request,
        "version.html",
        with_others="pictures" in request.query_params,
        number=number,
        version=earlier,
        later=later,
        edit=edit_between(earlier, later),
    )


def download(request: Request) -> Response:
    """Send the publisher's own bytes of an entry: /e/ID/bytes.

    The type is always that of a download, because a browser might run what is in the bytes.
    """
    number = request.path_params["id"]
    found = site_of(request).database.view(entry_pages.bytes_of, number)
    if found is None:
        return _absent(request, number)
    if not found:
        return erased(request)
    headers = {"Content-Disposition": f'attachment; filename="entry-{number}.bin"'}
    return Response(found, media_type="application/octet-stream", headers=headers)


def browse(request: Request) -> Response:
    """List entries, newest first: /entries, of one feed, up to a day, page by page."""
    site, query = site_of(request), request.query_params
    feed_id, day = number_in(query.get("feed")), _day(query.get("until"))
    until = _end_of(day, ZoneInfo(site.config.timezone)) if day else None
    rows = site.database.view(
        entry_lists.page,
        listings.Selection(feed_id=feed_id, until=until),
        after=key_at(query.get("after")),
        size=SIZE,
    )
    return page(request, "entries.html", rows=rows, feed_id=feed_id, until=day, next=place_of(rows))


def _day(text: str | None) -> date | None:
    """Return a day given in an address, None if it is missing; raise `UsageError` if it is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"{text!r} is not a day, such as 2026-11-28") from None


def _end_of(day: date, zone: ZoneInfo) -> datetime | None:
    """Return the end of a day in a zone; None for the last day that there is."""
    if day == date.max:
        return None
    return datetime.combine(day + timedelta(days=1), time(), zone)
