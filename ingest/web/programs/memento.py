"""Memento (RFC 7089): an entry as it was at a given time.

The address of an entry is the original resource and its own TimeGate (section 4.1.1, pattern 1.1).
Each version has an address of its own, its memento; its time is when it was first seen. The memento
of the present version shows the page of the entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ingest.errors import UsageError
from ingest.store import takedowns
from ingest.store.mementos import Seen, versions_seen
from ingest.web.programs.answers import problem, taken_down
from ingest.web.programs.parameters import address_of, parameters_of
from ingest.web.rendering import site_of

_Show: TypeAlias = Callable[[Request], Response]
_TYPE = "application/link-format"
_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", re.ASCII)


def with_timegate(show: _Show) -> _Show:
    """Return a function that shows an entry, or redirects to the version of `Accept-Datetime`."""

    def answer(request: Request) -> Response:
        seen, wanted = _versions(request), request.headers.get("accept-datetime")
        if not seen:
            return show(request)
        if wanted is None:
            response = show(request)
            links = _links(request, seen)
        else:
            chosen = version_at(seen, _instant(wanted))
            response = RedirectResponse(_address(request, chosen), 302)
            links = _links(request, seen, chosen)
        response.headers["Link"] = ", ".join(links)
        response.headers.add_vary_header("Accept-Datetime")
        return response

    return answer


def as_memento(show_earlier: _Show, show_present: _Show) -> _Show:
    """Return a function that shows a version of an entry, with the time when it was first seen."""

    def answer(request: Request) -> Response:
        seen, number = _versions(request), request.path_params["version"]
        shown = next((one for one in seen if one.number == number), None)
        is_present = shown is not None and number == max(one.number for one in seen)
        response = show_present(request) if is_present else show_earlier(request)
        if shown is not None:
            response.headers["Memento-Datetime"] = _date(shown.at)
            response.headers["Link"] = ", ".join(_links(request, seen, shown))
        return response

    return answer


def timemap(request: Request) -> Response:
    """List the versions of an entry in link format (RFC 6690): /e/ID/timemap."""
    parameters_of(request)
    seen, number = _versions(request), request.path_params["id"]
    if not seen:
        removal = site_of(request).database.view(takedowns.removal_of, entry_id=number)
        return taken_down(removal) if removal else problem(404, f"there is no entry {number}")
    lines = [_original(request), _timemap(request, seen, "self")]
    lines += [_memento(request, seen, one) for one in seen]
    return Response(",\n".join(lines) + "\n", media_type=_TYPE)


def version_at(seen: Sequence[Seen], at: datetime) -> Seen:
    """Return the version that was there at a time; the first one for an earlier time.

    `seen` is in order of time and not empty (RFC 7089, section 4.5.3).
    """
    return next((one for one in reversed(seen) if one.at <= at), seen[0])


def _versions(request: Request) -> list[Seen]:
    return site_of(request).database.view(versions_seen, request.path_params["id"])


def _instant(text: str) -> datetime:
    """Return the instant of an `Accept-Datetime`; raise `UsageError` for other forms of dates."""
    try:
        if _DATE.fullmatch(text):
            return parsedate_to_datetime(text)
    except ValueError:
        pass
    raise UsageError("Accept-Datetime has the form Fri, 28 Jan 2022 00:00:00 GMT")


def _links(request: Request, seen: Sequence[Seen], shown: Seen | None = None) -> list[str]:
    """Return links to the original, the TimeMap, the first and last versions and those around."""
    places = {0, len(seen) - 1}
    if shown is not None:
        place = seen.index(shown)
        places |= {place} | ({place - 1, place + 1} & set(range(len(seen))))
    mementos = (_memento(request, seen, seen[one], shown) for one in sorted(places))
    return [_original(request), _timemap(request, seen, "timemap"), *mementos]


def _original(request: Request) -> str:
    address = address_of(request, f"/e/{request.path_params['id']}")
    return f'<{address}>; rel="original timegate"'


def _timemap(request: Request, seen: Sequence[Seen], relation: str) -> str:
    address = address_of(request, f"/e/{request.path_params['id']}/timemap")
    span = f'from="{_date(seen[0].at)}"; until="{_date(seen[-1].at)}"'
    return f'<{address}>; rel="{relation}"; type="{_TYPE}"; {span}'


def _memento(request: Request, seen: Sequence[Seen], one: Seen, shown: Seen | None = None) -> str:
    """Return the link to a version, with its relation to all versions and to the shown one."""
    place = seen.index(one)
    relations = {"first": place == 0, "last": place == len(seen) - 1}
    if shown is not None:
        distance = place - seen.index(shown)
        relations |= {"prev": distance == -1, "next": distance == 1}
    relation = " ".join([*(name for name, holds in relations.items() if holds), "memento"])
    return f'<{_address(request, one)}>; rel="{relation}"; datetime="{_date(one.at)}"'


def _address(request: Request, one: Seen) -> str:
    return address_of(request, f"/e/{request.path_params['id']}/versions/{one.number}")


def _date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)
