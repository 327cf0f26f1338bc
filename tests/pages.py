"""The web pages of a world, served on loopback as the service serves them."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import uvicorn
from lxml import html

from ingest.views.text import show_times_in
from ingest.web.app import make_app
from ingest.web.health import Answer
from tests.running import free_port
from tests.world import World

HEALTHY = Answer(status=200, media_type="text/plain", body=b"ok")


@dataclass(frozen=True)
class Page:
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def source(self) -> str:
        return self.content.decode()

    @property
    def text(self) -> str:
        """The visible text, with single blanks."""
        return " ".join(html.fromstring(self.source).text_content().split())

    def links(self, relation: str | None = None) -> list[str]:
        condition = f"[@rel={relation!r}]" if relation else ""
        return [str(link) for link in html.fromstring(self.source).xpath(f"//a{condition}/@href")]


@dataclass(frozen=True)
class Pages:
    port: int

    def get(self, path: str, **headers: str) -> Page:
        """Request a path; `headers` are header fields, with underscores for hyphens."""
        return self.ask("GET", path, **headers)

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Page:
        """Send a request, perhaps with a body, such as a form."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        with contextlib.closing(connection):
            connection.request(method, path, body, {"Accept-Language": "en"} | fields)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Page(answer.status, found, answer.read())


@contextlib.contextmanager
def pages_of(world: World) -> Iterator[Pages]:
    """Serve the pages of a world in a thread."""
    port = free_port()
    show_times_in(ZoneInfo(world.config.timezone))
    app = make_app(world.config, world.database, ask=lambda path: HEALTHY)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            thread.join(0.01)
        yield Pages(port)
    finally:
        server.should_exit = True
        thread.join()
