"""Who may see the pages, and what a browser may do with them."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingest.web.health import PATHS

# A proxy on this machine adds at least one of these, and its visitors may be anywhere.
_OF_PROXIES = (
    *("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"),
    *("x-forwarded-server", "x-real-ip"),
)
# What the HTML of an entry may load only if the visitor asks for it.
_OTHERS = ("img-src", "media-src", "frame-src")
_RULES = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "data:",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex, nofollow",
}
_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}  # their addresses have a digest
POLICY = "Content-Security-Policy"
_REFUSAL = (
    "The pages of Guidang are only for browsers on the machine where it runs.\n"
    "From another machine, forward the port: ssh -L 8710:127.0.0.1:8710 USER@MACHINE\n\n"
    "Guidang 的网页只供本机的浏览器访问。\n"
    "在其他机器上，请转发端口：ssh -L 8710:127.0.0.1:8710 用户@机器\n"
)


def policy(*, with_others: bool = False) -> str:
    """Return the rules for a page (Content Security Policy Level 3): no scripts, nothing foreign.

    With `with_others`, pictures, sound, films and players of other sites may be loaded.
    """
    rules = _RULES | (dict.fromkeys(_OTHERS, "data: http: https:") if with_others else {})
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class OnlyThisMachine:
    """Middleware: refuses visitors from elsewhere, and sets the rules for browsers.

    A page of another site may resolve its own name to 127.0.0.1 (DNS rebinding), so the Host must
    be a name of this machine. The health of the service is for every visitor.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http" or scope["path"] in PATHS:
            await self._app(scope, receive, send)
        elif _is_from_here(scope):
            kept = _KEPT if scope["path"].startswith("/static/") else {}
            await self._app(scope, receive, _with_headers(send, kept))
        else:
            await PlainTextResponse(_REFUSAL, 403)(scope, receive, _with_headers(send, {}))


def _is_from_here(scope: Scope) -> bool:
    client, headers = scope.get("client"), Headers(scope=scope)
    if client is None or any(name in headers for name in _OF_PROXIES):
        return False
    return _is_loopback(client[0]) and _is_name_of_here(headers.get("host", "").lower())


def _is_name_of_here(host: str) -> bool:
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return name == "localhost" or name.endswith(".localhost") or _is_loopback(name.strip("[]"))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _with_headers(send: Send, more: Mapping[str, str]) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in {POLICY: policy(), **_HEADERS, **more}.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
