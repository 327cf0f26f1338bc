"""Pages that are not there: unknown, taken down, or asked for with a mistake."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from ingest.messages import _, message
from ingest.web.access.prefix import path_of
from ingest.web.access.visitor import visitor_of
from ingest.web.rendering import address_on, page, site_of


def missing(request: Request, _error: Exception | None = None) -> Response:
    """Answer for a page that does not exist, with the status 404."""
    return page(request, "message.html", status=404, text=message("there is no such page"))


def removed(request: Request, reason: str) -> Response:
    """Answer for an entry that was taken down, with the status 451 (RFC 7725)."""
    return page(request, "message.html", status=451, text=reason)


def forbidden(request: Request, _error: Exception) -> Response:
    """Answer a visitor who lacks a right: send browsers to log in, refuse others (401, 403)."""
    visitor, method = visitor_of(request), request.method
    may_log_in = bool(site_of(request).config.web.passwords)
    if visitor.session or visitor.name or not may_log_in:
        return page(request, "message.html", status=403, text=message("you may not do that"))
    if method == "GET" and "text/html" in request.headers.get("accept", ""):
        goal = path_of(request.scope) + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(address_on(request, "/log-in", {"next": goal}), 303)
    challenge = {"WWW-Authenticate": 'Bearer realm="Guidang", Basic realm="Guidang"'}
    return PlainTextResponse(_("log in first, or send a token"), 401, challenge)


def stale(request: Request, _error: Exception) -> Response:
    """Answer for a form without its secret text, with the status 403."""
    text = message("this form is too old; go back, reload the page and send it again")
    return page(request, "message.html", status=403, text=text)


def mistaken(request: Request, error: Exception) -> Response:
    """Answer for an address with a mistake in it, with the status 400."""
    return page(request, "message.html", status=400, text=str(error))


def unavailable(request: Request, error: Exception) -> Response:
    """Answer when the database cannot be used, with the status 503."""
    return page(request, "message.html", status=503, text=str(error))
