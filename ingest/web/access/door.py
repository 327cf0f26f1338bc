"""Find out who the visitor is, for each request."""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ingest.web.access.headers import with_headers
from ingest.web.access.network import is_from_here
from ingest.web.access.visitor import Visitor
from ingest.web.health import PATHS

_REFUSAL = (
    "The pages of Guidang are only for browsers on the machine where it runs.\n"
    "From another machine, forward the port: ssh -L 8710:127.0.0.1:8710 USER@MACHINE\n\n"
    "Guidang 的网页只供本机的浏览器访问。\n"
    "在其他机器上，请转发端口：ssh -L 8710:127.0.0.1:8710 用户@机器\n"
)
_HERE = Visitor(may_read=True, may_manage=True)


class Door:
    """Middleware: adds the `Visitor` to each request, and sets the rules for browsers.

    The health of the service is for everyone.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http" or scope["path"] in PATHS:
            await self._app(scope, receive, send)
            return
        send = with_headers(send, scope["path"])
        if is_from_here(scope):
            scope.setdefault("state", {})["visitor"] = _HERE
            await self._app(scope, receive, send)
        else:
            await PlainTextResponse(_REFUSAL, 403)(scope, receive, send)
