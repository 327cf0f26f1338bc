"""Answer programs: JSON, and errors as problem details (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ingest.errors import StoreError, UsageError
from ingest.store.takedowns import Removal
from ingest.views.plain import plain
from ingest.web.access.visitor import NotAllowed, reason_for, visitor_of


def json_answer(value: Any, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return a value as JSON, in the form in which commands print it."""
    text = json.dumps(value, ensure_ascii=False, default=plain, separators=(",", ":"))
    return Response(text, media_type="application/json", headers=headers)


def problem(
    status: int, detail: str | None = None, *, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an error as problem details; `detail` says what is wrong and what to do."""
    about: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
    }
    if detail:
        about["detail"] = detail
    text = json.dumps(about, ensure_ascii=False)
    return Response(text, status, media_type="application/problem+json", headers=headers)


def taken_down(removal: Removal) -> Response:
    """Return the answer for an entry or a feed that was taken down (RFC 7725)."""
    return problem(
        451, f"{removal.target} was taken down on {removal.day}; the reason: {removal.reason}"
    )


def _from_exception(_request: Request, error: Any) -> Response:
    is_told = error.detail != HTTPStatus(error.status_code).phrase
    return problem(error.status_code, error.detail if is_told else None, headers=error.headers)


def _not_allowed(request: Request, _error: Exception) -> Response:
    """Ask for a token (RFC 6750, section 3); refuse a program that has sent one."""
    if visitor_of(request).name is not None:
        return problem(403, "the token does not have this right")
    headers = {"WWW-Authenticate": 'Bearer realm="Guidang"'}
    return problem(401, "send a token: Authorization: Bearer TOKEN", headers=headers)


def _mistaken(_request: Request, error: Exception) -> Response:
    return problem(400, str(error))


def _unavailable(request: Request, error: StoreError) -> Response:
    return problem(503, reason_for(request, error))


# The answers for the errors that functions raise.
PROBLEMS: Mapping[Any, Any] = {
    HTTPException: _from_exception,
    NotAllowed: _not_allowed,
    UsageError: _mistaken,
    StoreError: _unavailable,
}
