"""Which function answers for which address of the pages that change something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.routing import Route

from ingest.web.access.forms import posted
from ingest.web.access.visitor import MANAGERS
from ingest.web.managing import adding, feeds, rsshub, settings, takedowns


def routes() -> list[Route]:
    """Return the routes, which need the right to manage."""
    return [
        _form("/f/{id:id}/poll", feeds.poll),
        _form("/f/{id:id}/pause", feeds.pause),
        _form("/f/{id:id}/resume", feeds.resume),
        _form("/f/{id:id}/backfill", feeds.backfill),
        _form("/f/{id:id}/backfill/stop", feeds.stop_backfill),
        _page("/f/{id:id}/settings", settings.show),
        _form("/f/{id:id}/settings", settings.save),
        _page("/add", adding.show),
        _form("/add", adding.find),
        _form("/add/feed", adding.add),
        _form("/add/list", adding.add_list),
        _page("/rsshub", rsshub.show),
        _page("/takedown", takedowns.show),
        _form("/takedown", takedowns.take_down),
        _page("/takedowns", takedowns.browse),
        _form("/takedowns/{id:id}/undo", takedowns.undo),
    ]


def _page(path: str, show: Callable[..., Any]) -> Route:
    return Route(path, show, methods=["GET"], middleware=MANAGERS)


def _form(path: str, change: Callable[..., Any]) -> Route:
    return Route(path, posted(change), methods=["POST"], middleware=MANAGERS)
