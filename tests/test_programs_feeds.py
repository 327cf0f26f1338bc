"""/atom.xml, /feed.json and /opml, as feed readers ask for them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import feedparser
import pytest
from lxml import etree

from ingest.reading.lists.opml import read_opml
from tests.pages import Page, Pages, pages_of
from tests.program import new_program
from tests.searching import fill, finish
from tests.site import Site
from tests.support import item, rss
from tests.world import World

ENTRIES = 120
LONG = "<p>开头。</p>" + "<p>很长的正文，不能全部公开。</p>" * 50
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> World:
    """A feed of 120 entries, one only in excerpts, and one with an embargo of ten years."""
    folder = tmp_path_factory.mktemp("feeds")
    file = shutil.copy(migrated_file, folder / "guidang.db")
    world = World(folder, f"sqlite:///{file}")
    days = (f"Fri, 28 Jan 2022 {n // 60:02}:{n % 60:02}:00 GMT" for n in range(ENTRIES))
    with Site() as site:
        fill(world, site, *(item(n, pubDate=day) for n, day in enumerate(days)))
        site.set("/part.xml", rss(item("part", title="摘录", description=f"<![CDATA[{LONG}]]>")))
        site.set("/late.xml", rss(item("late", title="以后公开")))
        part = {"title": "只有摘录", "categories": ["科技"], "excerpt_only": True}
        world.add(site.url("/part.xml?token=hunter2"), **part)
        world.add(site.url("/late.xml"), publish_after="3650d", categories=["科技"])
        world.poll()
    finish(world)
    return world


@pytest.fixture(scope="module")
def pages(world: World) -> Iterator[Pages]:
    with pages_of(world) as served:
        yield served


def ids_in(page: Page) -> list[str]:
    if page.headers["content-type"].startswith("application/atom+xml"):
        entries = etree.fromstring(page.content).iter(f"{ATOM}entry")
        return [str(entry.findtext(f"{ATOM}id")) for entry in entries]
    return [one["id"] for one in json.loads(page.content)["items"]]


def next_of(page: Page) -> str | None:
    if page.headers["content-type"].startswith("application/atom+xml"):
        links = etree.fromstring(page.content).findall(f"{ATOM}link")
        found: Any = next((one.get("href") for one in links if one.get("rel") == "next"), None)
    else:
        found = json.loads(page.content).get("next_url")
    return found and str(found).partition("127.0.0.1:")[2].partition("/")[2]


@pytest.mark.parametrize("file", ["atom.xml", "feed.json"])
@pytest.mark.parametrize(
    ("query", "title", "count"),
    [
        ("", "Guidang 归档", ENTRIES + 1),
        ("?feed=1", "江海新闻", ENTRIES),
        (f"?category={quote('科技')}", "科技 · Guidang 归档", 1),
        (f"?q={quote('新闻的正文')}", "新闻的正文 · Guidang 归档", ENTRIES),
        ("?q=feed:3", "feed:3 · Guidang 归档", 0),
    ],
)
def test_a_feed_has_each_entry_once_page_by_page(
    pages: Pages, file: str, query: str, title: str, count: int
) -> None:
    seen: list[str] = []
    place: str | None = f"{file}{query}"
    while place:
        page = pages.get(f"/{place}")
        parsed = feedparser.parse(page.content) if file == "atom.xml" else None
        shown = parsed.feed.title if parsed else json.loads(page.content)["title"]
        assert (page.status, shown) == (200, title)
        seen += ids_in(page)
        place = next_of(page)
    assert len(seen) == len(set(seen)) == count


def test_ids_are_those_of_the_exports(pages: Pages, world: World) -> None:
    program = new_program(world.root, world.database_url)
    exported = program.good("export", "--format", "jsonfeed", "--feed", "1", "-")
    served = json.loads(pages.get("/feed.json?feed=1").content)
    whole = json.loads(exported)
    assert served["_guidang"] == whole["_guidang"]
    assert served["items"] == whole["items"][:50]


def test_an_excerpt_stays_an_excerpt(pages: Pages) -> None:
    [part] = json.loads(pages.get("/feed.json?feed=2").content)["items"]
    assert part["content_html"].startswith("<p>开头")
    assert len(part["content_html"]) < 400
    assert "hunter2" not in pages.get("/feed.json?feed=2").source


@pytest.mark.parametrize("path", ["/atom.xml", "/feed.json?feed=1", "/opml"])
def test_who_has_a_document_gets_no_body(pages: Pages, path: str) -> None:
    first = pages.get(path)
    tag = first.headers["etag"]
    for known in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        again = pages.get(path, If_None_Match=known)
        assert (again.status, again.headers["etag"], again.content) == (304, tag, b"")
    assert pages.get(path, If_None_Match='"x"').content == first.content
    later = "Fri, 01 Jan 2099 00:00:00 GMT"  # a date says nothing: the end of an embargo has none
    assert pages.get(path, If_Modified_Since=later).content == first.content
    assert "last-modified" not in first.headers


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/atom.xml?feed=99", 404, "there is no feed 99"),
        ("/atom.xml?feed=x", 400, "'x' is not a number"),
        ("/feed.json?feed=1&q=a", 400, "choose by one of feed, category and q"),
        ("/feed.json?q=feed:", 400, "at character"),
        ("/feed.json?after=x", 400, "is not the place of an entry"),
        ("/opml?x=1", 400, "there is no parameter 'x'"),
    ],
)
def test_a_mistake_is_explained(pages: Pages, path: str, status: int, detail: str) -> None:
    page = pages.get(path)
    assert page.status == status
    assert detail in json.loads(page.content)["detail"]


def test_the_list_of_feeds_can_be_imported_and_has_no_secrets(pages: Pages) -> None:
    page = pages.get("/opml")
    titles = [feed.title for feed in read_opml(page.content, "opml").feeds]
    assert titles == [None, "只有摘录", None]
    assert "hunter2" not in page.source
    assert page.headers["content-type"] == "text/x-opml; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "query"),
    [("/", ""), ("/e/1", ""), ("/f/1", "?feed=1"), ("/search?q=ab", "?q=ab")],
)
def test_pages_name_their_feeds(pages: Pages, path: str, query: str) -> None:
    source = pages.get(path).source
    for kind, file in (("atom+xml", "/atom.xml"), ("feed+json", "/feed.json")):
        assert f'<link rel="alternate" type="application/{kind}" href="{file}{query}"' in source
