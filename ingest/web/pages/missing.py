"""Pages that are not there: unknown, taken down, or asked for with a mistake."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ingest.messages import message
from ingest.web.rendering import page


def missing(request: Request, _error: Exception | None = None) -> Response:
    """Answer for a page that does not exist, with the status 404."""
    return page(request, "message.html", status=404, text=message("there is no such page"))


def removed(request: Request, reason: str) -> Response:
    """Answer for an entry that was taken down, with the status 451 (RFC 7725)."""
    return page(request, "message.html", status=451, text=reason)


def forbidden(request: Request, _error: Exception) -> Response:
    """Answer a visitor who lacks a right, with the status 403."""
    return page(request, "message.html", status=403, text=message("you may not do that"))


def mistaken(request: Request, error: Exception) -> Response:
    """Answer for an address with a mistake in it, with the status 400."""
    return page(request, "message.html", status=400, text=str(error))


def unavailable(request: Request, error: Exception) -> Response:
    """Answer when the database cannot be used, with the status 503."""
    return page(request, "message.html", status=503, text=str(error))
