"""`guidang entries` and `feeds show`: selection, order and forms of output."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rich.cells import cell_len

from ingest.store.listings import Key, Selection, listing, page
from tests.program import Program, new_program
from tests.site import Site
from tests.support import item, rss
from tests.world import World

DAYS = [
    item(1, pubDate="Sat, 01 Jun 2024 08:00:00 +0800", category="社会"),
    item(2, pubDate="Mon, 03 Jun 2024 08:00:00 +0800"),
    item(3, pubDate="Sun, 02 Jun 2024 08:00:00 +0800", category="社会"),
]


@pytest.fixture
def program(tmp_path: Path, site: Site) -> Program:
    site.set("/feed", rss(*DAYS))
    program = new_program(tmp_path)
    program.good("feeds", "add", site.url("/feed"), "--title", "江海", "--category", "要闻")
    program.good("poll")
    return program


def titles(program: Program, *options: str) -> list[str]:
    listed = json.loads(program.good("entries", "list", "--format", "json", *options))
    return [entry["title"] for entry in listed]


def test_entries_are_listed_newest_first_by_publication(program: Program) -> None:
    assert titles(program) == ["第2条新闻", "第3条新闻", "第1条新闻"]
    assert titles(program, "--limit", "1") == ["第2条新闻"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--since 2024-06-02", ["第2条新闻", "第3条新闻"]),
        ("--until 2024-06-02", ["第3条新闻", "第1条新闻"]),
        ("--since 2024-06-02 --until 2024-06-02", ["第3条新闻"]),
        ("--category 社会", ["第3条新闻", "第1条新闻"]),
        ("--category 要闻", ["第2条新闻", "第3条新闻", "第1条新闻"]),
        ("--category 社会 --limit 1", ["第3条新闻"]),
        ("--category 体育", []),
        ("--feed 江海 --since 2024-06-03", ["第2条新闻"]),
    ],
)
def test_options_select_entries(program: Program, options: str, expected: list[str]) -> None:
    assert titles(program, *options.split()) == expected


def test_since_later_than_until_is_refused(program: Program) -> None:
    refused = program.run("entries", "list", "--since", "2024-06-02", "--until", "2024-06-01")
    assert (refused.code, refused.err) == (2, "guidang: --since is later than --until\n")


def test_json_holds_text_feed_and_date_method(program: Program) -> None:
    first = json.loads(program.good("entries", "list", "--json"))[0]
    assert first["feed_title"] == "江海"
    assert first["feed_categories"] == ["要闻"]
    assert (first["published_method"], first["published_precision"]) == ("RFC 5322", "second")
    assert first["text"].startswith("第2条")


def test_csv_holds_the_same_texts_as_json(program: Program) -> None:
    rows = list(csv.DictReader(io.StringIO(program.good("entries", "list", "--format", "csv"))))
    listed = json.loads(program.good("entries", "list", "--format", "json"))
    assert [row["text"] for row in rows] == [entry["text"] for entry in listed]
    assert [row["categories"] for row in rows] == ["", "社会", "社会"]
    assert rows[0]["published_at"] == "2024-06-03T00:00:00+00:00"


def test_the_table_names_feeds_by_their_titles(program: Program) -> None:
    assert "江海" in program.good("entries", "list")
    assert "127.0.0.1" not in program.good("entries", "list")


def test_an_entry_is_shown_without_internal_names(tmp_path: Path, site: Site) -> None:
    site.set("/feed", rss(item(1, author="陈堃")))
    program = new_program(tmp_path)
    program.good("feeds", "add", site.url("/feed"))
    program.good("poll")
    shown = program.good("entries", "show", "1")
    assert "authors: 陈堃\n" in shown
    assert "None" not in shown
    assert "_" not in shown.split("lead image")[0].replace(site.url(""), "")


def test_pages_of_a_listing_have_no_gaps_or_repetitions(world: World, site: Site) -> None:
    """There are more entries than a page holds, with one date and without a date."""
    many = [
        item(n, pubDate="Sat, 01 Jun 2024 08:00:00 +0800" if n % 2 else "") for n in range(1100)
    ]
    site.set("/feed", rss(*many))
    world.poll(world.add(site.url("/feed")))
    listed = [entry["id"] for entry in listing(world.database)]
    assert len(listed) == len(set(listed)) == 1100


@pytest.mark.parametrize("feed_id", [None, 1])
def test_each_page_of_a_listing_uses_the_index_of_dates(
    world: World, site: Site, feed_id: int | None
) -> None:
    site.set("/feed", rss(*DAYS))
    world.poll(world.add(site.url("/feed")))
    if world.database.name.startswith("sqlite"):
        after = Key(world.clock(), 1)
        plan = world.database.query(_plan, Selection(feed_id=feed_id), after)
        index = "ix_entry_feed_id_date" if feed_id else "ix_entry_date"
        assert any(f"{index} (" in step and "<expr><?" in step for step in plan), plan
        assert not any("TEMP B-TREE" in step for step in plan)
    since = datetime(2024, 6, 2, 12, tzinfo=UTC)
    assert len(list(listing(world.database, Selection(since=since)))) == 1


def _plan(connection: sa.Connection, selection: Selection, after: Key) -> list[str]:
    """Return how SQLite finds the entries of a page."""
    plans: list[str] = []

    def explain(*call: Any) -> None:
        _, cursor, statement, parameters, *_ = call
        if "ORDER BY coalesce" in statement:
            driver = cursor.connection.cursor()
            rows = driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[3] for row in rows)

    sa.event.listen(connection, "before_cursor_execute", explain)
    page(connection, selection, after=after, size=50)
    return plans


def test_times_are_not_wrapped_on_a_narrow_terminal(program: Program, site: Site) -> None:
    program.good("feeds", "set", "1", "--title", "江海日报数字版每日要闻精选订阅" * 2)
    for command in ("feeds list", "entries list"):
        shown = program.on_terminal(*command.split(), columns=60).out
        assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d CST", shown)
        assert max(cell_len(line) for line in plain(shown).splitlines()) <= 60


def plain(shown: str) -> str:
    """Return the output of a terminal without its colours."""
    return re.sub(r"\x1b\[[\d;]*m", "", shown)


def test_empty_lists_say_that_they_are_empty(tmp_path: Path) -> None:
    program = new_program(tmp_path)
    assert program.good("feeds", "list").startswith("there is no feed yet; add one with:")
    assert program.good("entries", "list") == "no such entry\n"
    assert program.good("backfill", "list").startswith("no backfill yet;")
    assert program.good("feeds", "list", "--json") == "[]\n"


def test_feeds_show_lists_the_results_of_polls(program: Program, site: Site) -> None:
    site.set("/feed", rss(*DAYS), etag='"1"')
    program.good("poll", "1")
    program.good("poll", "1")
    site.set("/feed", status=500)
    assert program.run("poll", "1").code == 1
    polls = program.good("feeds", "show", "1").partition("result")[2]
    assert [re.split(r"  +", line.strip())[-1] for line in polls.strip().splitlines()] == [
        "failed: the server answered 500",
        "not modified",
        "the same document",
        "3 new, 0 edited, 0 unchanged",
    ]


def test_feeds_show_lists_the_warnings_of_polls(program: Program, site: Site) -> None:
    program.good("feeds", "set", "1", "--full-text", "true")
    lacking = item(4, link=site.url("/none.html"))
    site.set("/feed", rss(*DAYS, lacking))
    assert program.run("poll", "1").code == 0
    shown = program.good("feeds", "show", "1")
    assert "1 new, 0 edited, 3 unchanged; warning: 1 entry is kept without full text" in shown
