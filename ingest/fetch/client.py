"""Fetch one document: follow its redirects, and enforce the limits of time and size.

`answers` decides what a response means. `redirects` decides where a redirect leads.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ingest.errors import ForbiddenAddress, Unreachable
from ingest.fetch.answers import Answer, as_document, judge, receive, retry_after
from ingest.fetch.asking import Ask
from ingest.fetch.exchange import Failure, Refused, Request, Transport
from ingest.fetch.guard import Guard, Resolve, Resolver
from ingest.fetch.proxies import Proxies
from ingest.fetch.redirects import FOLLOWED, Cookies, Hop, first_hop, next_hop
from ingest.fetch.transport import GuardedTransport
from ingest.manners import Manners, user_agent
from ingest.urls import server_of
from ingest.values import NO_VALIDATORS

if TYPE_CHECKING:
    from ingest.config import FetchConfig
    from ingest.values import Document, NotModified, Validators

FEED_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)


class Fetcher:
    """The client that fetches documents; an asynchronous context manager, for one event loop.

    `manners` decides when each request may start; the default is a new `Manners`. `resolve`
    replaces the name service of the operating system, and `transport` replaces the network.
    """

    def __init__(
        self,
        settings: FetchConfig,
        clock: Callable[[], datetime],
        *,
        manners: Manners | None = None,
        resolve: Resolve | None = None,
        transport: Transport | None = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._resolver = Resolver(settings.concurrency)
        guard = Guard(settings.allow_private, resolve or self._resolver)
        self._manners = manners or Manners(settings, clock)
        self._transport = transport or GuardedTransport(settings, guard)
        self._agent = user_agent(settings)
        self._proxies = Proxies(proxy=settings.proxy, apart=settings.no_proxy)
        self.own_proxy: str | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._transport.aclose()
        self._resolver.close()

    def via(self, proxy: str | None) -> Fetcher:
        """Return a fetcher that uses another proxy, or no proxy if `proxy` is the word `none`.

        The new fetcher shares connections and limits with this fetcher, and is closed with it.
        """
        if proxy is None:
            return self
        fetcher = copy.copy(self)
        fetcher.own_proxy = proxy
        return fetcher

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators = NO_VALIDATORS,
        accept: str = FEED_ACCEPT,
        headers: Mapping[str, str] = {},
        auth: tuple[str, str] | None = None,
        max_size: int | None = None,
        timeout: timedelta | None = None,  # noqa: ASYNC109 - does not cover the wait for a turn
        host_delay: timedelta | None = None,
        truncate: bool = False,
    ) -> Document | NotModified:
        """Fetch an http(s) address; raise `FetchError` with the address that failed.

        `headers` and `auth` are sent only to the server of `url`, not to other servers after a
        redirect. `timeout` replaces the total and the idle time-out; both begin when the request
        may start. `host_delay` is the time that the host wants between two requests. A body over
        `max_size` bytes is an error, or is cut to that size if `truncate` is true.
        """
        ask = Ask(
            url=url,
            validators=validators,
            headers={
                "user-agent": self._agent,
                "accept": accept,
                **{name.lower(): value for name, value in headers.items()},
            },
            auth=auth,
            max_size=self._settings.max_size if max_size is None else max_size,
            total=timeout or self._settings.total_timeout,
            idle=timeout or self._settings.idle_timeout,
            delay=host_delay,
            truncate=truncate,
        )
        hop, answer, elapsed = await self._follow(ask)
        return judge(ask, hop, answer, self._clock(), elapsed)

    async def fetch_document(
        self,
        url: str,
        *,
        accept: str = FEED_ACCEPT,
        max_size: int | None = None,
        host_delay: timedelta | None = None,
    ) -> Document:
        """Fetch an http(s) address without validators; raise `FetchError`."""
        answer = await self.fetch(url, accept=accept, max_size=max_size, host_delay=host_delay)
        return as_document(answer)

    async def _follow(self, ask: Ask) -> tuple[Hop, Answer, timedelta]:
        """Follow redirects; return the first answer that is not a redirect."""
        hop = first_hop(ask.url)
        cookies = Cookies()
        elapsed = timedelta(0)
        while True:
            address = ask.address_at(hop)
            server = server_of(address)
            async with self._manners.turn(hop.url.host, ask.delay):
                self._manners.check(server, address)
                started = _now()
                answer = await self._visit(ask, hop, cookies, ask.total - elapsed)
                elapsed += timedelta(seconds=_now() - started)
                wait = retry_after(answer.headers, self._clock())
                self._manners.note_status(server, answer.status, wait)
            if answer.status not in FOLLOWED:
                return hop, answer, elapsed
            hop = next_hop(
                hop,
                ask.url,
                answer.status,
                answer.location,
                cookies=answer.cookies,
                most=self._settings.max_redirects,
            )

    async def _visit(self, ask: Ask, hop: Hop, cookies: Cookies, left: timedelta) -> Answer:
        """Send one request and read its response; raise `FetchError`."""
        address, cookie = ask.address_at(hop), cookies.header_for(hop.url)
        request = self._request(ask, hop, cookie)
        bound = asyncio.timeout(max(left.total_seconds(), 0))
        try:
            async with bound, self._transport.exchange(request) as response:
                cookies.take(hop.url, response.headers)
                answer = await receive(
                    ask.url, response, max_size=ask.max_size, truncate=ask.truncate
                )
        except Refused as error:
            raise ForbiddenAddress(address, error.address) from error
        except (Failure, Unreachable, TimeoutError) as error:
            if bound.expired():
                reason = f"it took longer than {ask.total.total_seconds():g} s"
                raise Unreachable(address, reason, timed_out=True) from error
            if isinstance(error, Failure):
                raise Unreachable(
                    address,
                    str(error),
                    connection_refused=error.connection_refused,
                    timed_out=error.fell_silent,
                ) from error
            raise
        return replace(answer, cookies=cookie)

    def _request(self, ask: Ask, hop: Hop, cookie: str) -> Request:
        url = hop.url
        headers = [(b"host", url.netloc), *ask.headers_for(hop)]
        if cookie:
            headers.append((b"cookie", cookie.encode("latin-1", "replace")))
        return Request(
            scheme=url.raw_scheme,
            host=url.raw_host,
            port=url.port,
            target=url.raw_path,
            headers=headers,
            connect=self._settings.connect_timeout,
            idle=ask.idle,
            proxy=self._proxies.way_to(url.host, self.own_proxy),
        )


def _now() -> float:
    return asyncio.get_running_loop().time()
