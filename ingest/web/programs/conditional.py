"""Answer 304 to programs that have the document already (RFC 9110, section 13)."""

from __future__ import annotations

import hashlib

from starlette.requests import Request
from starlette.responses import Response


def conditional(request: Request, body: bytes, media_type: str) -> Response:
    """Return a document, or 304 without a body if the program has it.

    The ETag is weak, because the document may be compressed on its way. There is no Last-Modified:
    a document also changes when an embargo ends or an entry is taken down, which leaves no date.
    """
    headers = {"ETag": f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'}
    if _has(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _has(request: Request, etag: str) -> bool:
    known = {
        tag.strip().removeprefix("W/")
        for tag in request.headers.get("if-none-match", "").split(",")
    }
    return "*" in known or etag.removeprefix("W/") in known
