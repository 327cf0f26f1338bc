"""Read built pages in a real browser, Chromium, and report their elements.

The browser can only connect to loopback. Its files are deleted at the end.
"""

from __future__ import annotations

import json
import mimetypes
import queue
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from tests.site import Answer, Request, Site

DRIVER = Path(__file__).with_name("browser.html")
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-extensions"
    " --disable-background-networking --disable-component-update --disable-sync"
    " --disable-dev-shm-usage"
)
SECONDS = 240
# This script runs first in each shown page. The hostile scripts of the tests call these functions.
TRAP = (
    "<script>for (const name of ['alert', 'confirm', 'prompt', 'print'])"
    " window[name] = () => { parent.ran.push(location.pathname); };</script>"
)


@dataclass(frozen=True)
class Page:
    """The elements of a page, as the browser read it.

    `kinds` counts the elements by their name and the names of their attributes with a value. An
    attribute with a `javascript:` URL is listed a second time, as `name=javascript:`. `scripts`
    are the texts of the scripts.
    """

    kinds: Mapping[str, int]
    scripts: Sequence[str]


@dataclass(frozen=True)
class Pages:
    """All pages of a site by path, and the paths of shown pages in which a hostile script ran."""

    pages: Mapping[str, Page]
    with_run_scripts: Sequence[str]


def read_site(public: Path, *, shown: Sequence[str] = ()) -> Pages:
    """Read all pages of a built site; show the pages in `shown` and run their scripts."""
    pages = sorted(p.relative_to(public).as_posix() for p in public.rglob("*.html"))
    answers: queue.Queue[bytes] = queue.Queue()

    def answer(request: Request) -> Answer:
        kind, _, path = request.path.partition("?")[0].lstrip("/").partition("/")
        if kind == "driver":
            return Answer(body=DRIVER.read_bytes(), content_type="text/html; charset=utf-8")
        if kind == "pages":
            wanted = {"pages": list(map(quote, pages)), "shown": list(map(quote, shown))}
            return Answer(body=json.dumps(wanted), content_type="application/json")
        if kind == "done":
            answers.put(request.body)
            return Answer(status=204)
        return _file(
            public,
            unquote(path if kind in {"read", "shown"} else f"{kind}/{path}"),
            with_trap=kind == "shown",
        )

    with Site() as site:
        site.set_default(answer)
        with _browser(site.url("/driver")):
            found = json.loads(answers.get(timeout=SECONDS))
    read = {unquote(path): Page(**page) for path, page in found["pages"].items()}
    return Pages(read, [unquote(path).removeprefix("/shown/") for path in found["ran"]])


def _file(public: Path, path: str, *, with_trap: bool) -> Answer:
    file = public / path
    file = file / "index.html" if file.is_dir() else file
    if not file.is_file():
        return Answer(status=404, content_type="text/plain")
    body = file.read_bytes()
    if with_trap:
        body = re.sub(rb"(<head\b[^>]*>)", rb"\1" + TRAP.encode(), body, count=1)
    return Answer(body=body, content_type=mimetypes.guess_type(file)[0])


@contextmanager
def _browser(address: str) -> Iterator[None]:
    """Open a URL in a new browser with a new profile; end the browser at the end."""
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
        command = [
            find_browser(),
            *FLAGS.split(),
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            f"--user-data-dir={profile}",
            "--remote-debugging-port=0",  # without this the browser ends
            address,
        ]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as browser:
            try:
                yield
            finally:
                browser.terminate()
                browser.wait(timeout=20)


def find_browser() -> str:
    """Return the path of the browser; raise RuntimeError if none is installed."""
    for program in PROGRAMS:
        if found := shutil.which(program):
            return found
    raise RuntimeError(
        "the tests of themes need Chromium, to see what a browser makes of the pages: "
        "install it (Debian: apt install chromium)"
    )
