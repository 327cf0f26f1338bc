"""What a browser may do with a page."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

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
    # With no-referrer, browsers send `Origin: null` with the forms of the page itself.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex, nofollow",
}
_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}  # their addresses have a digest
_FOUND = {200, 304}
POLICY = "Content-Security-Policy"


def policy(*, with_others: bool = False) -> str:
    """Return the rules for a page (Content Security Policy Level 3): no scripts, nothing foreign.

    With `with_others`, pictures, sound, films and players of other sites may be loaded.
    """
    rules = _RULES | (dict.fromkeys(_OTHERS, "data: http: https:") if with_others else {})
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def rules_for(path: str, status: int) -> dict[str, str]:
    """Return the header fields of an answer that tell browsers what they may do."""
    kept = _KEPT if path.startswith("/static/") and status in _FOUND else {}
    return {POLICY: policy(), **_HEADERS, **kept}


def with_headers(send: Send, path: str) -> Send:
    """Return a `send` that adds the rules for browsers to the answer for a path."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in rules_for(path, message["status"]).items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers
