"""HTTP/1.1 responses, valid and invalid, read byte by byte and all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import httpcore
import pytest

from ingest.fetch.http1 import Http1Connection

OK = b"HTTP/1.1 200 OK\r\n"
ONE = OK + b"Content-Length: 1\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


class Wire(httpcore.AsyncNetworkStream):
    """A connection with bytes ready to read; after them it is closed."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = list(pieces)
        self.sent = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return self._pieces.pop(0) if self._pieces else b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        self.sent += buffer

    async def aclose(self) -> None:
        pass

    def get_extra_info(self, info: str) -> Any:
        return None


def request(*pieces: bytes, **headers: str) -> tuple[httpcore.Response, bytes, Http1Connection]:
    """Make one request; return the response, its body and the connection."""

    async def ask() -> tuple[httpcore.Response, bytes, Http1Connection]:
        connection = Http1Connection(Wire(pieces), kept_for=5)
        response = await connection.handle_async_request(
            httpcore.Request("GET", "http://news.example.cn/feed", headers=list(headers.items()))
        )
        body = b"".join([piece async for piece in response.aiter_stream()])
        return response, body, connection

    return asyncio.run(ask())


@pytest.mark.parametrize("by_byte", [False, True], ids=["at once", "byte by byte"])
@pytest.mark.parametrize(
    ("sent", "status", "body", "is_kept"),
    [
        pytest.param(OK + b"Content-Length: 3\r\n\r\nabc", 200, b"abc", True, id="length"),
        pytest.param(OK + b"\r\nabc", 200, b"abc", False, id="until it closes"),
        pytest.param(b"HTTP/1.0 200 OK\r\n\r\nabc", 200, b"abc", False, id="HTTP/1.0"),
        pytest.param(ONE + b"Connection: close\r\n\r\na", 200, b"a", False, id="close"),
        pytest.param(
            CHUNKED + b"3;x=y\r\nabc\r\n0\r\nX: y\r\n\r\n", 200, b"abc", True, id="chunks"
        ),
        pytest.param(CHUNKED + b"1  \r\na\r\n0\r\n\r\n", 200, b"a", True, id="blanks in a chunk"),
        pytest.param(b"HTTP/1.1 204 X\r\nContent-Length: 9\r\n\r\n", 204, b"", True, id="204"),
        pytest.param(b"HTTP/1.1 304 X\r\nContent-Length: 9\r\n\r\n", 304, b"", True, id="304"),
        pytest.param(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
            + ONE
            + b"\r\na",
            *(200, b"a", True),
            id="interim responses",
        ),
        pytest.param(
            b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na", 200, b"a", True, id="no reason"
        ),
        pytest.param(b"HTTP/1.1 200 OK\nContent-Length: 1\n\na", 200, b"a", True, id="no CR"),
        pytest.param(ONE + b"X: a\r\n b\r\n\r\na", 200, b"a", True, id="a folded header"),
        pytest.param(ONE + b"X: a\x01b\r\n\r\na", 200, b"a", True, id="a control character"),
        pytest.param(
            "HTTP/1.1 404 找不到\r\nContent-Length: 1\r\nX: 中文\r\n\r\na".encode("gbk"),
            *(404, b"a", True),
            id="GBK",
        ),
        pytest.param(
            OK + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
            *(200, b"a", True),
            id="length and chunks",
        ),
        pytest.param(
            ONE + b"Upgrade: h2,h2c\r\nConnection: Upgrade, Keep-Alive\r\n\r\na",
            *(200, b"a", True),
            id="an upgrade on offer",
        ),
    ],
)
def test_a_valid_response_is_read(
    sent: bytes, status: int, body: bytes, is_kept: bool, by_byte: bool
) -> None:
    pieces = [sent[n : n + 1] for n in range(len(sent))] if by_byte else [sent]
    response, received, connection = request(*pieces)
    assert (response.status, received, connection.is_idle()) == (status, body, is_kept)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"", "without sending a response"),
        (OK + b"Content-Le", "without sending a response"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "Expected HTTP/"),
        (b"<html>", "Expected HTTP/"),
        (b"ICY 200 OK\r\n\r\n", "Expected HTTP/"),
        (b"HTTP/1.1 2 OK\r\n\r\n", "Invalid status code"),
        (OK + b"nonsense\r\n\r\n", "Invalid header token"),
        (OK + b"X: a\0b\r\n\r\n", "a NUL character"),
        (OK + b"Content-Length: -1\r\n\r\n", "Content-Length"),
        (ONE + b"Content-Length: 2\r\n\r\nab", "Content-Length"),
        (OK + b"Content-Length: 9\r\n\r\na", r"\(received 1 bytes, expected 9\)"),
        (CHUNKED + b"3\r\nab", "incomplete chunked read"),
        (CHUNKED + b"zz\r\nab", "chunk size"),
        (OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n", "other than chunked"),
        (b"HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nzzz", "another protocol"),
        (OK + b"X: y\r\n" * 30_000, "headers of more than 102400 bytes"),
    ],
)
def test_an_invalid_response_raises_an_error(sent: bytes, told: str) -> None:
    pieces = [sent[n : n + 60_000] for n in range(0, len(sent), 60_000)]
    with pytest.raises(httpcore.RemoteProtocolError, match=told):
        request(*pieces)


def test_headers_are_returned_as_sent_without_trailers() -> None:
    response, _, _ = request(
        CHUNKED.replace(b"\r\n\r\n", b"\r\nx-A:\t b \r\n\r\n") + b"0\r\nT: t\r\n\r\n"
    )
    assert response.headers == [(b"Transfer-Encoding", b"chunked"), (b"x-A", b"b")]


def test_extra_bytes_after_a_response_close_the_connection() -> None:
    response, body, connection = request(ONE + b"\r\nab!")
    assert (response.status, body, connection.is_idle()) == (200, b"a", False)


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\nb", "a\0", " a", "a "])
def test_an_invalid_header_value_is_not_sent(value: str) -> None:
    with pytest.raises(httpcore.LocalProtocolError) as caught:
        request(OK, Cookie=value)
    assert value not in str(caught.value)
