"""The web pages of a world, served on loopback as the service serves them."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from ingest.web.finding import Found
from ingest.web.health import PATHS, Answer
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

    def ask(self, method: str, path: str, body: str | bytes | None = None, **headers: str) -> Page:
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
        given = self._form(action).fields
        return self.post(action, {name: value or "" for name, value in given.items()} | fields)

    def upload(self, action: str, name: str, file: str, text: str) -> Page:
        """Send the form of the present page that leads to `action`, with a file."""
        fields = {name: value for name, value in self._form(action).fields.items() if value}
        parts = [f'name="{each}"\r\n\r\n{value}' for each, value in fields.items()]
        parts.append(f'name="{name}"; filename="{file}"\r\n\r\n{text}')
        lines = [f"--part\r\nContent-Disposition: form-data; {each}\r\n" for each in parts]
        kind = {"Content_Type": "multipart/form-data; boundary=part"} | self._headers()
        body = "".join([*lines, "--part--\r\n"])
        return self._keep(self.pages.ask("POST", action, body.encode(), **kind))

    def post(self, path: str, fields: Mapping[str, str]) -> Page:
        return self._keep(self.pages.post(path, fields, **self._headers()))

    def follow(self) -> Page:
        """Go where the last answer leads."""
        assert self.page is not None
        return self.get(self.page.headers["location"])

    def _form(self, action: str) -> html.FormElement:
        assert self.page is not None
        forms = html.fromstring(self.page.source).xpath(f"//form[@action={action!r}]")
        [form] = [one for one in forms if one.method == "POST"]
        return form

    def _headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Accept": "text/html"} | self.headers | ({"Cookie": cookies} if cookies else {})

    def _keep(self, page: Page) -> Page:
        for cookie in page.cookies:
            self.cookies |= {name: morsel.value for name, morsel in cookie.items()}
        self.page = page
        return page


def _answer_for(path: str) -> Answer:
    assert path in PATHS
    return HEALTHY


@contextlib.contextmanager
def pages_of(
    world: World, *, find: Callable[[str], Found | None] = lambda url: None, **web: Any
) -> Iterator[Pages]:
    """Serve the pages of a world in a thread, with these settings of `[web]`.

    `find` stands for the service, which looks for feeds.
    """
    port = free_port()
    show_times_in(ZoneInfo(world.config.timezone))
    config = world.config.model_copy(update={"web": WebConfig.model_validate(web)})
    app = make_app(config, world.database, ask=_answer_for, find=find)
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
