"""Feeds with new addresses: `feeds set --url`, the suggestion to use it, and stored settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.program import Program
from tests.site import Site
from tests.support import item, rss


@pytest.fixture
def program(tmp_path: Path, sqlite_url: str) -> Program:
    program = Program(tmp_path, sqlite_url)
    program.write_config("")
    return program


def list_json(program: Program, what: str = "feeds") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(program.good(what, "list", "--json"))
    return found


def add_feed(program: Program, site: Site, *options: str) -> None:
    """Add and poll a feed with two entries and validators, at the old address."""
    site.set("/old.xml", rss(item(1), item(2)), etag='"old"')
    site.set("/new.xml", rss(item(1), item(2), item(3)), etag='"old"')
    program.good("feeds", "add", site.url("/old.xml"), *options)
    program.good("poll")


def test_a_new_address_keeps_entries_and_drops_validators(program: Program, site: Site) -> None:
    add_feed(program, site, "--interval", "6h")
    program.good("feeds", "set", "1", "--url", site.url("/new.xml"))
    program.good("poll")
    (feed,) = list_json(program)
    assert (feed["id"], feed["url"]) == (1, site.url("/new.xml"))
    assert feed["settings"] == {"interval": "6h"}
    assert len(list_json(program, "entries")) == 3
    sent = [one.headers.get("if-none-match") for one in site.requests_to("/new.xml")]
    assert sent == [None]
    records = [path.read_text("utf-8") for path in (program.folder / "source").rglob("*.md")]
    assert [site.url("/new.xml") in record for record in records] == [True] * 3


def test_adding_the_new_address_of_a_feed_suggests_set_url(program: Program, site: Site) -> None:
    add_feed(program, site)
    output = program.good("feeds", "add", site.url("/new.xml"))
    suggestion = f"guidang feeds set 1 --url {site.url('/new.xml')}"
    assert suggestion in output
    program.good(*suggestion.split()[1:])
    (feed,) = list_json(program)
    assert (feed["id"], feed["url"]) == (1, site.url("/new.xml"))
    program.good("poll")
    assert len(list_json(program, "entries")) == 3


def test_another_spelling_of_an_address_suggests_set_url(program: Program) -> None:
    program.good("feeds", "add", "--no-check", "http://www.news.example.cn/feed")
    output = program.good("feeds", "add", "--no-check", "https://news.example.cn/feed")
    assert "guidang feeds set 1 --url" in output
    other = program.good("feeds", "add", "--no-check", "https://news.example.cn/feed?from=2")
    assert "feeds set" not in other


def test_another_feed_of_the_site_suggests_nothing(program: Program, site: Site) -> None:
    add_feed(program, site)
    site.set("/c.xml", rss(item(7), item(8)))
    site.set("/d.xml", rss(item(1), item(2), title="江海新闻 - 评论"))
    for path in ("/c.xml", "/d.xml"):
        assert "feeds set" not in program.good("feeds", "add", site.url(path))


def test_the_address_of_another_feed_with_entries_is_refused(program: Program, site: Site) -> None:
    add_feed(program, site)
    program.good("feeds", "add", site.url("/new.xml"))
    program.good("poll")
    refused = program.run("feeds", "set", "1", "--title", "新", "--url", site.url("/new.xml"))
    assert refused.code == 2
    assert "guidang feeds remove 2 --delete-entries" in refused.err
    assert [feed["settings"] for feed in list_json(program)] == [{}, {}]
    program.good("feeds", "remove", "2", "--delete-entries", "--yes")
    program.good("feeds", "set", "1", "--url", site.url("/new.xml"))
    assert len(list_json(program, "entries")) == 2


def test_an_invalid_address_is_refused(program: Program, site: Site) -> None:
    add_feed(program, site)
    assert program.run("feeds", "set", "1", "--url", "gopher://x").code == 2
    assert program.run("feeds", "set", "1").code == 2
    program.good("feeds", "set", "1", "--url", site.url("/old.xml"))


def test_set_url_joins_feeds_after_a_changed_file(program: Program, site: Site) -> None:
    site.set("/old.xml", rss(item(1)))
    site.set("/new.xml", rss(item(1), item(2)))
    for path in ("/old.xml", "/new.xml"):
        program.write_config(f'[[feeds]]\nurl = "{site.url(path)}"\nauthor = "编辑部"\n')
        program.good("poll" if path == "/old.xml" else "status")
    program.good("feeds", "set", "1", "--url", site.url("/new.xml"))
    program.good("poll")
    (feed,) = list_json(program)
    assert (feed["id"], feed["origin"], feed["paused_at"]) == (1, "file", None)
    assert feed["settings"] == {"author": "编辑部"}
    assert len(list_json(program, "entries")) == 2


def test_settings_survive_remove_and_add(program: Program, site: Site) -> None:
    add_feed(program, site, "--interval", "6h", "--author", "编辑部")
    program.good("feeds", "remove", "1", "--yes")
    output = program.good("feeds", "add", site.url("/old.xml"), "--author", "他人")
    assert "interval" in output
    (feed,) = list_json(program)
    assert feed["settings"] == {"interval": "6h", "author": "他人"}
