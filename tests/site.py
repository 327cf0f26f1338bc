"""A real HTTP/1.1 server on loopback with scripted answers, which records all requests.

    with Site() as site:
        site.set("/feed.xml", "<rss…", content_type="application/rss+xml", etag='"1"')
        site.redirect("/old.xml", "/feed.xml", status=301)
        site.script("/flaky", Answer(status=503), Answer(body="better now"))
        site.set("/whoami", lambda request: request.headers["user-agent"])
        … fetch site.url("/feed.xml") …
        assert [request.path for request in site.requests] == ["/feed.xml"]

`set` takes the body and the fields of `Answer`. The fields also describe faults: delays, resets,
cut and endless bodies. A path is looked up first with its query, then without its query. A path
that is not set gives a 404. A site can listen on any address of 127.0.0.0/8 (`Site("127.3.0.1")`),
so that each of many sites is a separate host. `Site(tls=context)` uses TLS.
"""

from __future__ import annotations

import email.utils
import gzip
import socket
import socketserver
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import brotli  # type: ignore[import-untyped]
import zstandard

Encoding = Literal["gzip", "deflate", "br", "zstd"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. Header names are in lower case, and `path` includes the query.

    `target` is the target in the request line: an absolute URL if the site serves as a proxy.
    `port` is the client's port, which differs for each connection. `at` is the value of
    `time.monotonic()` when the request arrived.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    target: str
    client: str
    port: int
    at: float
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer, and the faults to produce while it is sent.

    `encoding` compresses the body. For a false label, set Content-Encoding in `headers` instead.
    `etag` and `last_modified` (an HTTP date) make the site answer 304 to requests that send them.
    `delay` is the number of seconds before the first byte. `pause` is the number of seconds before
    each piece of `piece` bytes. `cut` closes the connection after that many bytes of the body,
    although Content-Length names the full length. `reset` closes the connection without an
    answer. `endless` repeats the body without end. `chunked` sends no Content-Length.
    """

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = "text/xml; charset=utf-8"
    etag: str | None = None
    last_modified: str | None = None
    encoding: Encoding | None = None
    delay: float = 0
    pause: float = 0
    piece: int = 65536
    cut: int | None = None
    reset: bool = False
    endless: bool = False
    chunked: bool = False


Respond = Callable[[Request], Answer | bytes | str]


class Site:
    """The server; a context manager.

    `requests` lists all requests in order of arrival. `in_flight` is the number of requests that
    are being answered now. `peak` is the largest such number so far.
    """

    def __init__(
        self, host: str = "127.0.0.1", port: int = 0, *, tls: ssl.SSLContext | None = None
    ) -> None:
        self.requests: list[Request] = []
        self.peak = 0
        self.host = host
        self._scheme = "https" if tls else "http"
        self._answers: dict[str, Respond] = {}
        self._default: Respond = _not_found
        self._lock = threading.Lock()
        self._answering: set[int] = set()
        self._closing = threading.Event()
        self._server = _Server((host, port), self, tls)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop at once, even while requests are being answered."""
        self._closing.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._server.close_connections()

    def url(self, path: str = "/", *, host: str | None = None) -> str:
        """Return the URL of a path; `host` replaces the site's own host name."""
        return f"{self._scheme}://{host or self.host}:{self.port}{path}"

    def set(self, path: str, body: bytes | str | Respond = b"", **answer: Any) -> None:
        """Answer `path` with a body and fields of `Answer`, or with the result of a function."""
        if callable(body):
            self._answers[path] = body
        else:
            fixed = Answer(body=body, **answer)
            self._answers[path] = lambda request: fixed

    def set_default(self, respond: Respond) -> None:
        """Answer all paths that are not set with the result of a function."""
        self._default = respond

    def redirect(self, path: str, to: str, *, status: int = 302, **answer: Any) -> None:
        """Answer `path` with a redirect."""
        headers = {"Location": to, **answer.pop("headers", {})}
        self.set(path, status=status, headers=headers, **answer)

    def script(self, path: str, *answers: Answer) -> None:
        """Answer the requests to `path` with these answers in turn; the last one is repeated."""
        remaining = list(answers)
        self.set(path, lambda request: remaining.pop(0) if len(remaining) > 1 else remaining[0])

    def unset(self, path: str) -> None:
        """Answer `path` with 404 again."""
        self._answers.pop(path, None)

    def requests_to(self, path: str) -> list[Request]:
        """Return the requests to a path, with any query."""
        return [r for r in self.requests if path in {r.path, r.path.partition("?")[0]}]

    def clear(self) -> None:
        """Delete the recorded requests."""
        with self._lock:
            self.requests.clear()
            self.peak = 0

    @property
    def in_flight(self) -> int:
        return len(self._answering)

    def _begin(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            self._answering.add(id(request))
            self.peak = max(self.peak, self.in_flight)
            respond = self._answers.get(request.path) or self._answers.get(
                request.path.partition("?")[0], self._default
            )
        answer = respond(request)
        return answer if isinstance(answer, Answer) else Answer(body=answer)

    def _end(self, request: Request) -> None:
        with self._lock:
            self._answering.discard(id(request))

    def _wait(self, seconds: float) -> None:
        """Wait; raise ConnectionAbortedError if the site is closed meanwhile."""
        if seconds and self._closing.wait(seconds):
            raise ConnectionAbortedError


def _not_found(request: Request) -> Answer:
    return Answer(status=404, body="nothing here", content_type="text/plain")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 512

    def __init__(self, address: tuple[str, int], site: Site, tls: ssl.SSLContext | None) -> None:
        self.site = site
        self._tls = tls
        self._open: dict[int, socket.socket] = {}
        super().__init__(address, _Handler)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        connection: socket.socket = request
        number = connection.fileno()
        self._open[number] = connection
        try:
            if self._tls:
                # The handshake runs in the connection's own thread, so a slow client delays no
                # other client.
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open[number] = connection
            self.finish_request(connection, client_address)
        except OSError:
            pass  # the client has disconnected or uses no TLS, or the site is closing
        finally:
            self._open.pop(number, None)
            connection.close()

    def close_connections(self) -> None:
        for connection in list(self._open.values()):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        site = self.server.site
        request = self._request()
        answer = site._begin(request)
        try:
            site._wait(answer.delay)
            if not answer.pause and not answer.endless:
                # The request ends here, because a client that has the last byte may send the next
                # request before this thread continues.
                site._end(request)
            if answer.reset:
                self._reset()
            else:
                self._answer(_apply_conditions(answer, self.headers))
        except OSError:
            self.close_connection = True
        finally:
            site._end(request)

    do_HEAD = do_POST = do_CONNECT = do_GET  # noqa: N815

    def _request(self) -> Request:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        url = urlsplit(self.path)
        own = self.path.startswith("/")
        return Request(
            method=self.command,
            path=self.path if own else url.path + (f"?{url.query}" if url.query else ""),
            headers={name.lower(): value for name, value in self.headers.items()},
            target=self.path,
            client=self.client_address[0],
            port=self.client_address[1],
            at=time.monotonic(),
            body=body,
        )

    def _reset(self) -> None:
        # A zero linger time makes close() send RST instead of FIN.
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True

    def _answer(self, answer: Answer) -> None:
        body = _encode(answer)
        chunked = answer.chunked or answer.endless
        self._send_head(answer, None if chunked else len(body))
        if self.command == "HEAD" or answer.status in {204, 304}:
            return
        for piece in _pieces(body[: answer.cut], answer):
            self.server.site._wait(answer.pause)
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
        if answer.cut is not None:
            self.close_connection = True
        elif chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _send_head(self, answer: Answer, length: int | None) -> None:
        named = {name.lower() for name in answer.headers}
        headers = {
            "Date": email.utils.formatdate(usegmt=True),
            "Content-Type": answer.content_type,
            "Content-Encoding": answer.encoding,
            "ETag": answer.etag,
            "Last-Modified": answer.last_modified,
            "Transfer-Encoding": "chunked" if length is None else None,
            "Content-Length": None if length is None or answer.status in {204, 304} else length,
        }
        phrase = HTTPStatus(answer.status).phrase if answer.status in _STATUSES else "Odd"
        self.send_response_only(answer.status, phrase)
        for name, value in headers.items():
            if value is not None and name.lower() not in named:
                self.send_header(name, str(value))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()


_STATUSES = {status.value for status in HTTPStatus}


def _apply_conditions(answer: Answer, headers: Message) -> Answer:
    """Return a 304 if the client's validators match the answer (RFC 9110 section 13.2.2)."""
    if answer.status != 200:
        return answer
    if (tags := headers.get("If-None-Match")) is not None:
        current = answer.etag is not None and _strip_weak_mark(answer.etag) in map(
            _strip_weak_mark, tags.split(",")
        )
    else:
        since = headers.get("If-Modified-Since")
        current = answer.last_modified is not None and since == answer.last_modified
    return replace(answer, status=304, content_type=None, encoding=None) if current else answer


def _strip_weak_mark(etag: str) -> str:
    return etag.strip().removeprefix("W/")


def _encode(answer: Answer) -> bytes:
    body = answer.body.encode() if isinstance(answer.body, str) else answer.body
    match answer.encoding:
        case "gzip":
            return gzip.compress(body, mtime=0)
        case "deflate":
            return zlib.compress(body)
        case "br":
            return bytes(brotli.compress(body))
        case "zstd":
            return zstandard.compress(body)
        case None:
            return body


def _pieces(body: bytes, answer: Answer) -> Iterator[bytes]:
    while True:
        for start in range(0, len(body), answer.piece):
            yield body[start : start + answer.piece]
        if not answer.endless:
            return
