"""Real site generators build odd entries; the pages show the stored titles, dates and texts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest

from ingest.config import OutputConfig
from ingest.outputs import LAYOUTS, make_layout
from ingest.outputs.inert import inert_link, inert_text
from ingest.outputs.names import category_names
from ingest.outputs.naming import author_of_record
from ingest.store import files
from ingest.values import Record
from tests.dom import dom_of
from tests.generators import PROGRAMS, Generators, Page, id_in, install_generators
from tests.site import Site
from tests.support import item, make_record, rss
from tests.world import World

pytestmark = pytest.mark.long

CASES = json.loads((Path(__file__).parent / "data/layouts/odd.json").read_text("utf-8"))
# These show a name, title or description as HTML in their usual themes.
UNESCAPED = {"eleventy", "jekyll", "material", "pelican"}
# Which of a record's categories a post has: one, or none, in these programs.
CATEGORIES = {"nikola": slice(-1, None), "pelican": slice(-1, None), "vitepress": slice(0)}
# Signs become full-width where names would share a page, or where they separate names.
HALF_WIDTH = {code + 0xFEE0: code for code in range(0x21, 0x7F)}


@pytest.fixture(scope="session")
def generators(tmp_path_factory: pytest.TempPathFactory) -> Generators:
    return install_generators(tmp_path_factory.mktemp("generators"))


@pytest.fixture
def odd(request: pytest.FixtureRequest, tmp_path: Path, sqlite_url: str) -> Iterator[World]:
    """A world with the parameter's layout of the archive, and an odd entry per line of CASES."""
    world = World(tmp_path, sqlite_url, archive={"layout": request.param})
    with Site() as site:
        for name, categories in CASES["feeds"].items():
            site.set(f"/{name}.xml", rss(*_items()))
            world.add(site.url(f"/{name}.xml"), categories=categories)
        polls = world.poll()
    assert [poll.new for poll in polls] == [len(_items())] * len(polls)
    yield world
    world.database.dispose()


def _items() -> list[str]:
    bodies, names = CASES["bodies"], CASES["names"]
    return [
        item(
            number,
            title=escape(title),
            description=escape(bodies[number % len(bodies)]),
            pubDate="" if number == 3 else f"Fri, 28 Jan 2022 {number % 3:02}:34:39 GMT",
            category="</category><category>".join(map(escape, names)),
            author=escape(names[number % len(names)]),
        )
        for number, title in enumerate(CASES["titles"])
    ]


@pytest.mark.parametrize(("odd", "name"), [(name, name) for name in PROGRAMS], indirect=["odd"])
def test_pages_show_what_is_stored(odd: World, name: str, generators: Generators) -> None:
    pages = generators.build(name, odd.config.archive.path)
    records = odd.query(
        lambda connection: files.records(
            connection, "archive", [one["id"] for one in odd.entries()]
        )
    )
    wrong = [
        (record.title, difference)
        for record in records
        for difference in _differences(name, record, pages[id_in(record.path or "")], odd)
    ]
    assert wrong == []
    assert len(pages) == len(records)


# The templates of these sites read the key, as usual themes do, or VitePress itself does. Material
# for MkDocs and Nikola's themes name every page as its own canonical page.
LINKED = {"hugo", "jekyll", "vitepress"}
ODD_LINK = "https://a.example.cn/x?y='1'&z=\"><b>"


@pytest.mark.parametrize("name", PROGRAMS)
def test_pages_are_built_with_links_to_duplicates(
    name: str, generators: Generators, tmp_path: Path
) -> None:
    output = OutputConfig.model_validate({"name": "x", "path": "x", "layout": name})
    layout = make_layout(name, output)
    links = ("https://b.example.cn/1", ODD_LINK)
    record = make_record(canonical_link=ODD_LINK, see_also=links)
    file = tmp_path / layout.path(record)
    file.parent.mkdir(parents=True)
    file.write_bytes(layout.render(record))
    documents = list(generators.build_documents(name, tmp_path).values())
    assert len(documents) == 1
    found = documents[0].xpath("//head/link[@rel='canonical']/@href")
    related = documents[0].xpath("//a[@rel='related']/@href")
    assert (found == [inert_link(ODD_LINK)]) == (name in LINKED)
    assert related == ([*map(inert_link, links)] if name in {"hugo", "jekyll"} else [])


def _differences(name: str, record: Record, page: Page, world: World) -> Iterator[object]:
    shown = inert_text if name in UNESCAPED else str
    layout = make_layout(name, world.config.archive)
    categories = list(category_names(record, world.config.archive.default_category))
    expected = {
        "title": shown(record.title) or f"{record.at:%Y-%m-%d %H:%M}",
        "at": record.at.replace(microsecond=0),
        "author": inert_text(author_of_record(record)).casefold(),
        "tags": set(CASES["tags"]),
        "categories": categories[CATEGORIES.get(name, slice(None))],
        "body": dom_of(f"<div>{layout.html_of(record)}</div>"),
    }
    found = {
        "title": page.title,
        "at": page.at,
        "author": page.author.translate(HALF_WIDTH).casefold(),
        "tags": {tag.translate(HALF_WIDTH) for tag in page.tags},
        "categories": [category.translate(HALF_WIDTH) for category in page.categories],
        "body": dom_of(page.body),
    }
    assert len(set(page.tags)) == len(CASES["tags"])
    yield from ((key, found[key], expected[key]) for key in expected if found[key] != expected[key])


def test_all_layouts_of_site_generators_are_tested() -> None:
    assert LAYOUTS.keys() - {"hexo", "html", "markdown"} == PROGRAMS.keys()
