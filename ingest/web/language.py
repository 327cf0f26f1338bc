"""The language of a page: the visitor's choice, otherwise what the browser asks for."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ingest.messages import ENGLISH, SIMPLIFIED, TRADITIONAL, speaking
from ingest.web.access.forms import set_cookie

TAGS = {SIMPLIFIED: "zh-CN", TRADITIONAL: "zh-TW", ENGLISH: "en"}
NAMES = {SIMPLIFIED: "简体", TRADITIONAL: "繁體", ENGLISH: "English"}
PARAMETER = COOKIE = "lang"
_YEAR = 365 * 24 * 3600
_TRADITIONAL_TAGS = {"tw", "hk", "mo", "hant"}


class Speaking:
    """Middleware: answers each request in the visitor's language."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, in its language."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with speaking(language_for(Request(scope))):
            await self._app(scope, receive, send)


def language_for(request: Request) -> str:
    """Return the language for a request: of its address, its cookie or its Accept-Language."""
    choices = request.query_params.get(PARAMETER), request.cookies.get(COOKIE)
    chosen = next((one for one in choices if one in TAGS), None)
    return chosen or _best_of(request.headers.get("accept-language", ""))


def remember(request: Request, response: Response) -> None:
    """Set the cookie if the address of the request names a language.

    A picture in an entry may have such an address, so only the request of a page sets it
    (Fetch Metadata, section 2.1).
    """
    chosen = request.query_params.get(PARAMETER)
    if chosen in TAGS and request.headers.get("sec-fetch-dest", "document") == "document":
        set_cookie(request, response, COOKIE, chosen, _YEAR)


def _best_of(header: str) -> str:
    """Return the first language that there is, by weight (RFC 9110, section 12.5.4)."""
    ranges = [part.partition(";") for part in header.lower().split(",")]
    by_weight = sorted(ranges, key=lambda each: -_weight(each[2]))
    known = (_language_of(tag.strip()) for tag, _, weight in by_weight if _weight(weight) > 0)
    return next(filter(None, known), ENGLISH)


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def _language_of(tag: str) -> str | None:
    language, *others = tag.split("-")
    if language == "zh":
        is_traditional = "hans" not in others and _TRADITIONAL_TAGS & set(others)
        return TRADITIONAL if is_traditional else SIMPLIFIED
    return ENGLISH if language == "en" else None
