"""Find out who the visitor is, for each request."""

from __future__ import annotations

import base64
import binascii
import logging
from datetime import timedelta

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ingest.clock import system_clock
from ingest.config.web import WebConfig
from ingest.database import Database
from ingest.errors import StoreError
from ingest.store import visitors
from ingest.web.access.headers import with_headers
from ingest.web.access.network import is_foreign, is_from_here, is_known_name
from ingest.web.access.prefix import below_prefix, path_of
from ingest.web.access.secrets import digest_of
from ingest.web.access.visitor import Visitor
from ingest.web.health import PATHS

logger = logging.getLogger(__name__)

SESSION = "guidang-session"
SESSION_LASTS = timedelta(days=30)
_SAFE = {"GET", "HEAD", "OPTIONS"}
_OF_READERS = "googlelogin auth="  # who log in with the password get the secret of a session
_BY_TOKEN = ("bearer ", _OF_READERS)

_ONLY_HERE = (
    "The pages of Guidang are only for browsers on the machine where it runs.\n"
    "From another machine, forward the port: ssh -L 8710:127.0.0.1:8710 USER@MACHINE\n"
    "Or set a password: guidang web password\n\n"
    "Guidang 的网页只供本机的浏览器访问。\n"
    "在其他机器上，请转发端口：ssh -L 8710:127.0.0.1:8710 用户@机器\n"
    "也可以设置密码：guidang web password\n"
)
_UNKNOWN_NAME = (
    "Guidang does not know the name in this address. Add it to hosts, or set url, below [web] in "
    "the configuration.\n\n"
    "Guidang 不认识这个地址里的主机名。请在配置的 [web] 中把它加入 hosts，或设置 url。\n"
)
_FOREIGN = (
    "A page of another site sent this; nothing was changed.\n\n"
    "这个请求来自其他网站的页面；没有做任何更改。\n"
)
_UNAVAILABLE = (
    "The archive cannot be read at the moment; try again later.\n\n目前无法读取归档；请稍后再试。\n"
)


class Door:
    """Middleware: adds the `Visitor` to each request, and sets the rules for browsers.

    The health of the service is for everyone.
    """

    def __init__(self, app: ASGIApp, *, web: WebConfig, database: Database) -> None:
        self._app = app
        self._web = web
        self._database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = below_prefix(scope, self._web)
        scope["state"] = scope.get("state", {}) | {"visitor": Visitor()}
        path = path_of(scope)
        if path in PATHS:
            await self._app(scope, receive, send)
            return
        send = with_headers(send, path)
        app = self._app
        if refusal := self._refusal(scope):
            app = PlainTextResponse(refusal, 403)
        elif not path.startswith("/static/"):
            app = await self._identify(scope) or app
        await app(scope, receive, send)

    async def _identify(self, scope: Scope) -> ASGIApp | None:
        """Set the visitor of a request; return the answer if the request goes no further."""
        try:
            visitor = await self._visitor(scope)
        except StoreError:
            logger.exception("cannot find out who a visitor is")
            return PlainTextResponse(_UNAVAILABLE, 503)
        scope["state"]["visitor"] = visitor
        is_change = scope["method"] not in _SAFE
        if is_change and visitor.name is None and is_foreign(scope, self._web):
            return PlainTextResponse(_FOREIGN, 403)
        return None

    def _refusal(self, scope: Scope) -> str:
        """Return why a request is refused whoever sends it, or ""."""
        if self._web.is_open:
            return "" if is_known_name(scope, self._web) else _UNKNOWN_NAME
        return "" if is_from_here(scope) else _ONLY_HERE

    async def _visitor(self, scope: Scope) -> Visitor:
        """Return who asks: by the token of a program, the cookie of a browser, or anybody."""
        anybody = Visitor(
            may_read=self._web.public or not self._web.is_open,
            may_manage=not self._web.is_open,
        )
        authorization = Headers(scope=scope).get("authorization", "")
        cookie = Request(scope).cookies.get(SESSION, "")
        if authorization:
            return await run_in_threadpool(self._by_token, authorization) or anybody
        if cookie and self._web.passwords:
            return await run_in_threadpool(self._by_session, cookie) or anybody
        return anybody

    def _by_token(self, authorization: str) -> Visitor | None:
        """Return the program with this token; None if there is none.

        Feed readers can send a token as the password of HTTP Basic. Browsers add such a password
        to the requests of other sites, too, so it allows only reading.
        """
        token = _token_in(authorization)
        found = self._database.view(visitors.token_of, digest_of(token)) if token else None
        if found is None:
            is_reader = authorization.lower().startswith(_OF_READERS) and self._web.passwords
            return self._by_session(token) if token and is_reader else None
        name, may_manage = found
        if authorization.lower().startswith("basic "):
            return Visitor(may_read=True)
        return Visitor(name=name, may_read=True, may_manage=may_manage)

    def _by_session(self, cookie: str) -> Visitor | None:
        may_manage = self._database.view(
            visitors.session_may_manage,
            digest_of(cookie),
            passwords=[digest_of(hashed) for hashed in self._web.passwords],
            since=system_clock() - SESSION_LASTS,
        )
        if may_manage is None:
            return None
        return Visitor(may_read=True, may_manage=may_manage, session=cookie)


def _token_in(authorization: str) -> str:
    """Return the token in the value of an Authorization field, or ""."""
    for beginning in _BY_TOKEN:
        if authorization.lower().startswith(beginning):
            # A feed reader sends a name for its marks, too: GoogleLogin auth=NAME/TOKEN.
            return authorization[len(beginning) :].strip().rpartition("/")[2]
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(rest, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
