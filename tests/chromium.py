"""Visit the pages of the archive in Chromium, and report what a visitor would suffer from.

Playwright drives the Chromium of the machine. axe-core looks for barriers (WCAG 2.2, levels A and
AA), and html-validate checks the HTML against the HTML Living Standard.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from tests.browser import find_browser
from tests.hexo import Node, cached_packages, find_node

TOOLS = Path(__file__).with_name("page_tools")
NODE = (22, 19)  # the minimum of html-validate
# These requests leave the browser only if a page makes it ask another host than 127.0.0.1.
ONLY_LOOPBACK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
# This script runs before all others of a page. The hostile scripts of the tests call its functions.
TRAP = """
for (const name of ["alert", "confirm", "prompt", "print"])
    window[name] = () => console.error("a hostile script ran");
window.shifted = 0;
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shifted += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""
AUDIT = """async () => (await axe.run({runOnly: [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
]})).violations.map((found) => `${found.id}: ${found.nodes[0].html}`)"""


@dataclass(frozen=True)
class Look:
    """How a visitor sees the pages: language, width in pixels, light or dark."""

    language: str = "en"
    width: int = 1200
    scheme: Literal["light", "dark"] = "light"


@dataclass
class Visitor:
    """A visitor with a browser window of its own; `faults` collects what went wrong, by path."""

    page: Page
    origin: str
    faults: list[str] = field(default_factory=list)

    def visit(self, path: str) -> str:
        """Open a path and return the HTML that the server sends."""
        answer = self.page.goto(self.origin + path)
        assert answer is not None
        return answer.text()

    def links(self) -> list[str]:
        """Return the paths and queries of the links of the page to pages of the archive."""
        found = self.page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        same = [urlsplit(one) for one in found if one.startswith(self.origin + "/")]
        return [f"{one.path}?{one.query}" if one.query else one.path for one in same]

    def audit(self, axe: str) -> None:
        """Look for barriers, for moved content, and for content wider than the window."""
        self.page.evaluate(axe)
        for barrier in self.page.evaluate(AUDIT):
            self.note(barrier)
        if (shifted := self.page.evaluate("window.shifted")) > 0:
            self.note(f"the content moves by {shifted}")
        beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        if (pixels := self.page.evaluate(beyond)) > 0:
            self.note(f"the page is {pixels} pixels wider than the window")

    def note(self, fault: str) -> None:
        """Record a fault of the page that is open."""
        self.faults.append(f"{self.page.url.removeprefix(self.origin)}: {fault}")

    def note_message(self, message: ConsoleMessage) -> None:
        """Record an error or a warning that the browser writes to its console."""
        if message.type in {"error", "warning"} and "status of 4" not in message.text:
            self.note(message.text)

    def note_request(self, request: Request) -> None:
        """Record a request to anything but the archive."""
        if not request.url.startswith((self.origin + "/", "data:")):
            self.note(f"asks for {request.url}")


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start the Chromium of the machine, which can only connect to 127.0.0.1."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", ONLY_LOOPBACK]
        )
        yield browser
        browser.close()


@contextmanager
def open_window(browser: Browser, origin: str, look: Look | None = None) -> Iterator[Visitor]:
    """Open a window with cookies of its own."""
    look = look or Look()
    context = browser.new_context(
        locale=look.language,
        color_scheme=look.scheme,
        viewport={"width": look.width, "height": 900},
        reduced_motion="reduce",
        bypass_csp=False,
    )
    context.add_init_script(TRAP)
    page = context.new_page()
    visitor = Visitor(page, origin)
    page.on("console", visitor.note_message)
    page.on("pageerror", lambda error: visitor.note(str(error)))
    page.on("request", visitor.note_request)
    yield visitor
    context.close()


@dataclass(frozen=True)
class PageTools:
    """The installed packages that check pages."""

    node: Node
    packages: Path

    @property
    def axe(self) -> str:
        """The script of axe-core."""
        return (self.packages / "axe-core/axe.min.js").read_text("utf-8")

    def validate(self, sources: Mapping[str, str], folder: Path) -> list[str]:
        """Return the errors in the HTML of pages, given by path; the files go into `folder`."""
        names = {f"{number}.html": path for number, path in enumerate(sources)}
        for name, path in names.items():
            (folder / name).write_text(sources[path], "utf-8")
        command = [self.node.node, str(self.packages / "html-validate/bin/html-validate.mjs")]
        config = ["--config", str(TOOLS / "html-validate.json"), "--formatter", "json"]
        done = subprocess.run(
            [*command, *config, *names], cwd=folder, capture_output=True, text=True, timeout=240
        )
        if done.returncode not in {0, 1}:
            raise RuntimeError(f"html-validate failed:\n{done.stderr}")
        return [
            f"{names[Path(file['filePath']).name]}: {error['ruleId']}: {error['message']}"
            for file in json.loads(done.stdout)
            for error in file["messages"]
        ]


def install_page_tools() -> PageTools:
    """Install the locked packages if they are missing."""
    node = find_node(oldest=NODE)
    return PageTools(node, cached_packages(node, TOOLS))
