"""A real browser for the tests: Chromium, which reads built pages and tells what it made of them.

It reaches this machine's loopback only, and leaves nothing behind.
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
# Runs first in each page that is shown: who gets a script to run calls one of these.
TRAP = (
    "<script>for (const name of ['alert', 'confirm', 'prompt', 'print'])"
    " window[name] = () => { parent.ran.push(location.pathname); };</script>"
)


@dataclass(frozen=True)
class Look:
    """What the browser made of a page.

    `kinds` counts its elements by name and the names of attributes that have a value; one that
    holds a `javascript:` address is named twice. `scripts` are the texts of its scripts.
    """

    kinds: Mapping[str, int]
    scripts: Sequence[str]


@dataclass(frozen=True)
class Looks:
    """The looks of all pages by path, and the paths of the shown ones in which a trap went off."""

    pages: Mapping[str, Look]
    ran: Sequence[str]


def look_at(public: Path, *, shown: Sequence[str] = ()) -> Looks:
    """Read all pages of a built site, and show those named `shown` with their scripts running."""
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
            trapped=kind == "shown",
        )

    with Site() as site:
        site.otherwise(answer)
        with _browser(site.url("/driver")):
            found = json.loads(answers.get(timeout=SECONDS))
    looks = {unquote(path): Look(**look) for path, look in found["looks"].items()}
    return Looks(looks, [unquote(path).removeprefix("/shown/") for path in found["ran"]])


def _file(public: Path, path: str, *, trapped: bool) -> Answer:
    file = public / path
    file = file / "index.html" if file.is_dir() else file
    if not file.is_file():
        return Answer(status=404, content_type="text/plain")
    body = file.read_bytes()
    if trapped:
        body = re.sub(rb"(<head\b[^>]*>)", rb"\1" + TRAP.encode(), body, count=1)
    return Answer(body=body, content_type=mimetypes.guess_type(file)[0])


@contextmanager
def _browser(address: str) -> Iterator[None]:
    """Open an address in a browser of its own, and end it with all its processes."""
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
        command = [
            find_browser(),
            *FLAGS.split(),
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            f"--user-data-dir={profile}",
            "--remote-debugging-port=0",  # keeps it open
            address,
        ]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as running:
            try:
                yield
            finally:
                running.terminate()
                running.wait(timeout=20)


def find_browser() -> str:
    """The browser's program; without one the tests say what to install."""
    for program in PROGRAMS:
        if found := shutil.which(program):
            return found
    raise RuntimeError(
        "the tests of themes need Chromium, to see what a browser makes of the pages: "
        "install it (Debian: apt install chromium)"
    )
