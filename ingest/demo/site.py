"""The server of the sample feeds, on a loopback address.

with DemoSite() as site:
    site.feeds          the feeds, as in a configuration
    site.url("/linxi/rss.xml")
    site.let_evening_come()
    site.answered       [("/linxi/rss.xml", 200), …]
"""

from __future__ import annotations

import hashlib
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from ingest.config import FeedConfig
from ingest.demo.samples import EVENING, MORNING, PAGES, SAMPLES, Sample, Served

_SERVED = {served.path: served for served in (*SAMPLES, *PAGES)}


class DemoSite:
    """The running site, which serves the morning edition until `let_evening_come`.

    `answered` lists the requested paths and the status of each answer, in order.
    """

    samples = SAMPLES

    def __init__(self) -> None:
        self.edition = MORNING
        self.answered: list[tuple[str, int]] = []
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def feeds(self) -> tuple[FeedConfig, ...]:
        """Return the feeds for a configuration; routes need `rsshub.instances = [address]`."""
        return tuple(
            FeedConfig(url=self.feed_url(sample), **sample.settings.model_dump())
            for sample in self.samples
        )

    def feed_url(self, sample: Sample) -> str:
        """Return the address of a feed in the configuration."""
        return sample.route or self.url(sample.path)

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return self.address + path

    def let_evening_come(self) -> None:
        """Serve the evening edition from now on."""
        self.edition = EVENING


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # With True, closing the server would wait for idle connections.
    block_on_close = False

    def __init__(self, site: DemoSite) -> None:
        self.site = site
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: Any) -> None:
        """Log nothing: the terminal is for the demo's output."""

    def do_GET(self) -> None:
        """Answer with a file of the site."""
        path = self.path.partition("?")[0]
        served = _SERVED.get(path)
        if served is None:
            self._answer(HTTPStatus.NOT_FOUND)
        elif served.status != HTTPStatus.OK:
            self._answer(served.status)
        else:
            self._serve(served)

    def _serve(self, served: Served) -> None:
        body = served.body(self.server.site.address, self.server.site.edition)
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"' if served.has_etag else None
        if etag and self.headers["If-None-Match"] == etag:
            self._answer(HTTPStatus.NOT_MODIFIED, etag=etag)
        else:
            self._answer(HTTPStatus.OK, body, media_type=served.media_type, etag=etag)

    def _answer(
        self,
        status: int,
        body: bytes = b"",
        *,
        media_type: str | None = None,
        etag: str | None = None,
    ) -> None:
        self.server.site.answered.append((self.path, int(status)))
        self.send_response(status)
        if media_type:
            self.send_header("Content-Type", media_type)
        if etag:
            self.send_header("ETag", etag)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
