"""Take down an entry, a feed, an address or a host; list what was taken down, and undo it."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from ingest.clock import system_clock
from ingest.errors import ArchiveError, UsageError
from ingest.store import erase as store
from ingest.store import takedowns
from ingest.takedown.erasing import erase
from ingest.takedown.target import find_target
from ingest.web.access.forms import text_in
from ingest.web.managing.answers import go_to
from ingest.web.rendering import page, site_of


def show(request: Request) -> Response:
    """Show the form, and what it would erase: /takedown, with `target` and `reason`."""
    query = request.query_params
    return _form(request, _line(query.get("target", "")), _line(query.get("reason", "")))


def take_down(request: Request, form: FormData) -> Response:
    """Erase what was named; show the form again if that cannot be done."""
    site = site_of(request)
    target, reason = (_line(text_in(form, name)) for name in ("target", "reason"))
    if not target or not reason:
        return _form(request, target, reason, "say what to take down, and why")
    try:
        found = find_target(site.database, target)
    except UsageError as error:
        return _form(request, target, reason, str(error))
    try:
        erase(site.config, site.database, found, reason, now=system_clock())
    except ArchiveError as error:
        return _form(request, target, reason, str(error), status=503)
    return go_to(request, "/takedowns", "takedown")


def browse(request: Request) -> Response:
    """List what was taken down: /takedowns."""
    rows = site_of(request).database.view(takedowns.every)
    done = request.query_params.get("done")
    return page(request, "takedowns.html", rows=rows[::-1], done=done)


def undo(request: Request, _form: FormData) -> Response:
    """Allow again what a takedown erased: POST /takedowns/ID/undo."""
    site, number = site_of(request), request.path_params["id"]
    site.database.transact(takedowns.undo, number, now=system_clock())
    return go_to(request, "/takedowns", "undo")


def _form(
    request: Request, target: str, reason: str, problem: str = "", status: int = 400
) -> Response:
    """Show the form, with `status` if there is a problem; say how much would be erased."""
    database, found, entries, feeds = site_of(request).database, None, 0, 0
    if target and not problem:
        try:
            found = find_target(database, target)
            entries = len(database.view(store.entries_of, found))
            feeds = len(database.view(store.feeds_of, found))
        except UsageError as error:
            problem = str(error)
    return page(
        request,
        "takedown.html",
        status=status if problem else 200,
        target=target,
        reason=reason,
        problem=problem,
        found=found,
        entries=entries,
        feeds=feeds,
    )


def _line(text: str) -> str:
    """Return a text as one line, without NUL, which PostgreSQL refuses."""
    return " ".join(text.replace("\0", " ").split())
