"""httpx over connections that the guard has allowed."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from ingest.errors import ConfigError
from ingest.fetch.connections import KEPT_CONNECTIONS, KEPT_SECONDS, Connections
from ingest.fetch.guard import Guard, GuardedBackend

if TYPE_CHECKING:
    from ingest.config import FetchConfig


class GuardedTransport(httpx.AsyncBaseTransport):
    """A transport that connects only where the guard allows.

    httpx.AsyncHTTPTransport takes no network backend, and to swap the one in its private pool
    would fail silently, and open, on the day that the pool is renamed. So this is the same thin
    layer over httpcore's pool, made of public names only. It lets httpcore's errors through as
    they are: `failures` puts them into words.

    A request whose extensions name a `proxy` goes through it: its address is the operator's own
    choice, and the names are its to resolve. `proxies` says which requests these are.
    """

    def __init__(self, settings: FetchConfig, guard: Guard) -> None:
        self._context = _tls_context(settings.ca_file)
        self._http2 = settings.http2
        self._direct = Connections(self._context, GuardedBackend(guard), http2=settings.http2)
        self._proxied: dict[str, httpcore.AsyncConnectionPool] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the response's body is still to be read."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        proxy: str | None = request.extensions.get("proxy")
        extensions = {name: v for name, v in request.extensions.items() if name != "proxy"}
        connections: Connections | httpcore.AsyncConnectionPool = self._direct
        if proxy:
            extensions["trace"] = _CloseHalfMade()
            connections = self._through(proxy)
        response = await connections.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=extensions,
            )
        )
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Stream(response),
            extensions=response.extensions,
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
                max_connections=None,  # `limits` counts
                max_keepalive_connections=KEPT_CONNECTIONS,
                keepalive_expiry=KEPT_SECONDS,
                http1=True,
                http2=self._http2,
            )
        return self._proxied[proxy]


class _CloseHalfMade:
    """Closes a connection whose making fails half-way, which httpcore 1.0 leaves open where a
    SOCKS proxy declines and where a TLS handshake over one is cancelled.
    """

    def __init__(self) -> None:
        self._stream: httpcore.AsyncNetworkStream | None = None

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        step = event.partition(".")[2]
        if step == "connect_tcp.complete":
            self._stream = info["return_value"]
        elif step in {"setup_socks5_connection.failed", "start_tls.failed"} and self._stream:
            await self._stream.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._response.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._response.aclose()


def _tls_context(ca_file: str) -> ssl.SSLContext:
    """Trust the usual authorities, and those of the file beside them."""
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
