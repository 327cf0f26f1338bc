"""The layouts for site generators and note-takers: bytes, paths, and text from hostile feeds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

from ingest.config import OutputConfig
from ingest.outputs import LAYOUTS, Layout, make_layout
from ingest.values import Author, Record
from tests.support import make_record

GOLDEN = Path(__file__).parent / "data/layouts"
FILES = {
    "astro.md": ("astro", ""),
    "eleventy.html": ("eleventy", ""),
    "html.html": ("html", ""),
    "hugo.md": ("hugo", ""),
    "jekyll.html": ("jekyll", ""),
    "logseq.md": ("markdown", "logseq"),
    "material.md": ("material", ""),
    "nikola.html": ("nikola", ""),
    "obsidian.md": ("markdown", "obsidian"),
    "pelican.md": ("pelican", ""),
    "vitepress.md": ("vitepress", ""),
}
OTHERS = sorted(LAYOUTS.keys() - {"hexo"})
IN_YAML = ["astro", "eleventy", "hugo", "jekyll", "markdown", "material", "vitepress"]
HALF_WIDTH = {code + 0xFEE0: code for code in range(0x21, 0x7F)}
RECORD = make_record(
    title="it's “一” & {{ x }} #2",
    feed_categories=("新媒体", "江海网"),
    authors=(Author(name="周晓岚"), Author(name="Smith, John")),
    tags=("C++", "城市 更新", "2024"),
    updated_at=datetime(2022, 1, 29, tzinfo=UTC),
    html='<p>他说<b>“好。”</b>走了 {{ x }}</p>\n\n<h2>二</h2><p><img src="https://img.example.cn/1.jpg"></p>',
)


def layout_of(name: str, **settings: Any) -> Layout:
    output = OutputConfig.model_validate({"name": "x", "path": "x", "layout": name} | settings)
    return make_layout(name, output)


def render(name: str, record: Record, **settings: Any) -> str:
    return layout_of(name, **settings).render(record).decode()


@pytest.mark.parametrize("file", FILES)
def test_a_record_has_the_form_of_the_sample(file: str) -> None:
    name, profile = FILES[file]
    assert render(name, RECORD, profile=profile) == (GOLDEN / file).read_text("utf-8")


ODD = json.loads((GOLDEN / "odd.json").read_text("utf-8"))


def _head(text: str) -> str:
    return text.removeprefix("---\n").partition("\n---\n")[0]


def front_matter_of(text: str) -> dict[str, Any]:
    found = yaml.load(_head(text), yaml.SafeLoader)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", IN_YAML)
@pytest.mark.parametrize("title", [*ODD["titles"], *ODD["names"]])
def test_front_matter_is_read_as_the_fields_of_the_record(name: str, title: str) -> None:
    record = make_record(title=title, tags=(title,), authors=(Author(name=title),), guid=title)
    found = front_matter_of(render(name, record))
    shown = " ".join("".join(c if c.isprintable() else " " for c in title).split())
    plain = found["title"].translate(HALF_WIDTH)
    if name == "vitepress":
        plain = MarkdownIt().parseInline(plain)[0].children[0].content if plain else plain
        shown = shown and plain
    assert plain == (shown or "2022-01-28 13:34").translate(HALF_WIDTH)
    assert all(isinstance(tag, str) for tag in found.get("tags", []))
    assert isinstance(found["author"], list if name == "markdown" else str)


@pytest.mark.parametrize(
    ("name", "key", "style", "expected"),
    [
        ("astro", "pubDate", "offset", datetime(2022, 1, 28, 13, 34, 39, tzinfo=UTC)),
        ("eleventy", "date", "iso", datetime(2022, 1, 28, 13, 34, 39, tzinfo=UTC)),
        ("hugo", "lastmod", "offset", datetime(2022, 1, 28, 13, 34, 39, tzinfo=UTC)),
        ("jekyll", "date", "offset", datetime(2022, 1, 28, 13, 34, 39, tzinfo=UTC)),
        ("markdown", "published", "local", datetime(2022, 1, 28, 21, 34, 39)),
        ("vitepress", "updated", "iso", datetime(2022, 1, 28, 13, 34, 39, tzinfo=UTC)),
    ],
)
def test_dates_are_timestamps(name: str, key: str, style: str, expected: datetime) -> None:
    found = front_matter_of(render(name, make_record(), date_style=style))
    assert found[key] == expected


@pytest.mark.parametrize("name", OTHERS)
def test_records_never_share_the_last_part_of_a_path(name: str) -> None:
    layout = layout_of(name)
    records = [
        make_record(title=title, feed_url=feed, feed_slug=slug)
        for title in ("v1.2", "V12")
        for feed, slug in (("https://a.cn/1", "a.b"), ("https://a.cn/2", "ab"))
    ]
    ends = [layout.path(record).rpartition("-")[2] for record in records]
    assert len(set(ends)) == 2  # two feeds with one key
    assert len({layout.path(record) for record in records}) == len(records)


@pytest.mark.parametrize("name", OTHERS)
def test_a_new_title_leaves_the_address_of_a_page(name: str) -> None:
    path = "a/2022-01-28-old-0123456789.md"
    text = render(name, make_record(title="new", path=path))
    assert ("slug" in text.lower()) == ("2022-01-28-old-0123456789" in text)


@pytest.mark.parametrize("name", sorted(set(OTHERS) - {"html", "markdown"}))
def test_names_get_the_spelling_of_their_page(name: str) -> None:
    record = make_record(tags=("C#",), authors=(Author(name="c"),), feed_categories=("新", "C+"))
    layout = layout_of(name)
    places = dict.fromkeys(layout.names(record, {}), "另一个")
    assert set(places) >= {("tags", "C#"), ("authors", "c"), ("categories", "C+")}
    text = layout.render(record, places).decode()
    assert text.count("另一个") >= 2
    assert "C#" not in text


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("hugo", "weight: 5"),
        ("pelican", "weight: 5"),
        ("nikola", ".. weight: 5"),
        ("markdown", "weight: 5"),
        ("html", '<meta name="weight" content="5">'),
    ],
)
def test_own_keys_are_added_and_remove_others(name: str, line: str) -> None:
    own = {"weight": 5, "description": "", "Summary": ""}
    text = render(name, make_record(html="<p>正文在此。</p>"), front_matter=own)
    assert line in text.splitlines()
    assert text.count("正文在此") == (2 if name == "hugo" else 1)  # Hugo has `summary` too


@pytest.mark.parametrize(
    ("name", "profile", "ends"),
    [("hugo", "", True), ("material", "", True), ("nikola", "", False), ("markdown", "", False)],
)
def test_the_text_ends_with_its_source_if_pages_do_not_show_it(
    name: str, profile: str, ends: bool
) -> None:
    assert ("原文：" in render(name, make_record(language="zh"), profile=profile)) is ends
