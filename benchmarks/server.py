"""Serve feeds quickly on loopback, each on an address of its own.

Documents are written to files beforehand, so that serving them costs almost nothing.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

from benchmarks.feeds import document

T = TypeVar("T")
_BACKLOG = 16


class Scenario(StrEnum):
    """The behaviour of the server when a client polls again."""

    COLD = "cold"  # everything is new
    NOT_MODIFIED = "304"  # the validators still match
    SAME = "same"  # the same bytes, and no validators
    PLUS1 = "plus1"  # one new entry in each feed


class Server:
    """The server of feeds, by number, from files in `folder`; a context manager."""

    def __init__(self, folder: Path, feeds: int, entries: int) -> None:
        self.scenario = Scenario.COLD
        self.revision = 0
        self.requests = 0
        self._names = [f"127.50.{n // 250}.{n % 250 + 1}" for n in range(feeds)]
        self._folder = folder
        self._entries = entries
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]

    @property
    def urls(self) -> list[str]:
        """Return the address of each feed."""
        return [f"http://{name}:{self._port}/feed.xml" for name in self._names]

    def write(self, revision: int) -> None:
        """Write the documents of a revision, and serve them from now on."""
        self.revision = revision
        for number in range(len(self._names)):
            host = f"https://site-{number}.example"
            content = document(number, host, entries=self._entries, revision=revision)
            self._file(number).write_bytes(content)

    def _file(self, number: int) -> Path:
        return self._folder / f"{number}-{self.revision}.xml"

    def __enter__(self) -> Self:
        self._thread.start()
        self._servers = self._run(self._listen())
        return self

    async def _listen(self) -> list[asyncio.Server]:
        return [
            await self._loop.create_server(
                partial(_Connection, self, number), name, self._port, backlog=_BACKLOG
            )
            for number, name in enumerate(self._names)
        ]

    def __exit__(self, *error: object) -> None:
        for server in self._servers:
            self._loop.call_soon_threadsafe(server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def answer(self, number: int, request: bytes) -> bytes:
        """Return the response of feed `number` to a request."""
        self.requests += 1
        etag = f'"{number}-{self.revision}"'.encode()
        if self.scenario is Scenario.NOT_MODIFIED and etag in request:
            return _response(b"304 Not Modified", b"", etag)
        content = self._file(number).read_bytes()
        return _response(b"200 OK", content, None if self.scenario is Scenario.SAME else etag)


def _response(status: bytes, content: bytes, etag: bytes | None) -> bytes:
    length = b"" if status.startswith(b"304") else b"Content-Length: %d\r\n" % len(content)
    validator = b"ETag: %s\r\n" % etag if etag else b""
    return (
        b"HTTP/1.1 %s\r\nContent-Type: text/xml\r\n%s%s\r\n" % (status, length, validator) + content
    )


class _Connection(asyncio.Protocol):
    def __init__(self, server: Server, number: int) -> None:
        self._server = server
        self._number = number
        self._request = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._request += data
        if self._request.endswith(b"\r\n\r\n"):
            self._transport.write(self._server.answer(self._number, self._request))
            self._request = b""
