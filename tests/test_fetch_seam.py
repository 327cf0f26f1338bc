"""`Fetcher` with a scripted transport instead of a network."""

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from ingest.config import FetchConfig
from ingest.errors import ForbiddenAddress, Unreachable
from ingest.fetch import Fetcher
from ingest.fetch.exchange import Failure, Headers, Refused, Response

NOW = datetime(2026, 1, 2, tzinfo=UTC)
URL = "https://example.com/feed?a=b"


class Scripted:
    """A transport that returns these answers in turn: a status, headers and pieces of the body."""

    def __init__(self, *answers):
        self.answers, self.requests, self.is_closed = deque(answers), [], False

    @asynccontextmanager
    async def exchange(self, request):
        self.requests.append(request)
        answer = self.answers.popleft()
        if isinstance(answer, Exception):
            raise answer
        status, headers, pieces = answer
        yield Response(status=status, headers=Headers(headers), body=give(pieces))

    async def aclose(self):
        self.is_closed = True


async def give(pieces):
    for piece in pieces:
        if isinstance(piece, Exception):
            raise piece
        yield piece


def fetch(transport, **wishes):
    async def run():
        config = FetchConfig(host_delay="0s", total_timeout="5s")
        async with Fetcher(config, lambda: NOW, transport=transport) as fetcher:
            return await fetcher.fetch(URL, **wishes)

    try:
        return asyncio.run(run())
    finally:
        assert transport.is_closed


def test_a_request_holds_address_timeout_and_headers():
    transport = Scripted((200, [(b"Content-Type", b"text/xml")], [b"<rss", b"/>"]))
    document = fetch(transport, auth=("me", "secret"), timeout=timedelta(seconds=3))
    assert (document.body, document.content_type) == (b"<rss/>", "text/xml")
    (request,) = transport.requests
    assert (request.scheme, request.host, request.port) == (b"https", b"example.com", None)
    assert (request.target, request.idle, request.proxy) == (
        b"/feed?a=b",
        timedelta(seconds=3),
        None,
    )
    sent = dict(request.headers)
    assert sent[b"host"] == b"example.com"
    assert sent[b"authorization"].startswith(b"Basic ")


def test_cookies_of_redirects_are_sent():
    redirect = (302, [(b"Location", b"/feed?a=b"), (b"Set-Cookie", b"seen=1; Path=/")], [])
    transport = Scripted(redirect, (200, [], [b"<rss/>"]))
    assert fetch(transport).body == b"<rss/>"
    assert [dict(request.headers).get(b"cookie") for request in transport.requests] == [
        None,
        b"seen=1",
    ]


@pytest.mark.parametrize(
    ("failure", "words", "refused", "timed_out"),
    [
        (Failure("no connection", connection_refused=True), "no connection", True, False),
        (Failure("too late", is_timeout=True), "too late", False, False),
        (Failure("silent", is_timeout=True, fell_silent=True), "silent", False, True),
        ((200, [], [b"<r", Failure("half")]), "the body was cut: half", False, False),
        ((200, [], [Failure("silent", is_timeout=True, fell_silent=True)]), "silent", False, True),
    ],
    ids=["refused", "late", "silent", "cut", "silent within the body"],
)
def test_a_failure_of_the_transport_raises_unreachable(failure, words, refused, timed_out):
    with pytest.raises(Unreachable, match=words) as found:
        fetch(Scripted(failure))
    assert (found.value.connection_refused, found.value.timed_out) == (refused, timed_out)


def test_an_address_refused_by_the_transport_raises_forbidden_address():
    with pytest.raises(ForbiddenAddress, match="10.0.0.1"):
        fetch(Scripted(Refused("10.0.0.1")))


def test_repeated_headers_are_joined():
    headers = Headers([(b"Vary", b"a"), (b"VARY", b"b"), (b"X", b"\xe9\xe8")])
    assert headers.get("vary") == "a, b"
    assert headers.items()[2] == ("x", "éè")
    assert "vary" in headers
    assert "via" not in headers
