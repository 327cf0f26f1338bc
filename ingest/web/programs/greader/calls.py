"""What a feed reader sends, in the address or in a form, and answers in the forms of the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from ingest.errors import StoreError, UsageError
from ingest.web.access.visitor import reason_for
from ingest.web.programs.greader.accounts import user_of

_LARGEST = 2_000_000  # bytes; ten thousand names of entries
_MOST_FIELDS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request of a feed reader: who sends it, and its fields from address and form."""

    request: Request
    user: str
    fields: dict[str, list[str]]

    def all(self, name: str) -> list[str]:
        """Return all values of a field that are not empty."""
        return [value for value in self.fields.get(name, ()) if value]

    def one(self, name: str) -> str | None:
        """Return the first value of a field, or None."""
        return next(iter(self.all(name)), None)

    def number(self, name: str, *, default: int, most: int) -> int:
        """Return a number from 1 to `most`; raise `UsageError` if the field has no number."""
        text = self.one(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdecimal()) or len(text) > 18:
            raise UsageError(f"{name} is not a number")
        return min(max(int(text), 1), most)

    def instant(self, name: str, *, unit: timedelta) -> datetime | None:
        """Return an instant given in units since 1970; None if it is missing, zero or absurd."""
        text = self.one(name)
        if text is None or not (text.isascii() and text.isdecimal()) or len(text) > 18:
            return None
        try:
            since = datetime(1970, 1, 1, tzinfo=UTC) + int(text) * unit
        except OverflowError:
            return None
        return since if int(text) else None


Answer: TypeAlias = Callable[[Call], Response]


def for_users(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """Make an endpoint of the API: it reads the fields, and answers in a thread.

    Errors are plain text, as feed readers show them.
    """

    async def endpoint(request: Request) -> Response:
        user = user_of(request)
        if user is None:
            return PlainTextResponse("Unauthorized", 401, {"Google-Bad-Token": "true"})
        call = Call(request=request, user=user, fields=await fields_of(request))
        try:
            return await run_in_threadpool(answer, call)
        except UsageError as error:
            return PlainTextResponse(f"Error={error}", 400)
        except StoreError as error:
            return PlainTextResponse(f"Error={reason_for(request, error)}", 503)

    return endpoint


async def fields_of(request: Request) -> dict[str, list[str]]:
    """Return the fields of the address and of the form.

    Raise `HTTPException` with the status 413 if there are too many.
    """
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST:
            raise HTTPException(413)
    fields: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        fields.setdefault(name, []).append(value)
    try:
        sent = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise HTTPException(413) from None
    for name, value in sent:
        fields.setdefault(name, []).append(value)
    return fields
