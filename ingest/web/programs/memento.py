"""Memento (RFC 7089): an entry as it was at a given time.

The address of an entry is the original resource and its own TimeGate (section 4.1.1, pattern 1.1).
Each version has an address of its own, its memento; its time is when it was first seen. The memento
of the present version shows the page of the entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ingest.errors import UsageError
from ingest.store import takedowns
from ingest.store.mementos import Seen, versions_seen
from ingest.web.programs.answers import problem, taken_down
from ingest.web.programs.parameters import address_of, parameters_of
from ingest.web.programs.resources import TYPE, Resource, date_of, version_at
from ingest.web.rendering import site_of

Show: TypeAlias = Callable[[Request], Response]
_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", re.ASCII)


def with_timegate(show: Show) -> Show:
    """Return a function that shows an entry, or redirects to the version of `Accept-Datetime`."""

    def answer(request: Request) -> Response:
        resource, wanted = _entry(request), request.headers.get("accept-datetime")
        if resource is None:
            return show(request)
        if wanted is not None:
            return lead_to_version(resource, wanted)
        response = show(request)
        response.headers["Link"] = resource.links()
        response.headers.add_vary_header("Accept-Datetime")
        return response

    return answer


def lead_to_version(resource: Resource, wanted: str | None) -> Response:
    """Redirect to the version of an `Accept-Datetime`, or to the last one if there is none."""
    at = datetime.max.replace(tzinfo=UTC) if wanted is None else _instant(wanted)
    chosen = version_at(resource.seen, at)
    response = RedirectResponse(resource.address(chosen), 302)
    response.headers["Link"] = resource.links(chosen)
    response.headers.add_vary_header("Accept-Datetime")
    return response


def as_memento(show_earlier: Show, show_present: Show) -> Show:
    """Return a function that shows a version of an entry, with the time when it was first seen."""

    def answer(request: Request) -> Response:
        resource, number = _entry(request), request.path_params["version"]
        seen = resource.seen if resource else ()
        shown = next((one for one in seen if one.number == number), None)
        is_present = shown is not None and number == max(one.number for one in seen)
        response = show_present(request) if is_present else show_earlier(request)
        if resource is not None and shown is not None:
            mark_as_memento(response, resource, shown)
        return response

    return answer


def mark_as_memento(response: Response, resource: Resource, shown: Seen) -> None:
    """Add to the page of a version when it was first seen, and links to the others."""
    response.headers["Memento-Datetime"] = date_of(shown)
    response.headers["Link"] = resource.links(shown)


def timemap(request: Request) -> Response:
    """List the versions of an entry in link format (RFC 6690): /e/ID/timemap."""
    parameters_of(request)
    resource, number = _entry(request), request.path_params["id"]
    if resource is None:
        removal = site_of(request).database.view(takedowns.removal_of, entry_id=number)
        return taken_down(removal) if removal else problem(404, f"there is no entry {number}")
    return Response(resource.link_format(), media_type=TYPE)


def _entry(request: Request) -> Resource | None:
    """Return the entry in the address of a request; None if there is none."""
    number = request.path_params["id"]
    seen = site_of(request).database.view(versions_seen, number)
    if not seen:
        return None
    here = address_of(request, f"/e/{number}")
    return Resource(
        original=here,
        timegate=here,
        timemap=f"{here}/timemap",
        seen=seen,
        address=lambda one: f"{here}/versions/{one.number}",
    )


def _instant(text: str) -> datetime:
    """Return the instant of an `Accept-Datetime`; raise `UsageError` for other forms of dates."""
    try:
        if _DATE.fullmatch(text):
            return parsedate_to_datetime(text)
    except ValueError:
        pass
    raise UsageError("Accept-Datetime has the form Fri, 28 Jan 2022 00:00:00 GMT")
