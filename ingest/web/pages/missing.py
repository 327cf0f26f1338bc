"""Pages that are not there: unknown, taken down, or asked for with a mistake."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from ingest.errors import StoreError
from ingest.messages import _, message, speaking
from ingest.store.takedowns import Removal
from ingest.web.access.headers import rules_for
from ingest.web.access.prefix import below_prefix, path_of
from ingest.web.access.visitor import Visitor, reason_for, visitor_of
from ingest.web.language import language_for
from ingest.web.rendering import address_on, page, site_of


def missing(request: Request, _error: Exception | None = None) -> Response:
    """Answer for a page that does not exist, with the status 404."""
    return page(request, "message.html", status=404, text=message("there is no such page"))


def wrong_method(request: Request, error: HTTPException) -> Response:
    """Answer a request with a method that its address does not have, with the status 405."""
    text = message("this address cannot be used in this way")
    response = page(request, "message.html", status=405, text=text)
    response.headers.update(error.headers or {})
    return response


def failed(request: Request, _error: Exception) -> Response:
    """Answer after a bug, with the status 500; uvicorn logs the traceback.

    Starlette calls this outside of all middleware, so the path of the site, the language and the
    rules for browsers are set here.
    """
    request = Request(below_prefix(request.scope, site_of(request).config.web))
    request.state.visitor = Visitor()
    with speaking(language_for(request)):
        text = message("this page could not be made; the log of the service has the reason")
        response = page(request, "message.html", status=500, text=text)
    for name, value in rules_for(path_of(request.scope), 500).items():
        response.headers.setdefault(name, value)
    return response


def removed(request: Request, removal: Removal) -> Response:
    """Answer for an entry or a feed that was taken down, with the status 451 (RFC 7725)."""
    text = _(
        "{target} was taken down on {day}; the reason: {reason}",
        target=removal.target,
        day=removal.day,
        reason=removal.reason,
    )
    return page(request, "message.html", status=451, text=text)


def erased(request: Request) -> Response:
    """Answer for bytes that were erased with another entry of their document, with status 410."""
    text = message(
        "these bytes were erased, because another entry of the same document was taken down"
    )
    return page(request, "message.html", status=410, text=text)


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


def unavailable(request: Request, error: StoreError) -> Response:
    """Answer when the database cannot be used, with the status 503."""
    return page(request, "message.html", status=503, text=reason_for(request, error))
