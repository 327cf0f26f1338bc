"""Speak HTTP/1.1 on a connection, one request after the other (RFC 9112).

The parser is llhttp, the parser of Node.js, used through httptools. httpcore's own connection has a
parser in Python, which makes a request 50 % slower. The request is most of the cost of a poll
without news. All errors that are raised are httpcore's exceptions.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator

import httpcore
import httptools

_MOST_OF_HEAD = 100 * 1024  # bytes
_PIECE = 64 * 1024  # bytes
# RFC 9110 sections 5.1 and 5.5: a name is a token, and no value contains a line end.
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_IN_VALUE = re.compile(rb"[\0\r\n]|\A[ \t]|[ \t]\Z")
# The parser accepts these mistakes of servers, as browsers do. Accepting them is dangerous only in
# proxies.
_LENIENCIES = dict.fromkeys(
    [
        "lenient_headers",
        "lenient_chunked_length",
        "lenient_optional_cr_before_lf",
        "lenient_spaces_after_chunk_size",
        "lenient_data_after_close",
    ],
    True,
)


class Http1Connection:
    """A connection with HTTP/1.1; it may be idle for `kept_for` seconds."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, *, kept_for: float) -> None:
        self._stream = stream
        self._kept_for = kept_for
        self._expires = 0.0
        self._reception: Reception | None = None

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request without a body; return the response, whose body is still to be read.

        Raise `httpcore.LocalProtocolError` for a header that cannot be sent.
        """
        timeouts = request.extensions.get("timeout", {})
        await self._stream.write(_head_of(request), timeouts.get("write"))
        self._reception = reception = Reception(self._stream, timeouts.get("read"))
        await reception.receive_head()
        self._expires = time.monotonic() + self._kept_for
        return httpcore.Response(reception.status, headers=reception.headers, content=reception)

    def is_idle(self) -> bool:
        """Return whether the response is complete, so that another request may be sent."""
        return self._reception is not None and self._reception.may_be_reused

    def is_available(self) -> bool:
        """Return the same as `is_idle`, because there is one request at a time."""
        return self.is_idle()

    def has_expired(self) -> bool:
        """Return whether the connection was idle for too long, or the server has closed it."""
        is_readable = self._stream.get_extra_info("is_readable")
        return time.monotonic() > self._expires or bool(is_readable)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()


class Reception:
    """A response that is being received; an asynchronous iterable of the pieces of its body.

    The parser calls the methods that begin with `on_`.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream, timeout: float | None) -> None:
        self._stream = stream
        self._timeout = timeout
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(**_LENIENCIES)
        self._pieces: list[bytes] = []
        self._received = 0
        self._has_head = self._is_complete = self._is_followed = self._is_over = False
        self.headers: list[tuple[bytes, bytes]] = []
        self.status = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Store a header; ignore the trailers of a chunked body."""
        if not self._has_head:
            self.headers.append((name, value.strip(b" \t")))

    def on_headers_complete(self) -> None:
        """Store the status; drop the headers of an interim response (RFC 9110 section 15.2)."""
        self.status = self._parser.get_status_code()
        if self.status >= 200:
            self._has_head = True
        else:
            self.headers.clear()

    def on_body(self, body: bytes) -> None:
        """Store a piece of the body."""
        self._received += len(body)
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        """Record that the response is complete, and whether the connection stays open."""
        if self._has_head and not self._is_complete:
            self._is_complete = True
            self._is_followed = self._parser.should_keep_alive()

    @property
    def may_be_reused(self) -> bool:
        """Return whether the response is complete and the connection stays open."""
        return self._is_complete and self._is_followed and not self._is_over

    async def receive_head(self) -> None:
        """Read the status and headers; raise httpcore's errors."""
        taken = 0
        while not self._has_head:
            taken += await self._feed()
            self._check_progress(taken)
        if any(b"\0" in value for _, value in self.headers):
            raise _bad("a header with a NUL character")
        if self._header(b"transfer-encoding").lower() not in {b"", b"chunked"}:
            raise _bad("a Transfer-Encoding other than chunked")

    def _check_progress(self, taken: int) -> None:
        if not self._has_head and self._is_over:
            raise _bad("Server disconnected without sending a response.")
        if not self._has_head and taken > _MOST_OF_HEAD:
            raise _bad(f"headers of more than {_MOST_OF_HEAD} bytes")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            pieces, self._pieces = self._pieces, []
            for piece in pieces:
                yield piece
            if self._is_complete:
                return
            await self._feed()
            if self._is_over and not self._is_complete:
                self._end_by_closing()
                return

    async def aclose(self) -> None:
        """Do nothing: the owner of the connection closes it."""

    async def _feed(self) -> int:
        data = await self._stream.read(_PIECE, self._timeout)
        if not data:
            self._is_over = True
            return 0
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as error:
            raise _bad("it changes to another protocol, which was not requested") from error
        except httptools.HttpParserError as error:
            self._is_over = True
            if not self._is_complete:  # otherwise these are stray bytes after the response
                raise _bad(str(error)) from error
        return len(data)

    def _end_by_closing(self) -> None:
        """Accept a closed connection as the end of the body, if no header gives the length."""
        what = "peer closed connection without sending complete message body"
        if self._header(b"transfer-encoding"):
            raise _bad(f"{what} (incomplete chunked read)")
        if expected := self._header(b"content-length").decode("latin-1"):
            raise _bad(f"{what} (received {self._received} bytes, expected {expected})")

    def _header(self, wanted: bytes) -> bytes:
        return next((value for name, value in self.headers if name.lower() == wanted), b"")


def _head_of(request: httpcore.Request) -> bytes:
    lines = [b"GET %s HTTP/1.1\r\n" % request.url.target]
    for name, value in request.headers:
        if not _NAME.fullmatch(name) or _NOT_IN_VALUE.search(value):
            raise httpcore.LocalProtocolError(f"the header {name!r} cannot be sent")
        lines.append(b"%s: %s\r\n" % (name, value))
    return b"".join([*lines, b"\r\n"])


def _bad(reason: str) -> httpcore.RemoteProtocolError:
    return httpcore.RemoteProtocolError(reason)
