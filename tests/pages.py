"""The web pages of a world, served on loopback as the service serves them."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import uvicorn
from lxml import html

from ingest.config.web import WebConfig
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
    cookies: Sequence[SimpleCookie] = ()

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

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Page:
        """Send the fields of a form."""
        kind = {"Content_Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(fields), **kind | headers)

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Page:
        """Send a request, perhaps with a body, such as a form."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        with contextlib.closing(connection):
            connection.request(method, path, body, {"Accept-Language": "en"} | fields)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            cookies = [SimpleCookie(one) for one in answer.headers.get_all("Set-Cookie", [])]
            return Page(answer.status, found, answer.read(), cookies)


@dataclass
class Browser:
    """A browser: it keeps cookies, and sends the forms of the page that it shows."""

    pages: Pages
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    page: Page | None = None

    def get(self, path: str) -> Page:
        return self._keep(self.pages.get(path, **self._headers()))

    def send(self, action: str, **fields: str) -> Page:
        """Send the form of the present page that leads to `action`, filled in with `fields`."""
        assert self.page is not None
        forms = html.fromstring(self.page.source).xpath(f"//form[@action={action!r}]")
        [form] = [one for one in forms if one.method == "POST"]
        filled = {name: value or "" for name, value in form.fields.items()} | fields
        return self.post(action, filled)

    def post(self, path: str, fields: Mapping[str, str]) -> Page:
        return self._keep(self.pages.post(path, fields, **self._headers()))

    def follow(self) -> Page:
        """Go where the last answer leads."""
        assert self.page is not None
        return self.get(self.page.headers["location"])

    def _headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Accept": "text/html"} | self.headers | ({"Cookie": cookies} if cookies else {})

    def _keep(self, page: Page) -> Page:
        for cookie in page.cookies:
            self.cookies |= {name: morsel.value for name, morsel in cookie.items()}
        self.page = page
        return page


@contextlib.contextmanager
def pages_of(world: World, **web: Any) -> Iterator[Pages]:
    """Serve the pages of a world in a thread, with these settings of `[web]`."""
    port = free_port()
    show_times_in(ZoneInfo(world.config.timezone))
    config = world.config.model_copy(update={"web": WebConfig.model_validate(web)})
    app = make_app(config, world.database, ask=lambda path: HEALTHY)
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
