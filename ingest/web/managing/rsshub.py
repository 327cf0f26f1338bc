"""Find a route of RSSHub by the name of its site, in Chinese or English."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ingest.store import rsshub
from ingest.web.rendering import page, site_of

_MOST = 100
_LONGEST = 200  # characters of a question


def show(request: Request) -> Response:
    """Show the routes that have the words: /rsshub?q=WORDS."""
    words, database = (
        request.query_params.get("q", "").strip()[:_LONGEST],
        site_of(request).database,
    )
    routes = database.view(rsshub.routes_called, words, most=_MOST)
    is_known = database.view(rsshub.has_metadata)
    return page(request, "rsshub.html", words=words, routes=routes, most=_MOST, is_known=is_known)
