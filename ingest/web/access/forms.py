"""Forms: each has a secret text, so that no other site can send it in a visitor's name."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ingest.web.access.prefix import root_of
from ingest.web.access.secrets import new_secret
from ingest.web.access.visitor import visitor_of

FIELD = "form"
_COOKIE = "guidang-form"
_LARGEST = 20_000_000  # bytes; a list of feeds may be sent
_MOST_FIELDS = 200


class StaleForm(Exception):
    """A form lacks its secret text, or has that of another visitor."""


class FormSecret:
    """The secret text of the forms of a page.

    It is derived from the cookie of the session, or else from a cookie of its own.
    """

    def __init__(self, request: Request) -> None:
        self._key = _key_of(request)
        self._new_key = ""

    def __call__(self) -> str:
        """Return the secret text."""
        if not self._key:
            self._key = self._new_key = new_secret()
        return _derived_from(self._key)

    def remember(self, request: Request, response: Response) -> None:
        """Set the cookie if the page needs a new one."""
        if self._new_key:
            set_cookie(request, response, _COOKIE, self._new_key, None)


def posted(
    answer: Callable[[Request, FormData], Response],
) -> Callable[[Request], Awaitable[Response]]:
    """Make the endpoint of a form: it reads the form, checks its secret, and answers in a thread.

    Programs with a token send no secret.
    """

    async def endpoint(request: Request) -> Response:
        _check_size(request)
        async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
            if visitor_of(request).name is None and not _is_own(request, form):
                raise StaleForm
            return await run_in_threadpool(answer, request, form)

    return endpoint


def text_in(form: FormData, name: str) -> str:
    """Return the text of a field, without blanks around it; "" if it is missing."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def set_cookie(
    request: Request, response: Response, name: str, value: str, seconds: int | None
) -> None:
    """Set a cookie that only this site gets and no script can read."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=f"{root_of(request.scope)}/",
        secure=request.scope["scheme"] == "https",
        httponly=True,
        samesite="lax",
    )


def _check_size(request: Request) -> None:
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise HTTPException(411)
    if int(length) > _LARGEST:
        raise HTTPException(413)


def _is_own(request: Request, form: FormData) -> bool:
    key, given = _key_of(request), text_in(form, FIELD)
    return bool(key) and hmac.compare_digest(_derived_from(key).encode(), given.encode())


def _key_of(request: Request) -> str:
    return visitor_of(request).session or request.cookies.get(_COOKIE, "")


def _derived_from(key: str) -> str:
    return hmac.digest(key.encode("utf-8", "surrogateescape"), b"form", "sha256").hex()
