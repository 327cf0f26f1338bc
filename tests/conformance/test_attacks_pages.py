"""No hostile markup runs in a real browser on the pages of the archive."""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from ingest.store import feeds
from tests.chromium import Visitor, open_browser, open_window
from tests.conformance.conftest import Score
from tests.conformance.test_attacks import payload_of, payloads_of
from tests.pages import pages_of
from tests.searching import finish
from tests.site import Site
from tests.support import item, rss
from tests.world import World

# A clicked link or a moved pointer can run these, although the page alone runs nothing.
ACTIVE = """() => [...document.querySelectorAll("*")].flatMap((one) => [...one.attributes])
    .filter((one) => one.name.startsWith("on") || one.name == "srcdoc" ||
        ["href", "src", "action", "formaction", "xlink:href"].includes(one.name) &&
        /^[\\s\\0-\\x20]*(javascript|vbscript|data:text)/i.test(one.value))
    .map((one) => `${one.name}=${one.value.slice(0, 60)}`)"""
NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@pytest.mark.long
@pytest.mark.timeout(900)
def test_no_payload_runs_on_a_page(corpora: Path, score: Score, tmp_path: Path) -> None:
    """Each payload is in every field of an entry, in the fields of its feed, and in a query."""
    payloads = [payload_of(payload) for payload in payloads_of(corpora)]
    world = World(tmp_path, f"sqlite:///{tmp_path / 'guidang.db'}")
    with Site() as site:
        for number, payload in enumerate(payloads):
            site.set(f"/{number}.xml", document_with(number, payload))
            world.add(site.url(f"/{number}.xml"))
        world.poll()
    finish(world)
    entries = {int(entry["guid"]): entry["id"] for entry in world.entries()}
    assert len(entries) == len(payloads)
    ids = [feed.id for feed in world.database.query(feeds.every)]
    with (
        pages_of(world) as pages,
        open_browser() as browser,
        open_window(browser, f"http://127.0.0.1:{pages.port}") as visitor,
    ):
        for number, payload in enumerate(payloads):
            query = quote(NOT_IN_XML.sub("", payload)[:500])
            attack(visitor, f"/e/{entries[number]}", f"/f/{ids[number]}", f"/search?q={query}")
        for start in range(0, len(payloads), 50):
            last = max(entries.values()) + 1
            attack(visitor, f"/entries?until=2022-01-28&after={last - start}", "/feeds")
        attack(visitor, "/", "/feeds?failing=1")
    score("attacks-pages", len(payloads), visitor.faults)


def attack(visitor: Visitor, *paths: str) -> None:
    """Visit the paths, and record what runs, asks another host, or would run after a click."""
    for path in paths:
        visitor.visit(path)
        for active in visitor.page.evaluate(ACTIVE):
            visitor.note(active)


def document_with(number: int, payload: str) -> str:
    """Return a feed that has the payload in all its fields and in those of its one entry."""
    text = html.escape(NOT_IN_XML.sub("", payload))
    entry = item(
        number,
        guid=str(number),
        title=text,
        description=text,
        author=text,
        category=text,
        link=f"https://news.example.cn/{number}?{quote(payload)}",
        comments=text,
    )
    return rss(entry, title=text, link=text)
