"""The application: which function answers for which address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ingest.config import Config
from ingest.database import Database
from ingest.errors import StoreError, UsageError
from ingest.web.access.door import Door
from ingest.web.access.forms import StaleForm, posted
from ingest.web.access.prefix import path_of
from ingest.web.access.visitor import READERS, NotAllowed
from ingest.web.finding import Found
from ingest.web.health import PATHS, Answer
from ingest.web.language import Speaking
from ingest.web.managing import routes as managing
from ingest.web.pages import (
    categories,
    entries,
    feeds,
    log_in,
    missing,
    months,
    search,
    selections,
    status,
)
from ingest.web.programs import memento, publishers
from ingest.web.programs import routes as programs
from ingest.web.rendering import Site
from ingest.web.turns import in_turn

_GZIP = 4  # of 1 to 9; higher levels take several times as long for a few percent


class _Id(Convertor[int]):
    """The number of an entry or a feed in an address, as large as one in the database may be."""

    regex = "[0-9]{1,18}"

    def convert(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Return the number as text."""
        return str(value)


register_url_convertor("id", _Id())


_show_version = memento.as_memento(entries.show_version, entries.show)
_show_page = publishers.as_memento(entries.show_version, entries.show)
_FOR_EVERYONE = (
    Route("/log-in", log_in.show),
    Route("/log-in", posted(log_in.log_in), methods=["POST"]),
    Route("/log-out", posted(log_in.log_out), methods=["POST"]),
)
# A route that changes something has `middleware=MANAGERS`, too.
_FOR_READERS = (
    Route("/", status.status),
    Route("/entries", entries.browse),
    Route("/e/{id:id}", memento.with_timegate(entries.show)),
    Route("/e/{id:id}/versions/{version:id}", _show_version),
    Route("/e/{id:id}/bytes", entries.download),
    Route("/memento/{id:id}.{version:id}/{url:path}", _show_page),
    Route("/feeds", feeds.browse),
    Route("/f/{id:id}", feeds.show),
    Route("/f/{id:id}/polls", feeds.show_polls),
    Route("/c", categories.browse),
    Route("/c/{path:path}", categories.show),
    Route("/d", months.show),
    Route("/d/{month}", months.show),
    Route("/search", in_turn(search.search)),
    Route("/search.jsonl", in_turn(selections.jsonl)),
    Route("/search.zip", in_turn(selections.markdown)),
    *managing.routes(),
)


def make_app(
    config: Config,
    database: Database,
    *,
    ask: Callable[[str], Answer],
    find: Callable[[str], Found | None],
) -> Starlette:
    """Make the application; `ask` returns the service's answer for a path of its health."""
    # Not one of the threads for pages, which may all be busy.
    limiter = CapacityLimiter(1)

    async def show_health(request: Request) -> Response:
        answer = await to_thread.run_sync(ask, path_of(request.scope), limiter=limiter)
        return Response(answer.body, answer.status, media_type=answer.media_type)

    app = Starlette(
        routes=[
            *(Route(path, show_health) for path in PATHS),
            *_FOR_EVERYONE,
            Mount("/static", StaticFiles(packages=[("ingest.web", "static")])),
            *programs.routes(),
            Mount("", routes=_FOR_READERS, middleware=READERS),
        ],
        middleware=[
            Middleware(Door, web=config.web, database=database),
            Middleware(Speaking),
            Middleware(GZipMiddleware, compresslevel=_GZIP),
        ],
        exception_handlers=_HANDLERS,
    )
    app.state.site = Site(config=config, database=database, find=find)
    return app


_HANDLERS: dict[Any, Any] = {
    404: missing.missing,
    405: missing.wrong_method,
    500: missing.failed,
    NotAllowed: missing.forbidden,
    StaleForm: missing.stale,
    UsageError: missing.mistaken,
    StoreError: missing.unavailable,
}
