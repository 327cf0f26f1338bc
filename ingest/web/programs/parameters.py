"""Read what a program asks for in an address, and write the address of the next page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request

from ingest.errors import UsageError
from ingest.query.days import days
from ingest.store.listings import Selection
from ingest.web.access.prefix import path_of, root_of
from ingest.web.pages.paging import number_in
from ingest.web.rendering import site_of

MOST = 200
_USUAL = 50


def parameters_of(request: Request, *known: str) -> Mapping[str, str]:
    """Return the parameters of a request that are not empty.

    Raise `UsageError` if it has a parameter that is not `known`, or has one twice.
    """
    values: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise UsageError(f"there is no parameter {name!r}; known: {', '.join(known)}")
        if name in values:
            raise UsageError(f"the parameter {name!r} is there twice")
        if value:
            values[name] = value
    return values


def limit_in(values: Mapping[str, str]) -> int:
    """Return how many things a page has; raise `UsageError` if the limit is not from 1 to 200."""
    limit = number_in(values.get("limit"))
    if limit is None:
        return _USUAL
    if not 1 <= limit <= MOST:
        raise UsageError(f"limit is a number from 1 to {MOST}")
    return limit


def selection_in(values: Mapping[str, str], zone: ZoneInfo) -> Selection:
    """Return the entries that `feed`, `category`, `since` and `until` select.

    Days are those of the archive's zone; `until` includes its day, month or year.
    """
    return Selection(
        feed_id=number_in(values.get("feed")),
        category=values.get("category"),
        since=_bound("since", values, zone),
        until=_bound("until", values, zone),
    )


def _bound(name: str, values: Mapping[str, str], zone: ZoneInfo) -> datetime | None:
    value = values.get(name)
    if value is None:
        return None
    try:
        span = days("on", value, zone)
    except ValueError:
        raise UsageError(f"{name} is a day, a month or a year, such as 2026-11-28") from None
    return span.start if name == "since" else span.end


def address_of(request: Request, path: str, **query: object) -> str:
    """Return a whole address of this site; parameters that are None or empty are left out.

    It is below `web.url`, if that is set: a proxy may not tell the name that its visitors use.
    """
    some = {name: value for name, value in query.items() if value not in (None, "")}
    here = f"{request.url.scheme}://{request.url.netloc}{root_of(request.scope)}"
    address = f"{site_of(request).config.web.url.rstrip('/') or here}{path}"
    return f"{address}?{urlencode(some)}" if some else address


def next_page(request: Request, after: object) -> str | None:
    """Return the address of the same request, begun after a place; None if `after` is None."""
    if after is None:
        return None
    query = dict(request.query_params) | {"after": after}
    return address_of(request, path_of(request.scope), **query)


def seconds(at: datetime) -> int:
    """Return an instant as seconds since 1970."""
    return int(at.astimezone(UTC).timestamp())
