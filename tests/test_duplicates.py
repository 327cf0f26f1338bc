"""Near-duplicates in commands, outputs and exports."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.program import Program, new_program
from tests.site import Site
from tests.support import item, rss

FIRST = "市图书馆十二月起延长开放时间，读者可凭借阅证入馆，周末照常开放，自习室座位增加到四百个。"
SECOND = "馆方表示，新采购的图书将陆续上架，电子阅览室也换了设备，欢迎市民前来体验并提出宝贵意见。"
STORY = f"<p>{FIRST}</p><p>{SECOND}</p>"


def date(day: int) -> str:
    return f"{day:02} Jan 2022 12:00:00 +0800"


@pytest.fixture
def program(tmp_path: Path, site: Site) -> Program:
    """Three feeds: a story and its reprint, its beginning, and another story."""
    fill(site)
    program = new_program(tmp_path)
    for name in ("own", "reprint", "excerpt"):
        program.good("feeds", "add", site.url(f"/{name}.xml"))
    program.good("poll")
    return program


def fill(site: Site) -> None:
    own = item("a", title="图书馆延长开放", description=STORY, pubDate=date(2))
    other = item("x", title="另一件事", description="<p>毫不相干的短讯，说的是别的事情。</p>")
    site.set("/own.xml", rss(own, other, title="图书馆"))
    text = f"{STORY}<p>责任编辑：王某</p>"
    again = item("b", title="图书馆延长开放", description=text, pubDate=date(3))
    site.set("/reprint.xml", rss(again, title="转载站"))
    short = item("c", title="图书馆延长开放", description=f"<p>{FIRST}</p>", pubDate=date(1))
    site.set("/excerpt.xml", rss(short, title="摘要"))


def numbers(program: Program) -> dict[str, int]:
    """Return the number of each entry by the title of its feed."""
    rows = json.loads(program.good("entries", "list", "--json"))
    return {row["feed_title"]: row["id"] for row in rows if row["title"] != "另一件事"}


def test_the_command_lists_each_story_with_its_canonical_entry(program: Program) -> None:
    ids = numbers(program)
    (story,) = json.loads(program.good("duplicates", "--json"))
    assert story["canonical"]["id"] == ids["图书馆"]
    found = {one["id"]: (one["relation"], one["to"], one["part"]) for one in story["duplicates"]}
    assert found == {
        ids["转载站"]: ("reprint", ids["图书馆"], None),
        ids["摘要"]: ("excerpt", ids["图书馆"], ids["摘要"]),
    }
    shown = program.good("duplicates", "--feed", "转载站")
    assert f"reprint of {ids['图书馆']}, 100% (same text, other boilerplate)" in shown


def test_the_command_says_that_near_duplicates_are_off(tmp_path: Path) -> None:
    settings = {"GUIDANG_DUPLICATES__ENABLED": "false"}
    program = replace(new_program(tmp_path), env=settings)
    result = program.run("duplicates")
    assert (result.code, result.out) == (2, "")
    assert "near-duplicates are off; set duplicates.enabled = true" in result.err


def test_an_entry_names_its_duplicates(program: Program) -> None:
    ids = numbers(program)
    shown = program.good("entries", "show", str(ids["转载站"]))
    assert f"canonical entry: {ids['图书馆']}  图书馆延长开放" in shown
    row = json.loads(program.good("entries", "show", str(ids["图书馆"]), "--json"))
    assert {one["id"] for one in row["duplicates"]} == {ids["转载站"], ids["摘要"]}


def test_duplicates_are_found_and_counted(program: Program) -> None:
    found = program.good("search", "has:duplicate", "--ids").split()
    assert {int(one) for one in found} == set(numbers(program).values())
    assert "duplicates: 3 entries of 1 story" in program.good("status")
    totals = json.loads(program.good("status", "--json"))
    assert (totals["duplicate_entries"], totals["duplicate_clusters"]) == (3, 1)


def test_the_feed_with_the_higher_priority_has_the_canonical_entry(program: Program) -> None:
    program.good("feeds", "set", "转载站", "--priority", "5")
    program.good("poll")
    (story,) = json.loads(program.good("duplicates", "--json"))
    assert story["canonical"]["feed_title"] == "转载站"


def test_an_edit_splits_a_cluster(program: Program, site: Site) -> None:
    text = "这一条已经改为别的内容，只谈明天的天气：多云转晴。"
    edited = item("b", title="图书馆延长开放", description=text, pubDate=date(3))
    site.set("/reprint.xml", rss(edited, title="转载站"))
    program.good("poll", "--all")
    (story,) = json.loads(program.good("duplicates", "--json"))
    assert [one["feed_title"] for one in story["duplicates"]] == ["摘要"]


def output(program: Program, duplicates: str, more: str = "") -> list[str]:
    """Write the archive; return the texts of its files that tell the story."""
    program.write_config(f'[archive]\nduplicates = "{duplicates}"\n{more}\n')
    program.good("poll", "--all")
    program.good("archive", "--check")
    texts = [path.read_text() for path in sorted(program.folder.rglob("*.md"))]
    return [text for text in texts if "图书馆延长开放" in text]


def test_an_output_may_have_only_canonical_entries(program: Program, site: Site) -> None:
    assert len(output(program, "keep")) == 3
    (text,) = output(program, "canonical")
    link = "https://news.example.cn/a/a.html"
    assert link in text
    program.good("takedown", link, "--reason", "x", "--yes")
    (text,) = output(program, "canonical")
    assert "/a/b.html" in text
    assert len(output(program, "keep")) == 2


def written(program: Program, more: str = "") -> list[str]:
    """Return the names of the items that an output with only canonical entries has."""
    texts = output(program, "canonical", more)
    return [name for text in texts for name in "abc" if f"/a/{name}.html" in text]


def test_an_output_without_the_canonical_entry_has_the_next_best(program: Program) -> None:
    assert written(program) == ["a"]
    assert written(program, 'feeds = ["转载站", "摘要"]') == ["b"]
    assert written(program, 'feeds = ["摘要"]') == ["c"]
    assert written(program) == ["a"]
    program.good("feeds", "set", "图书馆", "--publish-after", "3650d")
    assert written(program) == ["b"]
    program.good("feeds", "set", "转载站", "--publish-after", "3650d")
    assert written(program) == ["c"]
    assert written(program, "private = true") == ["a"]
    program.good("feeds", "set", "图书馆", "--publish-after", "1d")
    assert written(program) == ["a"]
    program.good("feeds", "set", "图书馆", "--excerpt-only", "yes")
    assert written(program) == ["a"]


def test_an_output_may_link_duplicates(program: Program) -> None:
    texts = output(program, "link")
    assert len(texts) == 3
    address = "https://news.example.cn/a/a.html"
    metas = [yaml.safe_load(text.split("---\n")[1]) for text in texts]
    assert {meta["canonical_url"] for meta in metas} == {address}
    others = ["https://news.example.cn/a/c.html", "https://news.example.cn/a/b.html"]
    assert sorted((meta["see_also"] for meta in metas), key=len) == [[address], [address], others]


def test_an_export_names_the_duplicates_of_an_entry(program: Program) -> None:
    lines = program.good("export", "-", "--format", "jsonl").splitlines()
    entries = [json.loads(line) for line in lines]
    story = {one["id"] for one in entries if one["title"] == "图书馆延长开放"}
    for one in entries:
        assert set(one["duplicates"]) == (story - {one["id"]} if one["id"] in story else set())
    assert len(story) == 3
