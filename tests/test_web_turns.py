"""Searches and downloads that take long leave threads to other pages."""

from __future__ import annotations

import asyncio
import threading

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from ingest.web.rendering import Site
from ingest.web.turns import in_turn, pieces_in_turn
from tests.world import World

MANY = 60  # more than there are threads for pages


class Slow:
    """A search and a download that last until `may_end`; `running` counts them."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.running = 0
        self.begun = threading.Semaphore(0)

    def search(self, _request: Request) -> Response:
        return PlainTextResponse(self.work())

    def download(self, request: Request) -> Response:
        return StreamingResponse(pieces_in_turn(request, (self.work() for _ in range(2))))

    def work(self) -> bytes:
        self.running += 1
        self.begun.release()
        assert self.may_end.wait(20)
        return b"x"


def fast(_request: Request) -> Response:
    return PlainTextResponse("fast")


def test_slow_searches_and_downloads_delay_no_other_page(world: World) -> None:
    slow = Slow()
    app = Starlette(
        routes=[
            Route("/search", in_turn(slow.search)),
            Route("/download", in_turn(slow.download)),
            Route("/fast", fast),
        ]
    )
    app.state.site = Site(config=world.config, database=world.database, find=lambda _url: None)

    async def visit() -> None:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            paths = ["/search", "/download"] * MANY
            visits = [asyncio.create_task(client.get(path)) for path in paths]
            for _ in range(4):
                await asyncio.to_thread(slow.begun.acquire, timeout=20)
            assert (await client.get("/fast", timeout=20)).text == "fast"
            assert slow.running == 4
            slow.may_end.set()
            assert {answer.text for answer in await asyncio.gather(*visits)} == {"x", "xx"}

    asyncio.run(visit())
