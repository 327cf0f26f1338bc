"""Who may see and change the archive in a browser."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from ingest.web.access.visitor import MANAGERS, READERS, NotAllowed, Visitor

READER = Visitor(may_read=True)
MANAGER = Visitor(may_read=True, may_manage=True)


@pytest.mark.parametrize(
    ("middleware", "visitor", "lacks"),
    [
        (READERS, Visitor(), "read"),
        (READERS, READER, None),
        (READERS, MANAGER, None),
        (MANAGERS, Visitor(), "manage"),
        (MANAGERS, READER, "manage"),
        (MANAGERS, MANAGER, None),
    ],
)
def test_a_route_refuses_who_lacks_its_right(
    middleware: Any, visitor: Visitor, lacks: str | None
) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "http", "method": "GET", "state": {"visitor": visitor}}
    [each] = middleware
    app = each.cls(PlainTextResponse("done"), **each.kwargs)
    raises = pytest.raises(NotAllowed, match=lacks) if lacks else contextlib.nullcontext()
    with raises:
        asyncio.run(app(scope, None, send))
    assert [one["status"] for one in sent if "status" in one] == ([] if lacks else [200])
