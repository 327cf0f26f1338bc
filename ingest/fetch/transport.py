"""Exchange requests through httpcore, over connections that the guard allows."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from ingest.errors import ConfigError
from ingest.fetch.connections import KEPT_CONNECTIONS, KEPT_SECONDS, Connections
from ingest.fetch.exchange import Headers, Request, Response
from ingest.fetch.failures import as_failures
from ingest.fetch.guard import Guard, GuardedBackend

if TYPE_CHECKING:
    from ingest.config import FetchConfig


class GuardedTransport:
    """A transport over connections that the guard allows.

    httpx.AsyncHTTPTransport accepts no network backend. We could replace the backend of its private
    pool, but if httpx renamed the pool, the guard would silently be lost. So this class is the same
    thin layer over httpcore, with public names only.

    The guard does not check requests with a `proxy`, because the operator chose the proxy, and the
    proxy resolves the names. The module `proxies` decides which requests have a proxy.
    """

    def __init__(self, settings: FetchConfig, guard: Guard) -> None:
        self._context = _tls_context(settings.ca_file)
        self._http2 = settings.http2
        self._direct = Connections(self._context, GuardedBackend(guard), http2=settings.http2)
        self._proxied: dict[str, httpcore.AsyncConnectionPool] = {}

    @asynccontextmanager
    async def exchange(self, request: Request) -> AsyncIterator[Response]:
        """Send a request; yield its response, whose body is still to be read."""
        with as_failures():
            response = await self._send(request)
        try:
            headers = Headers(response.headers)
            yield Response(status=response.status, headers=headers, body=_body_of(response))
        finally:
            await response.aclose()

    async def _send(self, request: Request) -> httpcore.Response:
        connect, idle = request.connect.total_seconds(), request.idle.total_seconds()
        extensions: dict[str, Any] = {
            "timeout": {"connect": connect, "read": idle, "write": idle, "pool": None}
        }
        connections: Connections | httpcore.AsyncConnectionPool = self._direct
        if request.proxy:
            extensions["trace"] = _CloseHalfMade()
            connections = self._through(request.proxy)
        url = httpcore.URL(
            scheme=request.scheme, host=request.host, port=request.port, target=request.target
        )
        return await connections.handle_async_request(
            httpcore.Request(b"GET", url, headers=request.headers, extensions=extensions)
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._direct.aclose()
        for pool in self._proxied.values():
            await pool.aclose()

    def _through(self, proxy: str) -> httpcore.AsyncConnectionPool:
        if proxy not in self._proxied:
            self._proxied[proxy] = httpcore.AsyncConnectionPool(
                ssl_context=self._context,
                proxy=_proxy(proxy, self._context),
                max_connections=None,  # `limits` counts requests instead
                max_keepalive_connections=KEPT_CONNECTIONS,
                keepalive_expiry=KEPT_SECONDS,
                http1=True,
                http2=self._http2,
            )
        return self._proxied[proxy]


class _CloseHalfMade:
    """A trace function for httpcore that closes connections which could not be completed.

    httpcore 1.0 leaves a connection open if a SOCKS proxy declines it, or if a TLS handshake over
    the proxy is cancelled.
    """

    def __init__(self) -> None:
        self._stream: httpcore.AsyncNetworkStream | None = None

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        step = event.partition(".")[2]
        if step == "connect_tcp.complete":
            self._stream = info["return_value"]
        elif step in {"setup_socks5_connection.failed", "start_tls.failed"} and self._stream:
            await self._stream.aclose()


async def _body_of(response: httpcore.Response) -> AsyncIterator[bytes]:
    with as_failures():
        async for part in response.aiter_stream():
            yield part


def _tls_context(ca_file: str) -> ssl.SSLContext:
    """Return a TLS context that trusts the usual authorities, and those in `ca_file`."""
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:
            raise ConfigError("fetch.ca_file", (f"{ca_file}: {error}",)) from error
    return context


def _proxy(address: str, context: ssl.SSLContext) -> httpcore.Proxy:
    proxy = httpx.Proxy(address)
    return httpcore.Proxy(
        url=httpcore.URL(
            scheme=proxy.url.raw_scheme,
            host=proxy.url.raw_host,
            port=proxy.url.port,
            target=proxy.url.raw_path,
        ),
        auth=proxy.raw_auth,
        ssl_context=context if proxy.url.scheme == "https" else None,
    )
