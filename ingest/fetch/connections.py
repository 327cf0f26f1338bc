"""Open and reuse connections; each connection has one request at a time.

For each request, httpcore's own pool visits all its connections. With many hosts, that takes longer
than the request itself. This pool finds a connection by its scheme, host and port.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from typing import TypeAlias

import httpcore

from ingest.fetch.http1 import Http1Connection

# Feeds are requested about once an hour, so connections are mostly reused for redirects and article
# pages.
KEPT_CONNECTIONS = 32
KEPT_SECONDS = 5.0

_Place = tuple[bytes, bytes, int]
Connection: TypeAlias = Http1Connection | httpcore.AsyncHTTP2Connection


class Connections:
    """A pool that makes connections with `backend`, and keeps some idle ones."""

    def __init__(
        self, context: ssl.SSLContext, backend: httpcore.AsyncNetworkBackend, *, http2: bool
    ) -> None:
        context.set_alpn_protocols(["http/1.1", "h2"] if http2 else ["http/1.1"])
        self._context = context
        self._backend = backend
        # The connection that has been idle for longest comes first.
        self._idle: dict[_Place, Connection] = {}

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request; keep or close its connection when the response is closed."""
        origin = request.url.origin
        connection = await self._take_idle((origin.scheme, origin.host, origin.port))
        if connection is None:
            connection = await self._connect(origin, request)
        try:
            response = await connection.handle_async_request(request)
        except BaseException:
            await connection.aclose()
            raise
        return httpcore.Response(
            status=response.status,
            headers=response.headers,
            content=_Content(self, origin, connection, response),
            extensions=response.extensions,
        )

    async def _take_idle(self, place: _Place) -> Connection | None:
        connection = self._idle.pop(place, None)
        if connection is not None and (connection.has_expired() or not connection.is_available()):
            await connection.aclose()
            return None
        return connection

    async def _connect(self, origin: httpcore.Origin, request: httpcore.Request) -> Connection:
        """Make a connection; TLS negotiates the protocol (RFC 7301)."""
        host = origin.host.decode("ascii")
        seconds = request.extensions.get("timeout", {}).get("connect")
        stream = await self._backend.connect_tcp(host, origin.port, seconds)
        if origin.scheme == b"https":
            stream = await stream.start_tls(self._context, host, seconds)
            tls = stream.get_extra_info("ssl_object")
            if tls is not None and tls.selected_alpn_protocol() == "h2":
                return httpcore.AsyncHTTP2Connection(
                    origin=origin, stream=stream, keepalive_expiry=KEPT_SECONDS
                )
        return Http1Connection(stream, kept_for=KEPT_SECONDS)

    async def give_back(self, origin: httpcore.Origin, connection: Connection) -> None:
        """Keep a reusable connection, and close connections that have been idle too long."""
        place = (origin.scheme, origin.host, origin.port)
        if place in self._idle or not connection.is_idle() or connection.has_expired():
            await connection.aclose()
        else:
            self._idle[place] = connection
        while self._idle:
            oldest = next(iter(self._idle))
            if len(self._idle) <= KEPT_CONNECTIONS and not self._idle[oldest].has_expired():
                break
            await self._idle.pop(oldest).aclose()

    async def aclose(self) -> None:
        """Close the idle connections."""
        while self._idle:
            await self._idle.popitem()[1].aclose()


class _Content:
    """A response's body; closing it returns the connection to the pool."""

    def __init__(
        self,
        connections: Connections,
        origin: httpcore.Origin,
        connection: Connection,
        response: httpcore.Response,
    ) -> None:
        self._connections = connections
        self._origin = origin
        self._connection = connection
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._response.aiter_stream():
            yield part

    async def aclose(self) -> None:
        try:
            await self._response.aclose()
        finally:
            await self._connections.give_back(self._origin, self._connection)
