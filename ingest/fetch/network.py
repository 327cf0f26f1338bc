"""Open sockets for httpcore with asyncio, at half the cost of anyio.

All errors that are raised are httpcore's exceptions, with the system's error as their cause.
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
        with _as_httpcore_errors(httpcore.ConnectTimeout, httpcore.ConnectError):
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().sock_connect(plug, (address, port))
    except BaseException:
        plug.close()
        raise
    return PlainStream(plug)


class PlainStream(httpcore.AsyncNetworkStream):
    """A connection without TLS, or before TLS is started."""

    def __init__(self, plug: socket.socket) -> None:
        self._plug = plug

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> bytes:
        """Return the bytes that have arrived, or no bytes at the end of the connection."""
        with _as_httpcore_errors(httpcore.ReadTimeout, httpcore.ReadError):
            async with asyncio.timeout(timeout):
                return await asyncio.get_running_loop().sock_recv(self._plug, max_bytes)

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> None:
        """Send the whole buffer."""
        if not buffer:  # httpcore ends each request with an empty buffer
            return
        with _as_httpcore_errors(httpcore.WriteTimeout, httpcore.WriteError):
            sent = self._send_at_once(buffer)
            if sent < len(buffer):
                async with asyncio.timeout(timeout):
                    await asyncio.get_running_loop().sock_sendall(self._plug, buffer[sent:])

    def _send_at_once(self, buffer: bytes) -> int:
        """Send as much as the system accepts without waiting, usually the whole request."""
        try:
            return self._plug.send(buffer)
        except BlockingIOError:
            return 0

    async def aclose(self) -> None:
        """Close the socket at once."""
        self._plug.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> httpcore.AsyncNetworkStream:
        """Start TLS; close the socket if that fails."""
        try:
            with _as_httpcore_errors(httpcore.ConnectTimeout, httpcore.ConnectError):
                async with asyncio.timeout(timeout):
                    reader, writer = await asyncio.open_connection(
                        sock=self._plug, ssl=ssl_context, server_hostname=server_hostname
                    )
        except BaseException:
            self._plug.close()
            raise
        return TlsStream(reader, writer)

    def get_extra_info(self, info: str) -> Any:
        """If `info` is `is_readable`, return whether something can be read; otherwise return None.

        The end of the connection counts as readable, too.
        """
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
        """Return the bytes that have arrived, or no bytes at the end of the connection."""
        with _as_httpcore_errors(httpcore.ReadTimeout, httpcore.ReadError):
            async with asyncio.timeout(timeout):
                return await self._reader.read(max_bytes)

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
    ) -> None:
        """Send the whole buffer."""
        with _as_httpcore_errors(httpcore.WriteTimeout, httpcore.WriteError):
            async with asyncio.timeout(timeout):
                self._writer.write(buffer)
                await self._writer.drain()

    async def aclose(self) -> None:
        """Close at once, without waiting for the closing message of TLS."""
        self._writer.transport.abort()

    def get_extra_info(self, info: str) -> Any:
        """Return the value of `ssl_object` or `is_readable`, and None for other names."""
        if info == "ssl_object":
            return self._writer.get_extra_info("ssl_object")
        return self._reader.at_eof() if info == "is_readable" else None


@contextmanager
def _as_httpcore_errors(late: type[Exception], failed: type[Exception]) -> Iterator[None]:
    """Raise errors of the system as errors of httpcore."""
    try:
        yield
    except TimeoutError as error:
        raise late(error) from error
    except OSError as error:  # ssl.SSLError is an OSError
        raise failed(error) from error
