"""A few threads for searches and downloads, so that slow ones leave threads to other pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from ingest.web.rendering import site_of


def in_turn(show: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
    """Return a function that runs `show` on one of these threads, when one is free."""

    async def answer(request: Request) -> Response:
        return await to_thread.run_sync(show, request, limiter=site_of(request).turns)

    return answer


async def pieces_in_turn(request: Request, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the pieces of a download; each is made on one of these threads."""
    turns = site_of(request).turns
    while (piece := await to_thread.run_sync(next, pieces, None, limiter=turns)) is not None:
        yield piece
