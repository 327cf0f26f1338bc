"""Sockets for httpcore, by asyncio's own means: half the work of the way over anyio.

Whatever fails is told in httpcore's errors, with the system's own as their cause.
"""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpcore


async def connect(address: str, port: int, seconds: float | None) -> httpcore.AsyncNetworkStream:
    """Connect to an IP address; raise `httpcore.ConnectError` or `httpcore.ConnectTimeout`."""
    plug = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    try:
        plug.setblocking(False)
        plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        with _told(httpcore.ConnectTimeout, httpcore.ConnectError):
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().sock_connect(plug, (address, port))
    except BaseException:
        plug.close()
        raise
    return PlainStream(plug)


class PlainStream(httpcore.AsyncNetworkStream):
    """A connection without TLS, or before it."""

    def __init__(self, plug: socket.socket) -> None:
        self._plug = plug

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> bytes:
        """Take in what has come; nothing: the other side is done."""
        with _told(httpcore.ReadTimeout, httpcore.ReadError):
            async with asyncio.timeout(timeout):
                return await asyncio.get_running_loop().sock_recv(self._plug, max_bytes)

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> None:
        """Send all of it."""
        if not buffer:  # httpcore's way to end a request; a reset told here would be told to nobody
            return
        with _told(httpcore.WriteTimeout, httpcore.WriteError):
            sent = self._sent_at_once(buffer)
            if sent < len(buffer):
                async with asyncio.timeout(timeout):
                    await asyncio.get_running_loop().sock_sendall(self._plug, buffer[sent:])

    def _sent_at_once(self, buffer: bytes) -> int:
        """Send what the system takes without waiting, which of a request is all of it."""
        try:
            return self._plug.send(buffer)
        except BlockingIOError:
            return 0

    async def aclose(self) -> None:
        """Close at once."""
        self._plug.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> httpcore.AsyncNetworkStream:
        """Go on over TLS; the socket is closed if that fails."""
        try:
            with _told(httpcore.ConnectTimeout, httpcore.ConnectError):
                async with asyncio.timeout(timeout):
                    reader, writer = await asyncio.open_connection(
                        sock=self._plug, ssl=ssl_context, server_hostname=server_hostname
                    )
        except BaseException:
            self._plug.close()
            raise
        return TlsStream(reader, writer)

    def get_extra_info(self, info: str) -> Any:
        """Tell what httpcore asks: whether something has come, the end of a kept connection."""
        if info != "is_readable":
            return None
        waiting = select.poll()
        waiting.register(self._plug, select.POLLIN)
        return bool(waiting.poll(0))


class TlsStream(httpcore.AsyncNetworkStream):
    """A connection with TLS."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> bytes:
        """Take in what has come; nothing: the other side is done."""
        with _told(httpcore.ReadTimeout, httpcore.ReadError):
            async with asyncio.timeout(timeout):
                return await self._reader.read(max_bytes)

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> None:
        """Send all of it."""
        with _told(httpcore.WriteTimeout, httpcore.WriteError):
            async with asyncio.timeout(timeout):
                self._writer.write(buffer)
                await self._writer.drain()

    async def aclose(self) -> None:
        """Close at once: nobody waits for the other side to say good-bye."""
        self._writer.transport.abort()

    def get_extra_info(self, info: str) -> Any:
        """Tell what httpcore asks: the protocol agreed on, the end of a kept connection."""
        if info == "ssl_object":
            return self._writer.get_extra_info("ssl_object")
        return self._reader.at_eof() if info == "is_readable" else None


@contextmanager
def _told(late: type[Exception], failed: type[Exception]) -> Iterator[None]:
    """Raise what the system says as httpcore's errors."""
    try:
        yield
    except TimeoutError as error:
        raise late(error) from error
    except OSError as error:  # ssl.SSLError is one
        raise failed(error) from error
