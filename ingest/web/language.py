"""The language of a page: what the visitor chose, otherwise what the browser asks for."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ingest.messages import ENGLISH, SIMPLIFIED, TRADITIONAL

TAGS = {SIMPLIFIED: "zh-CN", TRADITIONAL: "zh-TW", ENGLISH: "en"}
NAMES = {SIMPLIFIED: "简体", TRADITIONAL: "繁體", ENGLISH: "English"}
PARAMETER = COOKIE = "lang"
_YEAR = 365 * 24 * 3600
_TRADITIONAL_REGIONS = {"tw", "hk", "mo", "hant"}


def language_for(request: Request) -> str:
    """Return the language for a request: of its address, its cookie or its Accept-Language."""
    chosen = request.query_params.get(PARAMETER) or request.cookies.get(COOKIE)
    return chosen if chosen in TAGS else _best_of(request.headers.get("accept-language", ""))


def remember(request: Request, response: Response) -> None:
    """Set the cookie if the address of the request names a language."""
    chosen = request.query_params.get(PARAMETER)
    if chosen in TAGS:
        response.set_cookie(COOKIE, chosen, max_age=_YEAR, httponly=True, samesite="lax")


def _best_of(header: str) -> str:
    """Return the first language that there is, by weight (RFC 9110, section 12.5.4)."""
    ranges = [part.partition(";") for part in header.lower().split(",")]
    by_weight = sorted(ranges, key=lambda each: -_weight(each[2]))
    known = (_language_of(tag.strip()) for tag, _, _ in by_weight)
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
        return TRADITIONAL if _TRADITIONAL_REGIONS & set(others) else SIMPLIFIED
    return ENGLISH if language == "en" else None
