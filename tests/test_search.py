"""The search index: every text with the words is found, and no other, on both databases."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.database import Database
from ingest.errors import UsageError
from ingest.follow.follower import Run
from ingest.follow.search import Search
from ingest.query import QueryError, parse_query
from ingest.store import due, feeds, listings
from ingest.store.search import index
from ingest.store.search.expressions import AllOf, AnyOf, Has, together
from ingest.store.search.find import Found, Sort, place_of, search
from ingest.store.search.listing import listing, within
from models import Entry, SearchDocument
from tests.program import new_program
from tests.searching import SHANGHAI, check, fill, fill_with, finish
from tests.site import Site
from tests.support import NOON, item, rss
from tests.world import World

_FORK = multiprocessing.get_context("fork")


def hits(world: World, query: str, *, limit: int = 1000, **more: Any) -> list[Found]:
    return world.database.query(search, parse_query(query, SHANGHAI), limit=limit, **more)


def found(world: World, query: str, *, sort: Sort = "relevance") -> list[str]:
    """Return the titles of the entries that meet a query, in order."""
    ids = [hit.entry_id for hit in hits(world, query, sort=sort)]
    return [row["title"] for row in world.database.query(listings.by_ids, ids)]


def date(day: int) -> str:
    return f"{day:02} Jan 2022 12:00:00 +0800"


LONG = "".join(map(chr, Random(1).choices(range(0x4E00, 0x9FA0), k=90_000)))
SAMPLES = (
    item("a", title="北溪", description="北溪２号管道，GPT-4o涨5.5%，學C++。", pubDate=date(1)),
    item("b", title="约北", description="北、约；北溪22号，15.5%，category，C+。", pubDate=date(2)),
    item("c", title="臺灣新聞", description="北约在文中，錢鍾書看著。", pubDate=date(3)),
    item("d", title="长文", description=f"{LONG}最后一词。北约 incredible", pubDate=date(4)),
    item("e", title="数字", description="一" * 700 + "尾巴，🙂 Straße O'Neil", pubDate=date(5)),
)
EXACT: list[tuple[str, str]] = [
    ("约", "长文 臺灣新聞 约北"),
    ("北约", "长文 臺灣新聞"),
    ("北溪2号", "北溪"),
    ("北溪", "北溪 约北"),
    ("GPT-4o", "北溪"),
    ("gpt", "北溪"),
    ("C++", "北溪"),
    ("C+", "约北 北溪"),
    ("5.5%", "北溪"),
    ("15.5", "约北"),
    ("5", ""),
    ("cat", ""),
    ("cat*", "约北"),
    ("台湾", "臺灣新聞"),
    ("钱钟书", "臺灣新聞"),
    ("看着", "臺灣新聞"),
    ("最后一词", "长文"),
    ("最后一字", ""),
    (LONG[80_000:80_005], "长文"),
    (LONG[80_004] + LONG[80_000], ""),
    ("incred*", "长文"),
    ("一尾巴", "数字"),
    ("🙂", "数字"),
    ("STRASSE", "数字"),
    ("o'neil", "数字"),
    ("北 -北约", "约北 北溪"),
    ("北 -最后一词 -北溪2号", "臺灣新聞 约北"),
    ("北溪 OR 钱钟书", "北溪 臺灣新聞 约北"),
    ("-约 -北", "数字"),
    ("in:title 北", "约北 北溪"),
    ("on:2022-01-03 OR 尾巴", "数字 臺灣新聞"),
    ("-(北 OR on:2022-01-05)", ""),
    ("北 after:2022-01-03", "长文 臺灣新聞"),
    ("feed:1 -北溪", "数字 长文 臺灣新聞"),
    ("lang:zh 约北", "约北"),
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def samples(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    root: Path = tmp_path_factory.mktemp("search")
    url = f"sqlite:///{root}/guidang.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").create()
    world = World(root, url)
    with Site() as site:
        fill(world, site, *SAMPLES)
    yield world
    world.database.dispose()


@pytest.mark.parametrize(("query", "titles"), EXACT)
def test_exactly_the_texts_with_the_words_are_found(
    samples: World, query: str, titles: str
) -> None:
    assert set(found(samples, query)) == set(titles.split())
    assert found(samples, query, sort="date") == sorted(
        titles.split(), key=lambda title: -next(i for i, s in enumerate(SAMPLES) if title in s)
    )


@pytest.mark.parametrize(
    "query", ['"a AND b" NOT', "a' | b", "^a", "\\", "a:*", "NEAR(a b)", "{a}"]
)
def test_operators_of_the_databases_have_no_meaning(samples: World, query: str) -> None:
    with suppress(QueryError):
        assert found(samples, query) == []


ANYTHING = "北约溪2aC+.%-*:'\"\\|&!()<>@#^~=` \u3000台OR\x01\u0301🙂"


@settings(max_examples=60, deadline=None)
@given(query=st.text(st.sampled_from(ANYTHING), max_size=20))
def test_no_query_causes_a_database_error(samples: World, query: str) -> None:
    with suppress(UsageError):
        found(samples, query)


# Titles of entries, newest last; each query with the best first.
LABELLED = (
    item(1, title="台湾与芯片", description="标题有两个词。", pubDate=date(1)),
    item(2, title="台湾", description="正文里有芯片。", pubDate=date(2)),
    item(3, title="芯片", description="正文里有台湾。", pubDate=date(3)),
    item(4, title="新闻四", description="台湾，芯片。", pubDate=date(4)),
    item(5, title="新闻五", description="台湾，芯片。", pubDate=date(5)),
    item(6, title="新闻六", description="台湾的鳗鱼。", pubDate=date(6)),
    item(7, title="新闻七", description="台湾。", pubDate=date(7)),
    item(8, title="台湾八", description="别的。", pubDate=date(8)),
)
ORDERS = [
    ("台湾", "台湾八 台湾 台湾与芯片 新闻七 新闻六 新闻五 新闻四 芯片"),
    ("台湾 芯片", "台湾与芯片 芯片 台湾 新闻五 新闻四"),
    ("鳗鱼 OR 新闻", "新闻六 新闻七 新闻五 新闻四"),
    ("芯片 in:title", "芯片 台湾与芯片"),
    ("芯片 -台湾", ""),
]


def test_the_order_by_relevance(world: World, site: Site) -> None:
    fill(world, site, *LABELLED)
    for query, titles in ORDERS:
        assert found(world, query) == titles.split(), query
        assert found(world, query) == found(world, query)
    scores = [hit.score for hit in hits(world, "台湾 芯片")]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 1.0


def test_pages_by_key_have_every_hit_once(world: World, site: Site) -> None:
    items = [
        item(n, title="北约" if n % 3 else "别的", description="北约的", pubDate=date(n % 5 + 1))
        for n in range(40)
    ]
    fill(world, site, *items)
    whole = hits(world, "北约的 北约")
    assert len(whole) == 40
    pages: list = []
    while page := hits(world, "北约的 北约", limit=7, after=pages[-1].place if pages else None):
        pages += page
    assert pages == whole
    assert place_of(str(whole[9].place)) == whole[9].place
    for wrong in ("", "1", "1.2.x", "9" * 50):
        with pytest.raises(UsageError, match="is not the place of a hit"):
            place_of(wrong)


def test_a_common_word_is_found_beyond_the_newest_texts(world: World, site: Site) -> None:
    titles = ["北约" if n < 5 else "别的" for n in range(450)]
    fill(world, site, *(item(n, title=one, description=f"约{n}") for n, one in enumerate(titles)))
    for query, count in (("约", 450), ("北", 5), ("in:title 北", 5), ("北约", 5), ("别", 445)):
        assert len(hits(world, query)) == count, query


def test_a_beginning_of_tokens_is_not_asked_for_if_a_title_has_the_character() -> None:
    in_title = AnyOf((AllOf((Has("^约"),)),))
    assert together([Has("约", is_prefix=True), in_title]) == Has("^约")
    assert together([Has("约", is_prefix=True), Has("^北")]) != Has("^北")


def test_earlier_versions_are_found_by_in_revisions(world: World, site: Site) -> None:
    fill(world, site, item(1, title="旧的标题", description="原来的文字"))
    site.set("/feed.xml", rss(item(1, title="新的标题", description="改过的文字")))
    world.poll()
    assert found(world, "改过") == ["新的标题"]
    assert found(world, "原来") == []
    assert found(world, "in:revisions 原来") == ["新的标题"]
    assert found(world, "in:revisions in:title 旧的标题") == ["新的标题"]
    assert found(world, "in:revisions 改过") == []
    assert found(world, "文字 (in:revisions 原来的)") == ["新的标题"]


def test_a_deleted_feed_is_forgotten(world: World, site: Site) -> None:
    fill(world, site, item(1, description="北约"))
    feed = world.database.query(feeds.every)[0]
    world.database.transact(feeds.remove, feed.id, now=NOON, entries=True)
    finish(world)
    assert hits(world, "北约") == []


def test_forgetting_an_entry_removes_its_words(world: World, site: Site) -> None:
    fill(world, site, item(1, title="甲", description="secretword"), item(2, title="乙"))
    first = world.query(lambda c: c.scalar(sa.select(Entry.id).where(Entry.title == "甲")))
    world.database.transact(index.forget, [first])
    assert hits(world, "secretword") == []
    assert found(world, "乙") == ["乙"]
    if world.database_url.startswith("sqlite"):
        named = "SELECT count(*) FROM search_index WHERE search_index MATCH 'secretword'"
        assert world.query(lambda c: c.scalar(sa.text(named))) == 0


def test_rebuilding_makes_the_index_again(world: World, site: Site) -> None:
    fill(world, site, *map(item, range(5)))
    before = found(world, "新闻")
    world.database.transact(index.clear)
    assert found(world, "新闻") == []
    world.database.transact(due.mark_all_due_for, "search", NOON)
    assert world.database.query(index.filling) == index.Filling(indexed=0, due=5)
    finish(world)
    assert found(world, "新闻") == before
    assert world.database.query(index.filling) == index.Filling(indexed=5, due=0)


def test_the_index_of_a_small_archive_is_merged(world: World, site: Site) -> None:
    for number in range(23):
        fill(world, site, item(number))
        finish(world)
    if world.database.engine.dialect.name == "sqlite":
        segments = sa.text("SELECT count(DISTINCT segid) FROM search_index_idx")
        assert world.database.query(lambda c: c.scalar(segments)) <= 2
    assert not world.database.transact(index.merge)
    assert len(found(world, "新")) == 23


def test_an_upgrade_of_the_index_fills_it_in_the_background(world: World, site: Site) -> None:
    fill(world, site, *map(item, range(5)))
    world.database.downgrade("0019")
    world.database.upgrade()
    assert world.database.query(index.filling) == index.Filling(indexed=0, due=5)
    finish(world)
    assert len(found(world, "新")) == 5


def _index_and_die(url: str) -> None:
    class Dying(Search):
        batches = 0
        at_once = 100
        marks_due_for = ()

        def follow(self, entry_ids: Sequence[int], **more: object) -> object:
            self.batches += 1
            if self.batches == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().follow(entry_ids, **more)

    database = Database(url)
    Run(database, Dying(database), now=NOON).finish()


def test_an_index_whose_follower_was_killed_is_completed(world: World, site: Site) -> None:
    fill(world, site, *map(item, range(250)))
    world.database.transact(index.clear)
    world.database.transact(due.mark_all_due_for, "search", NOON)
    world.database.dispose()
    process = _FORK.Process(target=_index_and_die, args=(world.database_url,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert world.database.query(index.filling) == index.Filling(indexed=100, due=150)
    finish(world)
    assert len(found(world, "新闻")) == 250
    each = sa.select(sa.func.count(SearchDocument.entry_id.distinct()))
    assert world.query(lambda c: c.scalar(each)) == 250


def test_a_listing_can_be_limited_to_a_search(world: World, site: Site) -> None:
    fill(world, site, *SAMPLES[:3])
    selection = listings.Selection(feed_id=1)
    node = within(parse_query("约", SHANGHAI), selection)
    titles = [row["title"] for row in listing(world.database, node, limit=None)]
    assert titles == ["臺灣新聞", "约北"]
    assert len(list(listing(world.database, node, limit=1))) == 1


def test_the_command(tmp_path: Path, site: Site) -> None:
    site.set("/feed.xml", rss(*SAMPLES[:3]))
    program = new_program(tmp_path, feeds=[site.url("/feed.xml")])
    program.good("poll")
    shown = program.good("search", "北約")
    assert "臺灣新聞" in shown
    assert "北约在文中，錢鍾書看著。" in shown
    (hit,) = json.loads(program.good("search", "钱钟书", "--json"))
    (span,) = hit["offsets"]["text"]
    assert hit["excerpt"][slice(*span)] == "錢鍾書"
    assert (hit["title"], hit["score"], hit["version"]) == ("臺灣新聞", 0.5, 1)
    assert program.good("search", "北", "--ids", "--sort", "date").split() == ["3", "2", "1"]
    first, *others = json.loads(program.good("search", "北", "--json"))
    after = program.good("search", "北", "--ids", "--after", first["place"])
    assert [int(line) for line in after.split()] == [one["id"] for one in others]
    listed = json.loads(program.good("entries", "list", "--search", "约", "--json"))
    assert [row["id"] for row in listed] == [3, 2]
    assert "no such entry" in program.good("search", "没有这个词")
    refused = program.run("search", "北约 autor:x")
    assert refused.code == 2
    assert "there is no such field" in refused.err
    assert "▸autor:x◂" in refused.err
    program.good("follow", "rebuild", "search")
    filling = program.run("search", "北约")
    assert "the search index lacks 3 entries (it has 0)" in filling.err
    program.good("poll", "--all")
    assert program.good("search", "北约", "--ids").split() == ["3"]


@pytest.mark.parametrize("rounds", [6, pytest.param(300, marks=pytest.mark.long)])
def test_the_index_agrees_with_substring_search(world: World, site: Site, rounds: int) -> None:
    fill_with(world, site, 20)
    chance = Random(rounds)
    letters = "北约溪台湾号２5.Aｂc +-%，。🙂"
    for _ in range(rounds):
        texts = ["".join(chance.choices(letters, k=chance.randrange(1, 30))) for _ in range(20)]
        words = [
            text[i : i + chance.randrange(1, 6)] for text in texts for i in (0, 3, 9) if text[i:]
        ]
        check(world, texts, words)
