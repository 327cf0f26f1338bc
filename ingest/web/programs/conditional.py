"""Answer 304 to programs that have the document already (RFC 9110, section 13)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response


def conditional(
    request: Request, body: bytes, media_type: str, *, changed_at: datetime | None = None
) -> Response:
    """Return a document, or 304 without a body if the program has it.

    A program's ETag decides, otherwise its date, if that is exactly `changed_at`. An ETag is weak,
    because the document may be compressed on its way.
    """
    headers = {"ETag": f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'}
    if changed_at is not None:
        headers["Last-Modified"] = format_datetime(changed_at.astimezone(UTC), usegmt=True)
    if _has(request, headers):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _has(request: Request, headers: dict[str, str]) -> bool:
    tags = request.headers.get("if-none-match")
    if tags is not None:
        own = headers["ETag"].removeprefix("W/")
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return "*" in known or own in known
    since = request.headers.get("if-modified-since")
    return since is not None and since == headers.get("Last-Modified")
