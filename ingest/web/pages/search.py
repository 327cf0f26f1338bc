"""The entries that meet a query, with the found words in their context."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from ingest.errors import UsageError
from ingest.query import parse_query, query_for
from ingest.store.search import find
from ingest.store.search.facets import Facets, facets
from ingest.store.search.index import lacking
from ingest.store.search.shown import ShownHit, shown
from ingest.web.pages.queries import OFF
from ingest.web.rendering import Site, page, site_of

_SIZE = 20


def search(request: Request) -> Response:
    """Search: /search?q=QUERY&sort=date, page by page."""
    site, query = site_of(request), request.query_params
    text, sort = query.get("q", "").strip(), "date" if query.get("sort") == "date" else "relevance"
    hits: list[ShownHit] = []
    counts: Facets | None = None
    problem = None if site.config.search.enabled else OFF
    if text and problem is None:
        try:
            hits = _find(site, text, sort, query.get("after"))  # type: ignore[arg-type]
            counts = None if query.get("after") else _count(site, text)
        except UsageError as error:
            problem = str(error)
    return page(
        request,
        "search.html",
        status=400 if problem else 200,
        query=text,
        sort=sort,
        hits=hits,
        facets=counts,
        narrowed=lambda field, value: f"{_group(text)} {query_for(field, value)}",
        problem=problem,
        next=str(hits[-1].found.place) if len(hits) == _SIZE else None,
        due=site.database.view(lacking) if site.config.search.enabled else 0,
    )


def _find(
    site: Site, text: str, sort: Literal["relevance", "date"], after: str | None
) -> list[ShownHit]:
    """Return a page of hits; raise `UsageError` if the query or the place is wrong."""
    node = parse_query(text, ZoneInfo(site.config.timezone))
    place = find.place_of(after) if after else None
    found = site.database.view(find.search, node, limit=_SIZE, sort=sort, after=place)
    return site.database.view(shown, node, found)


def _count(site: Site, text: str) -> Facets:
    """Return the facets of a query; another order of the same hits has the same facets."""
    zone = ZoneInfo(site.config.timezone)
    node = parse_query(text, zone)
    return site.recent.get(f"facets: {text}", lambda: site.database.view(facets, node, zone))


def _group(text: str) -> str:
    """Return a query to which another condition can be added."""
    return f"({text})" if " OR " in text.upper() else text
