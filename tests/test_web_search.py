"""The page of the search: the facets of what was found, and the selection as a file."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml import html

from tests.pages import Page, Pages, pages_of
from tests.searching import finish
from tests.site import Site
from tests.support import item, rss
from tests.test_cost import statements
from tests.world import World

BIRDS, TIDES = "候鸟南飞，湖边有人等它们。", "潮水涨了，候鸟离开海边。"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Pages]:
    """Four entries of two feeds: three with 候鸟, of two years."""
    folder = tmp_path_factory.mktemp("pages")
    file = shutil.copy(migrated_file, folder / "guidang.db")
    world = World(folder, f"sqlite:///{file}")
    with Site() as site:
        old, new = "Mon, 28 Jun 2021 01:00:00 GMT", "Sat, 01 Jan 2022 00:30:00 GMT"
        site.set("/a.xml", rss(item(1, description=BIRDS, pubDate=old), item(2, pubDate=old)))
        later = [item(n, description=TIDES, pubDate=new, category="海洋") for n in (3, 4)]
        site.set("/b.xml", rss(*later, title="潮汐"))
        world.add(site.url("/a.xml"), title="湖泊", categories=["自然"])
        world.add(site.url("/b.xml"))
        world.poll()
    finish(world)
    with pages_of(world) as served:
        yield served


def facets_of(page: Page) -> dict[str, dict[str, int]]:
    """Return the counts of a page by the label of the facet and the name of the value."""
    found: dict[str, dict[str, int]] = {}
    for section in html.fromstring(page.source).xpath("//details//section"):
        values = section.xpath(".//li")
        found[section.get("aria-label")] = {
            value.xpath("string(a)"): int(value.xpath("string(small)")) for value in values
        }
    return found


def test_facets_count_what_was_found(pages: Pages) -> None:
    facets = facets_of(pages.get(f"/search?q={quote('候鸟')}"))
    assert facets["feed"] == {"潮汐": 2, "湖泊": 1}
    assert facets["category"] == {"海洋": 2, "自然": 1}
    assert facets["year"] == {"2022": 2, "2021": 1}
    assert set(facets) == {"feed", "category", "year", "language"}


@pytest.mark.parametrize(
    ("query", "name", "count"),
    [("候鸟", "湖泊", 1), ("候鸟", "海洋", 2), ("候鸟", "2021", 1), ("湖边 OR 海边", "潮汐", 2)],
)
def test_a_facet_narrows_the_search(pages: Pages, query: str, name: str, count: int) -> None:
    page = pages.get(f"/search?q={quote(query)}")
    [address] = html.fromstring(page.source).xpath(f"//details//a[text()={name!r}]/@href")
    narrowed = pages.get(address)
    hits = [link for link in narrowed.links() if link.startswith("/e/")]
    assert (narrowed.status, len(hits)) == (200, count)


def test_the_selection_is_there_as_lines_of_json(pages: Pages) -> None:
    answer = pages.get(f"/search.jsonl?q={quote('候鸟')}")
    assert answer.headers["content-type"] == "application/jsonl"
    entries = [json.loads(line) for line in answer.source.splitlines()]
    assert len(entries) == 3
    assert all("候鸟" in entry["text"] for entry in entries)


def test_the_selection_is_there_as_a_zip_of_notes(pages: Pages) -> None:
    answer = pages.get(f"/search.zip?q={quote('候鸟')}")
    assert answer.headers["content-disposition"] == 'attachment; filename="selection.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 3
        assert all("候鸟" in archive.read(name).decode() for name in archive.namelist())


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/search.jsonl", "/search.zip"])
@pytest.mark.parametrize("query", ["", "?q=((", "?q=feed:unknown", "?q=tide+AND+feed:99"])
def test_a_selection_needs_a_query(pages: Pages, method: str, path: str, query: str) -> None:
    assert pages.ask(method, path + query).status == 400


def test_lines_are_in_the_order_of_the_search(pages: Pages) -> None:
    answer = pages.get(f"/search.jsonl?q={quote('候鸟')}")
    dates = [json.loads(line)["published_at"] for line in answer.source.splitlines()]
    assert dates == sorted(dates, reverse=True)


@pytest.mark.parametrize(
    ("method", "path", "reads"),
    [("GET", "/search.jsonl", 1), ("HEAD", "/search.jsonl", 0), ("HEAD", "/search.zip", 0)],
)
def test_texts_are_read_once(pages: Pages, method: str, path: str, reads: int) -> None:
    with statements() as sent:
        assert pages.ask(method, f"{path}?q={quote('候鸟')}").status == 200
    assert sum("entry.html" in statement for statement, _ in sent) == reads


def test_the_selection_can_be_subscribed_to(pages: Pages) -> None:
    page = pages.get(f"/search?q={quote('候鸟')}")
    for link in page.links("alternate"):
        assert pages.get(link).status == 200
    assert len(page.links("alternate")) == 2
