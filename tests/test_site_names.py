"""Categories and tags that would share a page of the site get different names."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
from html import escape
from pathlib import Path

import lxml.html
import pytest

from ingest.outputs.pages import page_of, ways_to_write
from tests.hexo import Hexo
from tests.site import Site
from tests.support import item, rss
from tests.world import World

MEET = ["c", "c++", "C#", "C+", "???", "!!!", "Node.js", "node js", "Python", "NET", ".NET", "🎉"]
NAMES = [
    *MEET,
    "Café",
    "ＡＢ",
    "新闻/快讯",
    "a_b-c",
    "  ",
    "é",
    "ǎ",
    "ñ",
    "“引”",
    "x…",
    "ﬁ",
    "①",
    "ß",
    "À!",
]


def test_the_page_of_a_name_is_computed_as_by_hexo(hexo: Hexo) -> None:
    program = f"""
        const {{ slugize }} = require({str(hexo.packages / "hexo-util")!r});
        console.log(JSON.stringify({json.dumps(NAMES)}.map(name => slugize(name))));
    """
    done = subprocess.run([hexo.node, "-e", program], capture_output=True, text=True, check=True)
    assert [page_of(name) for name in NAMES] == [
        slug.casefold() for slug in json.loads(done.stdout)
    ]


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("c++", ["c++", "c＋＋", "c＋＋ 2"]),
        ("C", ["C", *(f"C {number}" for number in range(2, 10)), "C 6b23c0d5f35d"]),
        ("???", ["???", "？？？"]),
        ("?" * 120, ["?" * 120, "？" * 40 + "…", "？" * 40 + "… 2"]),
    ],
)
def test_a_colliding_name_gets_full_width_signs_or_a_number(name: str, ways: list[str]) -> None:
    tried = ways_to_write(name)
    assert [next(tried) for _ in ways] == ways


@pytest.fixture
def colliding(tmp_path: Path, sqlite_url: str) -> World:
    """One feed whose entries have colliding tags, and two feeds in colliding categories."""
    world = World(tmp_path, sqlite_url)
    items = [item(n, category=escape(tag)) for n, tag in enumerate([*MEET, "python"])]
    with Site() as site:
        site.set("/all.xml", rss(*items))
        world.add(site.url("/all.xml"), categories=("语言", "C"))
        world.poll()
        for name in ("C++", "c"):
            site.set(f"/{len(name)}.xml", rss(item(f"of {name}")))
            world.add(site.url(f"/{len(name)}.xml"), categories=("语言", name))
        world.poll()
    return world


def test_every_name_has_a_page_of_its_own(colliding: World, hexo: Hexo) -> None:
    for case in (0, 1):
        config = {"filename_case": case, "category_generator": {"per_page": 0}}
        public = hexo.build(colliding.config.archive.path, config)
        tags = {page: posts_of(page) for page in (public / "tags").rglob("*.html")}
        assert sorted(len(posts) for posts in tags.values()) == [1] * (len(MEET) - 1) + [2]
        assert not (public / "tags/index.html").exists()
        categories = [posts_of(page) for page in (public / "categories/语言").glob("*/*.html")]
        assert sorted(map(len, categories)) == [1, len(MEET) + 2]
    colliding.database.dispose()


def posts_of(page: Path) -> list[str]:
    document = lxml.html.document_fromstring(page.read_text("utf-8"))
    return [str(title) for title in document.xpath("//li/a/text()")]


def test_changed_names_are_listed(colliding: World) -> None:
    notes = {one.path: one.note for one in colliding.folder.check() if one.what == "apart"}
    assert notes["tags/c＋＋"] == "c++ is written c＋＋, for c has its page"
    assert notes["tags/？？？"] == "??? is written ？？？, for it would take the page of all names"
    assert notes["categories/语言/C＋＋"] == "C++ is written C＋＋, for C has its page"
    assert {one.what for one in colliding.folder.check()} == {"apart"}
    before = colliding.files()
    colliding.folder.rebuild(now=colliding.clock())
    assert colliding.files() == before
    colliding.database.dispose()


def test_any_number_of_colliding_names_get_different_names(tmp_path: Path, sqlite_url: str) -> None:
    """A few get a number, the others a digest."""
    world = World(tmp_path, sqlite_url)
    names = ["".join(letters) for letters in itertools.product("éèêë", repeat=4)]
    with Site() as site:
        site.set("/feed.xml", rss(*(item(n, category=name) for n, name in enumerate(names))))
        world.add(site.url("/feed.xml"))
        world.poll()
    tags = [text.decode().partition("\ntags:\n - ")[2] for text in world.files().values()]
    written = [tag.partition("\n")[0].strip("'") for tag in tags]
    assert len({page_of(one) for one in written}) == len(names) == 256
    world.database.dispose()


def test_names_are_compared_in_their_written_form(tmp_path: Path, sqlite_url: str) -> None:
    """`<` is written full-width, so `a<b` and `a＜b` would share a page."""
    world = World(tmp_path, sqlite_url)
    with Site() as site:
        site.set("/feed.xml", rss(*(item(n, category=escape(n)) for n in ("a<b>", "a＜b"))))
        world.add(site.url("/feed.xml"))
        world.poll()
    texts = b"\n".join(world.files().values()).decode()
    assert sorted(re.findall(r"^tags:\n - (.+)", texts, re.MULTILINE)) == ["'a＜b'", "'a＜b＞'"]
    world.database.dispose()
