"""Resolve host names to addresses that Guidang may connect to; only this module resolves names.

A name is resolved once for each connection, and the connection goes to the address that was
checked. So a name that later resolves to another address (DNS rebinding) does no harm. Every
spelling of an address (decimal, octal, hexadecimal, short) is checked as the operating system
reads it.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpcore

from ingest.fetch.addresses import Network, is_allowed, parse_literal
from ingest.fetch.exchange import Refused
from ingest.fetch.network import connect

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Resolver:
    """The operating system's name service, called in separate threads.

    asyncio would use the few threads of its default executor. There, a few name servers that do
    not answer would block all other work.
    """

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolve")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return the addresses of a host in the order the system prefers; raise `OSError`."""
        answers = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(answer[4][0]) for answer in answers))

    def close(self) -> None:
        """Stop without waiting for answers that are no longer needed."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Guard:
    """The guard, which decides to which addresses of a host Guidang may connect."""

    def __init__(self, allow_private: tuple[Network, ...], resolve: Resolve) -> None:
        self._allow_private = allow_private
        self._resolve = resolve

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Return the allowed addresses of a host; raise `Refused` or `OSError` if it has none."""
        found = [host] if parse_literal(host) else await self._look_up(host, port)
        allowed = [address for address in found if is_allowed(address, self._allow_private)]
        if not allowed:
            # The message also has the name, by which the operator knows the host.
            raise Refused(found[0] if found[0] == host else f"{found[0]} ({host})")
        return allowed

    async def _look_up(self, host: str, port: int) -> Sequence[str]:
        try:
            found = await self._resolve(host, port)
        except UnicodeError:  # a part of the name is empty or too long
            found = []
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no such host")
        return found


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """A network backend for httpcore that connects only to addresses that the guard allows."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,  # noqa: ARG002 - never set
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - never set
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first allowed address that answers within `timeout` seconds in total."""
        loop = asyncio.get_running_loop()
        deadline = None if timeout is None else loop.time() + timeout
        addresses = await _within(timeout, self._guard.addresses(host, port))
        failure: Exception = httpcore.ConnectError("no address")
        for position, address in enumerate(addresses):
            # The remaining time is divided among the remaining addresses. If the first address
            # (often IPv6) does not answer, there is still time for the second.
            left = None if deadline is None else max(deadline - loop.time(), 0.001)
            share = None if left is None else left / (len(addresses) - position)
            try:
                return await connect(address, port, share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self, path: str, *_options: Any, **_named_options: Any
    ) -> httpcore.AsyncNetworkStream:
        """Refuse to connect: no feed is served by a local socket."""
        raise Refused(path)

    async def sleep(self, seconds: float) -> None:
        """Wait between two attempts."""
        await asyncio.sleep(seconds)


async def _within(seconds: float | None, addresses: Awaitable[Sequence[str]]) -> Sequence[str]:
    try:
        async with asyncio.timeout(seconds):
            return await addresses
    except TimeoutError as error:
        raise httpcore.ConnectTimeout("the name service did not answer") from error
