"""A visitor and the two rights: to read the archive, and to manage it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Literal

from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from ingest.database import StoreSlow
from ingest.errors import StoreError
from ingest.messages import message

logger = logging.getLogger(__name__)

Right = Literal["read", "manage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who asks for a page.

    `name` is that of a program's token, None for a browser. `session` is the cookie of a browser
    that is logged in, otherwise empty.
    """

    name: str | None = None
    may_read: bool = False
    may_manage: bool = False
    session: str = field(default="", repr=False)

    def may(self, right: Right) -> bool:
        """Return whether the visitor has a right."""
        return self.may_manage if right == "manage" else self.may_read


class NotAllowed(Exception):
    """The visitor lacks a right."""

    def __init__(self, right: Right) -> None:
        super().__init__(right)
        self.right = right


def visitor_of(request: HTTPConnection) -> Visitor:
    """Return who asks."""
    visitor: Visitor = request.state.visitor
    return visitor


def reason_for(request: HTTPConnection, error: StoreError) -> str:
    """Return why the database cannot be used, as a visitor is told it; log the reason.

    Only who may manage is told where the database is. All are told that a query takes too long.
    """
    logger.warning("a request got no answer: %s", error)
    if visitor_of(request).may_manage or isinstance(error, StoreSlow):
        return str(error)
    return message("the archive cannot be read at the moment; try again later")


class Needs:
    """Middleware of routes: raises `NotAllowed` for visitors who lack a right."""

    def __init__(self, app: ASGIApp, *, right: Right) -> None:
        self._app = app
        self._right: Right = right

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if not scope["state"]["visitor"].may(self._right):
            raise NotAllowed(self._right)
        await self._app(scope, receive, send)


READERS = (Middleware(Needs, right="read"),)
MANAGERS = (Middleware(Needs, right="manage"),)
