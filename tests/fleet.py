"""Serve feeds, some of them faulty, on hundreds of hosts in one process; record all requests.

Each host is an address of 127.0.0.0/8. All hosts listen on the same port.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Self

from tests.support import item, rss

LONG = 3600.0
_FOREVER = 10_000


@dataclass(frozen=True, slots=True)
class Request:
    """A request that a host received; `at` is a `time.monotonic()`."""

    host: str
    path: str
    at: float
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """The bytes to send, repeated `times` times, with `pause` seconds after each piece.

    If `reset` is true, the connection is reset at the end.
    """

    content: bytes
    pause: float = 0.0
    piece: int = 1 << 16
    times: int = 1
    reset: bool = False


Respond = Callable[[Request, int], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The behaviour of a feed.

    `apart` is the number of seconds that the feed asks for between two polls. `kind` is the error
    kind that Guidang must record, or None for a healthy feed. With `for_host`, the wish applies to
    all feeds of the host.
    """

    name: str
    respond: Respond
    apart: float = 0.0
    kind: str | None = None
    for_host: bool = False


def http(status: int, body: str | bytes = b"", /, length: int | None = None, **named: str) -> bytes:
    """Return an HTTP answer; `named` are headers, written with underscores."""
    content = body.encode() if isinstance(body, str) else body
    headers = {"Content-Type": "text/xml", "Date": formatdate(usegmt=True)} | {
        name.replace("_", "-"): value for name, value in named.items()
    }
    headers["Content-Length"] = str(len(content) if length is None else length)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} X\r\nConnection: close\r\n{lines}\r\n".encode() + content


def news(request: Request, count: int, extra: str = "") -> str:
    """Return a feed that has one more entry after every second request, up to ten."""
    name = f"{request.host}{request.path}"
    items = [item(f"{name}-{n}") for n in range(min(1 + count // 2, 10))]
    feed = rss(*items, title=name, link=f"http://{request.host}/")
    return feed.replace("<description>d</description>", f"<description>d</description>{extra}")


def healthy(extra: str = "", **headers: str) -> Respond:
    return lambda request, count: Reply(http(200, news(request, count, extra), **headers))


def fixed(content: bytes, **faults: float | bool) -> Respond:
    return lambda request, count: Reply(content, **faults)  # type: ignore[arg-type]


def with_etag(request: Request, count: int) -> Reply:
    if request.headers.get("if-none-match") == '"1"':
        return Reply(http(304, ETag='"1"'))
    return Reply(http(200, news(request, 0), ETag='"1"'))


def in_future(seconds: float) -> str:
    return formatdate(time.time() + seconds, usegmt=True)


def redirect(location: str, status: int = 302) -> Respond:
    return lambda request, count: Reply(
        http(status, Location=location.replace("{own}", request.path.partition("?")[0]))
    )


def redirect_permanently(request: Request, count: int) -> Reply:
    if request.path.endswith("?moved"):
        return Reply(http(200, news(request, 0)))
    return Reply(http(301, Location=f"{request.path}?moved"))


def redirect_in_circle(request: Request, count: int) -> Reply:
    """Redirect between two addresses."""
    path = request.path.partition("?")[0]
    return Reply(http(302, Location=path if request.path.endswith("?b") else f"{path}?b"))


def redirect_elsewhere(request: Request, count: int) -> Reply:
    """Redirect to a new address each time."""
    return Reply(http(302, Location=f"{request.path.partition('?')[0]}?{count}-{time.monotonic()}"))


def redirect_twice(location: str) -> Respond:
    """Return a function that redirects to an allowed address, and from there to `location`."""

    def respond(request: Request, count: int) -> Reply:
        is_second = request.path.endswith("?next")
        return Reply(http(302, Location=location if is_second else f"{request.path}?next"))

    return respond


HOURLY = (
    '<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">hourly'
    "</sy:updatePeriod>"
)
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def all_hours_but_one() -> str:
    """Return a <skipHours> of all hours except the one that begins in about twelve hours."""
    wanted = (time.gmtime().tm_hour + 12) % 24
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24) if hour != wanted)
    return f"<skipHours>{hours}</skipHours>"


def all_days_but_one() -> str:
    """Return a <skipDays> of all days except the one in three days."""
    wanted = (time.gmtime().tm_wday + 3) % 7
    days = "".join(f"<day>{day}</day>" for n, day in enumerate(_DAYS) if n != wanted)
    return f"<skipDays>{days}</skipDays>"


def with_wish(wish: Callable[[], str]) -> Respond:
    return lambda request, count: Reply(http(200, news(request, count, wish())))


PRIVATE = (
    "http://10.0.0.1/", "http://169.254.169.254/latest", "http://[::ffff:10.0.0.1]/",
    "http://2852039166/", "http://0xa9fea9fe/", "http://0251.0376.0251.0376/",
    "http://[64:ff9b::a9fe:a9fe]/", "http://192.168.1.1:8080/", "http://[fe80::1]/", "http://[::]/",
)  # fmt: skip


def _kind_of(url: str) -> str:
    """Return the error kind of a redirect to `url`; the URL parser rejects the octal spelling."""
    return "bad_redirect" if "//0251." in url else "forbidden_address"


LOGIN = "<html><title>请登录</title><form><input type=password></form></html>"
FEED = rss(item(1))

WAYS = (
    Way(name="plain", respond=healthy()),
    Way(name="validated", respond=with_etag),
    Way(name="max-age", respond=healthy(Cache_Control="max-age=7"), apart=7),
    Way(
        name="expires",
        respond=lambda a, n: Reply(http(200, news(a, n), Expires=in_future(7))),
        apart=6,
    ),
    Way(name="ttl", respond=healthy(extra="<ttl>60</ttl>"), apart=LONG),
    Way(name="hourly", respond=healthy(extra=HOURLY), apart=LONG),
    Way(name="skipped-hours", respond=with_wish(all_hours_but_one), apart=LONG),
    Way(name="skipped-days", respond=with_wish(all_days_but_one), apart=LONG),
    Way(name="busy", respond=fixed(http(503, Retry_After="7")), apart=7, kind="bad_status"),
    Way(
        name="busy-until",
        respond=lambda a, n: Reply(http(503, Retry_After=in_future(8))),
        apart=6,
        kind="bad_status",
    ),
    Way(name="busy-long", respond=fixed(http(503, Retry_After="3600")), apart=LONG,
        kind="bad_status"),
    Way(name="too-many", respond=fixed(http(429)), kind="bad_status"),
    Way(name="missing", respond=fixed(http(404)), kind="gone"),
    Way(name="gone", respond=fixed(http(410)), apart=LONG, kind="gone"),
    Way(name="broken", respond=fixed(http(500)), kind="bad_status"),
    Way(name="dripping", respond=fixed(http(200, FEED), pause=0.5, piece=1), kind="unreachable"),
    Way(name="reset", respond=fixed(b"", reset=True), kind="unreachable"),
    Way(name="cut", respond=fixed(http(200, FEED)[:-300], reset=True), kind="unreachable"),
    Way(name="too-short", respond=fixed(http(200, FEED, length=99_999)), kind="unreachable"),
    Way(name="too-long", respond=fixed(http(200, FEED, length=20)), kind="parse"),
    Way(name="endless", respond=fixed(http(200, length=1 << 40) + b" " * 9999, times=_FOREVER),
        kind="too_large"),
    Way(name="loop", respond=redirect("{own}"), kind="bad_redirect"),
    Way(name="round", respond=redirect_in_circle, kind="bad_redirect"),
    Way(name="far", respond=redirect_elsewhere, kind="bad_redirect"),
    Way(name="chained", respond=redirect_twice("http://10.0.0.1/"), kind="forbidden_address"),
    Way(name="login", respond=fixed(http(200, LOGIN)), kind="parse"),
    Way(name="moved", respond=redirect_permanently),
    *(
        Way(name=f"private-{n}", respond=redirect(url), kind=_kind_of(url))
        for n, url in enumerate(PRIVATE)
    ),
    Way(name="all-busy", respond=fixed(http(429, Retry_After="9")), apart=9, kind="bad_status",
        for_host=True),
    Way(name="all-busy-until", respond=lambda a, n: Reply(http(429, Retry_After=in_future(10))),
        apart=8, kind="bad_status", for_host=True),
)  # fmt: skip


@dataclass
class Fleet:
    """The server of all hosts; a context manager."""

    hosts: int
    ways: Mapping[str, Way] = field(default_factory=lambda: {way.name: way for way in WAYS})

    def __post_init__(self) -> None:
        self.names = [f"127.40.{n // 250}.{n % 250 + 1}" for n in range(self.hosts)]
        self.requests: list[Request] = []
        self.peak: Counter[str] = Counter()
        self._in_flight: Counter[str] = Counter()
        self._is_closing = False
        self._open: set[asyncio.StreamWriter] = set()
        self._counts: defaultdict[str, int] = defaultdict(int)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]

    def __enter__(self) -> Self:
        self._thread.start()
        starting = asyncio.start_server(
            self._serve, self.names, self.port, backlog=512, reuse_address=True
        )
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result()
        return self

    def __exit__(self, *error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        self._is_closing = True
        for writer in self._open:
            writer.transport.abort()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)

    def url(self, number: int, way: Way) -> str:
        """Return the URL of a feed; feeds whose wishes apply to the host have separate hosts."""
        own = max(1, self.hosts // 10)
        place = number % own if way.for_host else own + number % (self.hosts - own)
        return f"http://{self.names[place]}:{self.port}/{way.name}/{number}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        self._open.add(writer)
        self._in_flight[host] += 1
        self.peak[host] = max(self.peak[host], self._in_flight[host])
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            await self._answer(host, reader, writer)
        self._in_flight[host] -= 1
        self._open.discard(writer)
        writer.close()

    async def _answer(
        self, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        path = head[0].split(" ")[1]
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:])}
        request = Request(host=host, path=path, at=time.monotonic(), headers=headers)
        self.requests.append(request)
        self._counts[f"{host}{path}"] += 1
        way = self.ways[path.split("/")[1]]
        reply = way.respond(request, self._counts[f"{host}{path}"])
        for piece in _pieces(reply):
            if self._is_closing:
                return
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(reply.pause)
        if reply.reset:
            # A zero linger time makes close() send RST instead of FIN.
            connection = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _pieces(reply: Reply) -> Iterator[bytes]:
    for _ in range(reply.times):
        for start in range(0, len(reply.content), reply.piece):
            yield reply.content[start : start + reply.piece]
