"""Log in to the Google Reader API, and find out who asks.

The name of a user is only that of his marks: whoever may log in chooses it. It is in what a feed
reader sends with each request, `GoogleLogin auth=NAME/SECRET`; the secret gives the rights.
"""

from __future__ import annotations

import math
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ingest.store import visitors
from ingest.web.access.network import client_of
from ingest.web.access.secrets import digest_of
from ingest.web.access.visitor import visitor_of
from ingest.web.pages.log_in import session_of_reader
from ingest.web.rendering import Site, site_of

_SCHEME = "googlelogin auth="
_LONGEST_NAME = 100
_NOBODY = "reader"  # the name of those who have logged in without one


def user_of(request: Request) -> str | None:
    """Return the name of the user who sends a request; None if he is not logged in."""
    visitor = visitor_of(request)
    if not (visitor.name or visitor.session or visitor.may_manage):
        return None
    authorization = request.headers.get("authorization", "")
    if authorization.lower().startswith(_SCHEME):
        name, is_named, _ = authorization[len(_SCHEME) :].strip().rpartition("/")
        if is_named:
            return _short(unquote(name)) or _NOBODY
    return visitor.name or _NOBODY


def answer_log_in(request: Request, fields: dict[str, list[str]]) -> Response:
    """Check a password, which may be a token, and return what the feed reader sends from now on."""
    name = _short(next(iter(fields.get("Email", ())), "")) or _NOBODY
    password = next(iter(fields.get("Passwd", ())), "")
    site = site_of(request)
    secret = _secret_for(request, site, name, password)
    if isinstance(secret, Response):
        return secret
    auth = f"{quote(name, safe='')}/{secret}"
    return PlainTextResponse(f"SID={auth}\nLSID={auth}\nAuth={auth}\n")


def _short(name: str) -> str:
    """Return a name as it is stored: not too long, without NUL, which PostgreSQL refuses."""
    return name.replace("\0", "").strip()[:_LONGEST_NAME]


def _secret_for(request: Request, site: Site, name: str, password: str) -> str | Response:
    """Return the secret for a password: the token itself, or that of a new session.

    Where no password is set, everyone on this machine may manage, and needs no secret.
    """
    if site.database.view(visitors.token_of, digest_of(password)) is not None:
        return password
    if visitor_of(request).may_manage:
        return "-"
    client = client_of(request.scope, site.config.web)
    if wait := math.ceil(site.attempts.wait(client)):
        return PlainTextResponse("Error=CaptchaRequired", 403, {"Retry-After": str(wait)})
    secret = session_of_reader(site, name, password)
    if secret is None:
        return PlainTextResponse("Error=BadAuthentication", 403)
    site.attempts.forget(client)
    return secret
