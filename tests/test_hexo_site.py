"""A real Hexo builds every record; each page shows the stored title and the stored DOM."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from ingest.config import ArchiveConfig
from ingest.demo.site import DemoSite
from ingest.outputs.hexo import HexoLayout
from ingest.outputs.inert import inert_link, inert_text
from ingest.values import Outcome
from tests.dom import dom_of
from tests.hexo import Hexo, Page, read_pages
from tests.site import Site
from tests.support import item, make_record, rss
from tests.world import World

CASES = json.loads((Path(__file__).parent / "data/hexo/breaking.json").read_text("utf-8"))

# By default Hexo highlights code and adds these attributes to external links.
DEFAULT: dict[str, object] = {}
ADDED = ("rel", "target")
PLAIN = {"syntax_highlighter": "", "external_link": {"enable": False}}


def pages_and_entries(
    world: World, hexo: Hexo, config: Mapping[str, object], plugins: Sequence[str] = ()
) -> list[tuple[Page, dict[str, Any]]]:
    """Build the site; return each page with the entry that it shows."""
    pages = read_pages(hexo.build(world.config.archive.path, config, plugins=plugins))
    entries = [world.entry(entry["id"]) for entry in world.entries()]
    assert set(pages) == {path for entry in entries for path in entry["files"]}
    return [(pages[entry["files"][0]], entry) for entry in entries]


def assert_pages_show_what_is_stored(
    world: World, hexo: Hexo, config: Mapping[str, object], plugins: Sequence[str] = ()
) -> None:
    without = ADDED if config is DEFAULT else ()
    for page, entry in pages_and_entries(world, hexo, config, plugins):
        assert page.title == (inert_text(entry["title"]) or page.title)
        assert page.title.strip()
        stored = dom_of(f"<div>{entry['html']}</div>", without=without)
        assert dom_of(page.body, without=without) == stored


def test_a_page_may_show_the_canonical_link_of_a_duplicate(hexo: Hexo) -> None:
    link = "https://a.example.cn/x?y='1'&z=\"><b>{{ 1 }}"
    layout = HexoLayout(ArchiveConfig(layout="hexo"))
    posts = hexo.new_folder()
    record = make_record(canonical_link=link, see_also=(link,))
    file = posts / layout.path(record)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(layout.render(record))
    pages = [*hexo.build(posts).rglob("*.html")]
    documents = [lxml.html.document_fromstring(page.read_text("utf-8")) for page in pages]
    shown = [one for page in documents for one in page.xpath("//link[@rel='canonical']/@href")]
    assert shown == [inert_link(link)]


def test_a_site_of_all_sample_feeds_shows_what_is_stored(
    tmp_path: Path, sqlite_url: str, hexo: Hexo
) -> None:
    with DemoSite() as site:
        world = World(tmp_path, sqlite_url, rsshub={"instances": (site.address,)})
        for feed in site.feeds:
            world.add(feed.url, **feed.settings.model_dump())
        world.poll()
        site.let_evening_come()
        polls = world.poll()
    assert [poll.outcome for poll in polls].count(Outcome.FAILED) == 1
    assert_pages_show_what_is_stored(world, hexo, DEFAULT)
    world.database.dispose()


@pytest.fixture
def breaking_site(tmp_path: Path, sqlite_url: str) -> World:
    world = World(tmp_path, sqlite_url)
    items = [
        item(f"t{number}", title=escape(title), description="正文。")
        for number, title in enumerate(CASES["titles"])
    ] + [
        item(f"b{number}", description=escape(body)) for number, body in enumerate(CASES["bodies"])
    ]
    with Site() as site:
        site.set("/feed.xml", rss(*items))
        world.add(site.url("/feed.xml"), categories=CASES["categories"])
        (poll,) = world.poll()
    assert poll.new == len(items)
    return world


@pytest.mark.parametrize(
    ("config", "plugins"),
    [(PLAIN, ()), (DEFAULT, ()), (DEFAULT, ("hexo-filter-github-emojis",))],
    ids=["nothing added", "as Hexo is installed", "with emojis"],
)
def test_titles_and_bodies_that_could_break_a_site_build(
    breaking_site: World, hexo: Hexo, config: Mapping[str, object], plugins: Sequence[str]
) -> None:
    assert_pages_show_what_is_stored(breaking_site, hexo, config, plugins)
    breaking_site.database.dispose()


def test_categories_are_a_path_of_the_configured_names(breaking_site: World, hexo: Hexo) -> None:
    for page, _ in pages_and_entries(breaking_site, hexo, DEFAULT):
        assert page.categories == tuple(CASES["categories"])
    breaking_site.database.dispose()


@pytest.mark.parametrize(
    ("style", "timezone"), [("local", "Asia/Shanghai"), ("rfc822", ""), ("iso", "UTC")]
)
def test_dates_are_right_in_any_time_zone_of_the_machine(
    style: Any, timezone: str, hexo: Hexo
) -> None:
    """These pairs of settings are the ones that the manual recommends."""
    posts = hexo.new_folder()
    layout = HexoLayout(ArchiveConfig(date_style=style, timezone="Asia/Shanghai"))
    (posts / "a.md").write_bytes(layout.render(make_record()))
    for zone in ("UTC", "Asia/Shanghai", "America/New_York"):
        (page,) = read_pages(hexo.build(posts, {"timezone": timezone}, zone)).values()
        assert (page.date, page.updated) == ("2022-01-28T13:34:39.000Z",) * 2


def test_records_leave_the_addresses_of_other_posts_alone(hexo: Hexo) -> None:
    """The permalink is the one that the manual recommends."""
    posts = hexo.new_folder()
    for name in ("我的第一篇", "second"):
        own = f"---\ntitle: {name}\ndate: 2022-01-28 13:34:39\n---\n\n正文\n"
        (posts / f"{name}.md").write_text(own, "utf-8")
    before = {name: page.path for name, page in read_pages(hexo.build(posts, DEFAULT)).items()}
    layout = HexoLayout(ArchiveConfig(front_matter={"permalink": "feeds/{folder}/{id}/"}))
    (posts / "feeds").mkdir()
    for number in (1, 2):
        record = make_record(key=f"{number}" * 64, path=f"feeds/news/{number}.md")
        (posts / f"feeds/{number}.md").write_bytes(layout.render(record))
    after = {name: page.path for name, page in read_pages(hexo.build(posts, DEFAULT)).items()}
    records = {name: path for name, path in after.items() if name not in before}
    assert {name: after[name] for name in before} == before
    assert len(records) == 2
    assert all(path.startswith("feeds/") for path in records.values())
