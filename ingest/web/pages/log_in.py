"""Log a browser in and out."""

from __future__ import annotations

import math

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ingest.clock import system_clock
from ingest.messages import _
from ingest.store import visitors
from ingest.web.access.door import SESSION, SESSION_LASTS
from ingest.web.access.forms import set_cookie, text_in
from ingest.web.access.network import client_of
from ingest.web.access.secrets import digest_of, is_password, new_secret, secret_of_reader
from ingest.web.access.visitor import visitor_of
from ingest.web.rendering import Site, address_on, page, site_of

_LONGEST = 1000  # characters of a password


def show(request: Request) -> Response:
    """Show the form: /log-in."""
    return _form(request, _local(request.query_params.get("next", "")))


def log_in(request: Request, form: FormData) -> Response:
    """Check the password, and begin a session; show the form again if it is wrong."""
    site, client = site_of(request), client_of(request.scope, site_of(request).config.web)
    goal = _local(text_in(form, "next"))
    if wait := math.ceil(site.attempts.wait(client)):
        problem = _("Too many attempts. Try again in {count} seconds.", count=wait)
        answer = _form(request, goal, problem, 429)
        answer.headers["Retry-After"] = str(wait)
        return answer
    hashed = _matching(site, form.get("password", ""))
    if hashed is None:
        return _form(request, goal, _("The password is wrong."), 403)
    site.attempts.forget(client)
    return _begin(request, hashed, goal)


def log_out(request: Request, _form: FormData) -> Response:
    """End the session of a browser."""
    cookie = visitor_of(request).session
    if cookie:
        site_of(request).database.transact(visitors.end_session, digest_of(cookie))
    answer = RedirectResponse(address_on(request, "/", {}), 303)
    set_cookie(request, answer, SESSION, "", 0)
    return answer


def _form(request: Request, goal: str, problem: str = "", status: int = 200) -> Response:
    return page(request, "log_in.html", status=status, goal=goal, problem=problem)


def _matching(site: Site, password: object) -> str | None:
    """Return the hash of the settings that belongs to a password, or None."""
    if not isinstance(password, str) or len(password) > _LONGEST:
        return None
    hashes = site.config.web.passwords
    return next((hashed for hashed in hashes if is_password(hashed, password)), None)


def session_of_reader(site: Site, name: str, password: str) -> str | None:
    """Begin the session of a user's feed reader, or begin it again, because readers log in often.

    Return its secret, or None if the password is wrong.
    """
    hashed = _matching(site, password)
    if hashed is None:
        return None
    return _new_session(site, hashed, secret_of_reader(name, password, hashed))


def _begin(request: Request, hashed: str, goal: str) -> Response:
    cookie = _new_session(site_of(request), hashed, new_secret())
    answer = RedirectResponse(address_on(request, goal, {}), 303)
    set_cookie(request, answer, SESSION, cookie, int(SESSION_LASTS.total_seconds()))
    return answer


def _new_session(site: Site, hashed: str, cookie: str) -> str:
    site.database.transact(
        visitors.begin_session,
        digest_of(cookie),
        may_manage=site.config.web.passwords[hashed],
        password=digest_of(hashed),
        now=system_clock(),
    )
    return cookie


def _local(goal: str) -> str:
    """Return the address of a page of this site; that of the first page for any other."""
    is_local = goal.startswith("/") and not goal.startswith(("//", "/\\"))
    return goal if is_local and goal.isprintable() else "/"
