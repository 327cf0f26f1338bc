"""Which function answers for which address of programs."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import BaseRoute, Mount, Route

from ingest.web.access.visitor import READERS
from ingest.web.programs import api, feeds, memento, publishers
from ingest.web.programs.answers import PROBLEMS
from ingest.web.programs.greader.routes import routes as greader
from ingest.web.turns import in_turn

# Clients add this to the address of a server that they know as FreshRSS.
_AS_FRESHRSS = "/api/greader.php"
_WITH_PROBLEMS = (Middleware(ExceptionMiddleware, handlers=PROBLEMS), *READERS)


def routes() -> list[BaseRoute]:
    """Return the routes for programs.

    Each route has a check of the visitor's right in its own middleware, so that a refusal has the
    format that its programs expect.
    """
    return [
        *greader(),
        Mount(_AS_FRESHRSS, routes=greader()),
        Route("/api", api.index, middleware=_WITH_PROBLEMS),
        Mount("/api", routes=_of_api(), middleware=_WITH_PROBLEMS),
        Route("/atom.xml", in_turn(feeds.atom), middleware=_WITH_PROBLEMS),
        Route("/feed.json", in_turn(feeds.json_feed), middleware=_WITH_PROBLEMS),
        Route("/e/{id:id}/timemap", memento.timemap, middleware=_WITH_PROBLEMS),
        Route("/timegate/{url:path}", publishers.timegate, middleware=_WITH_PROBLEMS),
        Route("/timemap/link/{url:path}", publishers.timemap, middleware=_WITH_PROBLEMS),
        Route("/opml", feeds.opml, middleware=_WITH_PROBLEMS),
    ]


def _of_api() -> list[Route]:
    return [
        Route("/", api.index),
        Route("/openapi.json", api.openapi),
        Route("/entries", api.list_entries),
        Route("/entries/{id:id}", api.show_entry),
        Route("/search", in_turn(api.search)),
        Route("/feeds", api.list_feeds),
        Route("/feeds/{id:id}", api.show_feed),
        Route("/feeds/{id:id}/explain", api.explain_feed),
        Route("/duplicates", api.list_duplicates),
        Route("/status", api.status),
    ]
