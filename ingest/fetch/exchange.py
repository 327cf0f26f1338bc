"""The interface between `Fetcher` and an HTTP library: requests and responses as values.

`Fetcher` uses only the names of this module. `transport.GuardedTransport` implements `Transport`;
another library would need another class with the same two methods.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A GET request without a body, with every header to send.

    `host` is ASCII (IDNA), and `target` is the path with its query. `connect` limits the time to
    connect, and `idle` limits every later wait. `proxy` is the address of the proxy, if any.
    """

    scheme: bytes
    host: bytes
    port: int | None
    target: bytes
    headers: Sequence[tuple[bytes, bytes]]
    connect: timedelta
    idle: timedelta
    proxy: str | None = None


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers of a response, as received."""

    raw: Sequence[tuple[bytes, bytes]] = ()

    def get(self, name: str, default: str = "") -> str:
        """Return the values of a header, joined by commas (RFC 9110 section 5.2)."""
        wanted = name.encode()
        found = [_text(value) for key, value in self.raw if key.lower() == wanted]
        return ", ".join(found) if found else default

    def __contains__(self, name: str) -> bool:
        wanted = name.encode()
        return any(key.lower() == wanted for key, _ in self.raw)

    def items(self) -> list[tuple[str, str]]:
        """Return the names, in lower case, and the values."""
        return [(_text(name).lower(), _text(value)) for name, value in self.raw]


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A response whose body is not read yet; `body` yields bytes with their content codings."""

    status: int
    headers: Headers
    body: AsyncIterator[bytes]


class Failure(Exception):
    """The response is missing or incomplete; the message tells the operator why.

    `is_timeout` is true if a wait took too long. `fell_silent` is true if the connection was open,
    but the server sent nothing.
    """

    def __init__(
        self,
        reason: str,
        *,
        connection_refused: bool = False,
        is_timeout: bool = False,
        fell_silent: bool = False,
    ) -> None:
        super().__init__(reason)
        self.connection_refused = connection_refused
        self.is_timeout = is_timeout
        self.fell_silent = fell_silent


class Refused(Exception):
    """The guard allows no address of the host."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class Transport(Protocol):
    """The interface of an HTTP library, for one event loop."""

    def exchange(self, request: Request) -> AbstractAsyncContextManager[Response]:
        """Send a request; yield its response, and release the connection at the end.

        Raise `Refused` or `Failure`. Reading the body may also raise `Failure`.
        """

    async def aclose(self) -> None:
        """Close every connection."""


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
