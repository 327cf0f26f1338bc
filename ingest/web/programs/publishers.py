"""Memento (RFC 7089) for a publisher's address: all versions of the entries with this link.

The TimeGate and the TimeMaps are at addresses of their own (section 4.2.1, pattern 2.1), because
the original resource is on the publisher's server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ingest.store.mementos import Seen, versions_at
from ingest.web.programs.answers import problem
from ingest.web.programs.memento import Show, lead_to_version, mark_as_memento
from ingest.web.programs.parameters import address_of
from ingest.web.programs.resources import TYPE, Resource
from ingest.web.rendering import site_of

_SAFE = "%/:?#[]@!$&'()*+,;=~"
_OF_PAGES = re.compile("&(?:lang|pictures)=[^&]*")
TIMEGATE, TIMEMAP, MEMENTO = "/timegate/", "/timemap/link/", "/memento/"


def timegate(request: Request) -> Response:
    """Redirect to the version of a page at the time of `Accept-Datetime`: /timegate/ADDRESS."""
    resource = _resource(request, TIMEGATE)
    if resource is None:
        return problem(404, "no entry has this link")
    return lead_to_version(resource, request.headers.get("accept-datetime"))


def timemap(request: Request) -> Response:
    """List the versions of a page in link format: /timemap/link/ADDRESS."""
    resource = _resource(request, TIMEMAP)
    if resource is None:
        return problem(404, "no entry has this link")
    return Response(resource.link_format(), media_type=TYPE)


def as_memento(show_earlier: Show, show_present: Show) -> Show:
    """Return a function that shows a version of a page: /memento/ENTRY.VERSION/ADDRESS."""

    def answer(request: Request) -> Response:
        entry, number = request.path_params["id"], request.path_params["version"]
        resource = _resource(request, f"{MEMENTO}{entry}.{number}/")
        seen = [one for one in resource.seen if one.entry_id == entry] if resource else []
        shown = next((one for one in seen if one.number == number), None)
        if resource is None or shown is None:
            raise HTTPException(404)
        is_present = number == max(one.number for one in seen)
        response = show_present(request) if is_present else show_earlier(request)
        mark_as_memento(response, resource, shown)
        return response

    return answer


def _resource(request: Request, before: str) -> Resource | None:
    """Return the page whose address stands behind `before`; None if no entry has this link."""
    view = site_of(request).database.view
    for url in _addresses_behind(request, before):
        if seen := view(versions_at, url):
            return _resource_at(request, url, seen)
    return None


def _resource_at(request: Request, url: str, seen: Sequence[Seen]) -> Resource:
    return Resource(
        original=url,
        timegate=address_of(request, f"{TIMEGATE}{url}"),
        timemap=address_of(request, f"{TIMEMAP}{url}"),
        seen=seen,
        address=lambda one: address_of(request, f"{MEMENTO}{one.entry_id}.{one.number}/{url}"),
    )


def _addresses_behind(request: Request, before: str) -> Iterator[str]:
    """Yield the rest of a request's address, then the rest without the parameters of our pages.

    Some proxies join the slashes of `https://`.
    """
    whole = request.scope["raw_path"].decode("utf-8", "replace")
    scheme, _, other = whole.partition(before)[2].partition(":/")
    page = quote(f"{scheme}://{other.lstrip('/')}", safe=_SAFE)
    query = quote(request.url.query, safe=_SAFE)
    yield f"{page}?{query}" if query else page
    if _OF_PAGES.search(f"&{query}"):
        query = _OF_PAGES.sub("", f"&{query}")[1:]
        yield f"{page}?{query}" if query else page
