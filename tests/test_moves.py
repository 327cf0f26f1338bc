"""An article that moves to another address stays one entry, which both addresses identify."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ingest.replay import join_doubles
from ingest.store import feeds
from ingest.store.entries import CONTENT
from tests.site import Site
from tests.support import item, rss
from tests.world import World

DAY = "Fri, {:02} Jan 2022 13:34:39 GMT"
LONG = "这一带的水渠是三十年前修的，去年冬天冻裂了两段，村里人自己补上了，开春放水没有再漏。" * 3

Form = Callable[[int], dict[str, str]]


def post(n: int, **fields: str) -> str:
    """Return the `n`th post, published on day `n`."""
    return item(n, **{"pubDate": DAY.format(n), "title": f"修渠记之{n}"} | fields)


def typecho(n: int) -> dict[str, str]:
    link = f"https://old.example.cn/archives/{n}/"
    return {"guid": link, "link": link}


def at(pattern: str, *, guid: bool = True) -> Form:
    """Return a form of posts: links made from a pattern, and guids equal to them or none."""

    def fields(n: int) -> dict[str, str]:
        link = pattern.format(n)
        return {"guid": link if guid else "", "link": link}

    return fields


MOVES = {
    "from Typecho to Hexo": (typecho, at("https://new.example.cn/2022/01/{:02}/xiu-qu/")),
    "a new domain": (typecho, at("https://new.example.org/archives/{}/")),
    "a slash at the end": (at("https://a.example.cn/{}"), at("https://a.example.cn/{}/")),
    "no .html any more": (at("https://a.example.cn/{}.html"), at("https://a.example.cn/{}")),
    "a folder more": (at("https://a.example.cn/{}"), at("https://a.example.cn/blog/{}")),
    "no guid any more": (typecho, at("https://new.example.cn/{}", guid=False)),
}


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[World]:
    world = World(tmp_path, sqlite_url)
    yield world
    world.database.dispose()


def poll_all(world: World, *documents: Sequence[str]) -> list[dict[str, Any]]:
    """Poll each document in turn; return the complete entries, oldest first."""
    with Site() as site:
        address = world.add(site.url("/feed"))
        for items in documents:
            site.set("/feed", rss(*items))
            world.poll(address)
            world.clock.move(hours=1)
    return [world.entry(entry["id"]) for entry in world.entries()]


@pytest.mark.parametrize("count", [1, 9, 20])
@pytest.mark.parametrize("move", MOVES)
def test_a_site_that_moves_gives_no_duplicates(world: World, move: str, count: int) -> None:
    before, after = ([post(n, **form(n)) for n in range(1, count + 1)] for form in MOVES[move])
    entries = poll_all(world, before, after)
    assert len(entries) == count == len(world.files())
    assert [entry["revisions"] for entry in entries] == [[]] * count


def test_both_addresses_identify_a_moved_entry(world: World) -> None:
    old, new = MOVES["from Typecho to Hexo"]
    documents = [[post(n, **form(n)) for n in range(1, 4)] for form in (old, new, old, new)]
    entries = poll_all(world, *documents)
    assert [entry["link"] for entry in entries] == [new(n)["link"] for n in range(1, 4)]
    assert [entry["other_links"] for entry in entries] == [[old(n)["link"]] for n in range(1, 4)]
    (feed,) = world.database.query(feeds.every)
    assert world.replay(feed) == 0
    (record, *_) = world.files().values()
    assert b"https://new.example.cn/2022/01/01/xiu-qu/" in record


def test_a_moved_entry_can_be_edited_at_either_address(world: World) -> None:
    old, new = MOVES["a new domain"]
    documents = [[post(1, **form(1))] for form in (old, new)]
    edited = [[post(1, description=text, **form(1))] for text, form in (("甲", old), ("乙", new))]
    (entry,) = poll_all(world, *documents, *edited)
    assert entry["html"] == "乙"
    assert len(entry["revisions"]) == 2


def test_one_moved_entry_is_recognized_among_others_that_stay(world: World) -> None:
    """Only the newest entry has moved to the new address."""
    before = [post(n) for n in range(1, 11)]
    after = [post(1, **typecho(1)), *before[1:], post(11)]
    assert len(poll_all(world, before, after)) == 11


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://a.example.cn/b/", "https://a.example.cn/b/index.html"),
        ("https://a.example.cn/b?id=7&cat=3", "https://a.example.cn/b?cat=3&id=7"),
        ("https://a.example.cn/b", "https://a.example.cn/b#comments"),
        ("https://a.example.cn/b;jsessionid=A1", "https://a.example.cn/b;jsessionid=B2"),
        ("https://a.example.cn/b", "https://a.example.cn/b/amp"),
        ("https://a.example.cn/b/", "https://a.example.cn/b/amp"),
        (
            "https://a.example.cn/b",
            "https://a-example-cn.cdn.ampproject.org/c/s/a.example.cn/b",
        ),
    ],
)
@pytest.mark.parametrize("guids", [("", ""), ("1", "2")])
@pytest.mark.parametrize("is_edited", [True, False])
def test_another_spelling_of_an_address_is_the_same_entry(
    world: World, before: str, after: str, guids: tuple[str, str], is_edited: bool
) -> None:
    """This holds for undated entries too, and if the text changes at the same time."""
    documents = [
        [post(1, link=link.replace("&", "&amp;"), guid=guid, pubDate="", description=text)]
        for link, guid, text in zip(
            (before, after, before),
            (*guids, guids[0]),
            "甲乙丙" if is_edited else "甲甲甲",
            strict=True,
        )
    ]
    (entry,) = poll_all(world, *documents)
    assert len(entry["revisions"]) == (2 if is_edited else 0)


@pytest.mark.parametrize("name", ["from", "scene", "_", "rand"])
@pytest.mark.parametrize("titles", [("台风今夜登陆", "图书馆延长开放"), ("第1期", "第2期")])
def test_articles_that_differ_only_in_a_tracking_parameter_stay_two(
    world: World, name: str, titles: tuple[str, str]
) -> None:
    one, other = (
        post(
            n,
            title=titles[n - 1],
            link=f"https://a.example.cn/show?{name}={n}",
            guid="",
            pubDate="",
        )
        for n in (1, 2)
    )
    entries = poll_all(world, [one], [other], [other, one], [one], [other], [one, other])
    assert [entry["title"] for entry in entries] == list(titles)
    assert [entry["revisions"] for entry in entries] == [[], []]


@pytest.mark.parametrize("name", ["from", "scene", "_", "rand", "utm_source"])
def test_a_tracking_parameter_makes_no_second_entry(world: World, name: str) -> None:
    links = [f"https://a.example.cn/show?id=7&amp;{name}={n}" for n in range(3)]
    texts = ("甲", "甲", "乙")
    documents = [
        [post(1, link=link, guid="", pubDate="", description=text)]
        for link, text in zip(links, texts, strict=True)
    ]
    (entry,) = poll_all(world, *documents)
    assert len(entry["revisions"]) == 1


# Similar entries that stay two


def short(n: int, **fields: str) -> str:
    return post(n, **{"title": "转发微博", "description": "转发微博"} | fields)


def test_two_posts_with_one_short_text_at_other_times_stay_two(world: World) -> None:
    assert len(poll_all(world, [short(1)], [short(2)], [short(3), short(2)])) == 3


def test_two_posts_with_one_short_text_and_no_date_stay_two(world: World) -> None:
    assert len(poll_all(world, *([short(n, pubDate="")] for n in (1, 2)))) == 2


def test_two_posts_with_one_short_text_on_one_day_stay_two(world: World) -> None:
    assert len(poll_all(world, *([short(n, pubDate="2022-01-28")] for n in (1, 2)))) == 2


def test_one_long_text_without_a_date_is_one_entry(world: World) -> None:
    documents = [[short(n, pubDate="", description=LONG)] for n in (1, 2)]
    assert len(poll_all(world, *documents)) == 1


@pytest.mark.parametrize("description", ["转发微博", LONG])
def test_equal_entries_of_one_document_stay_two(world: World, description: str) -> None:
    """The second entry may come with the first, or later in a document that has both."""
    one, other = (short(n, pubDate=DAY.format(1), description=description) for n in (1, 2))
    assert len(poll_all(world, [one], [one, other], [other, one], [other], [one])) == 2


def test_undated_entries_are_recognized_if_a_whole_site_moves(world: World) -> None:
    old, new = MOVES["a new domain"]
    before, after = ([post(n, pubDate="", **form(n)) for n in range(1, 6)] for form in (old, new))
    assert len(poll_all(world, before, after)) == 5


def test_the_number_of_addresses_stored_for_an_entry_is_bounded(world: World) -> None:
    builds = [[post(1, guid=f"{n}", link=f"https://a.example.cn/{n}/x")] for n in range(30)]
    assert len(poll_all(world, *builds)) == 1
    assert world.counts()["entry_address"] <= 20


NEW_THEMES = {
    "a line more": "正文{0}。&lt;p&gt;本文链接：https://new.example.org/archives/{0}/&lt;/p&gt;",
    "a picture with another name": '正文{0}。&lt;img src="https://c.example.org/h{0}.webp"&gt;',
    "an excerpt": "正…",
}


@pytest.mark.parametrize("theme", NEW_THEMES)
def test_a_site_that_moves_and_changes_its_theme_gives_no_duplicates(
    world: World, theme: str
) -> None:
    old, new = MOVES["a new domain"]
    before = [post(n, description=f"正文{n}。", **old(n)) for n in range(1, 6)]
    after = [post(n, description=NEW_THEMES[theme].format(n), **new(n)) for n in range(1, 6)]
    entries = poll_all(world, before, after)
    assert [entry["link"] for entry in entries] == [new(n)["link"] for n in range(1, 6)]
    assert [entry["other_links"] for entry in entries] == [[old(n)["link"]] for n in range(1, 6)]
    assert [len(entry["revisions"]) for entry in entries] == [1] * 5


@pytest.mark.parametrize(
    ("title", "at"), [("早报", DAY.format(1)), ("早报{}", "2022-01-28"), ("早报{}", "")]
)
def test_a_feed_with_only_new_articles_is_not_a_move(world: World, title: str, at: str) -> None:
    documents = [
        [
            post(n, title=title.format(n % 10), pubDate=at, description=f"第{n}篇。")
            for n in range(first, first + 5)
        ]
        for first in (1, 11)
    ]
    assert len(poll_all(world, *documents)) == 10


# Duplicates from versions that did not recognize moves


def store_duplicates(world: World, before: Sequence[str], after: Sequence[str]) -> None:
    """Store each entry twice, as old versions did: poll two feeds, then merge the feeds."""
    with Site() as site:
        for path, items in (("/old", before), ("/new", after)):
            site.set(path, rss(*items))
            world.poll(world.add(site.url(path)))
            world.clock.move(hours=1)
    world.database.transact(_merge_feeds)


def _merge_feeds(connection: sa.Connection) -> None:
    for table in ("capture", "entry"):
        connection.execute(sa.text(f"UPDATE {table} SET feed_id = 1"))
    connection.execute(
        sa.text("INSERT INTO setting (name, value) VALUES ('entries.doubles_up_to', '999')")
    )


def replay(world: World) -> int:
    (feed, _) = world.database.query(feeds.every)
    world.replay(feed)
    return join_doubles(world.database, [world.folder], feed, now=world.clock())


def test_a_replay_joins_the_duplicates_of_a_moved_site(world: World) -> None:
    old, new = MOVES["from Typecho to Hexo"]
    before, after = ([post(n, **form(n)) for n in range(1, 4)] for form in (old, new))
    store_duplicates(world, before, after)
    first = [entry["id"] for entry in world.entries()[-6:] if "old." in entry["link"]]
    assert (len(world.entries()), len(world.files())) == (6, 6)
    assert replay(world) == 3
    assert replay(world) == 0
    assert sorted(entry["id"] for entry in world.entries()) == sorted(first)
    shown = [world.entry(number) for number in sorted(first)]
    assert [entry["link"] for entry in shown] == [new(n)["link"] for n in range(1, 4)]
    assert [entry["other_links"] for entry in shown] == [[old(n)["link"]] for n in range(1, 4)]
    world.folder.render_due(now=world.clock())
    assert len(world.files()) == 3
    assert world.folder.check() == []


def test_a_replay_keeps_the_revisions_of_both_duplicates(world: World) -> None:
    old, new = MOVES["a new domain"]
    before, after = ([post(1, **form(1))] for form in (old, new))
    store_duplicates(world, before, after)
    world.database.transact(_give_revisions)
    assert replay(world) == 1
    (entry,) = world.entries()
    shown = world.entry(entry["id"])
    assert [one["title"] for one in shown["revisions"]] == ["旧一", "旧二"]
    assert [one["version"] for one in shown["revisions"]] == [1, 2]
    assert shown["version"] == 3


def _give_revisions(connection: sa.Connection) -> None:
    names = ", ".join((*CONTENT, "capture_id", "page_capture_id"))
    for entry_id, title in ((1, "旧一"), (2, "旧二")):
        values = names.replace("title,", f"'{title}',", 1)
        connection.execute(
            sa.text(
                f"INSERT INTO revision (entry_id, {names}, replaced_at) "
                f"SELECT id, {values}, seen_at FROM entry WHERE id = {entry_id}"
            )
        )
        connection.execute(sa.text(f"UPDATE entry SET version = 2 WHERE id = {entry_id}"))


def test_a_replay_does_not_join_two_entries_of_one_document(world: World) -> None:
    pair = [short(n, pubDate=DAY.format(1)) for n in (1, 2)]
    store_duplicates(world, pair, [])
    assert replay(world) == 0


def test_a_replay_does_not_join_entries_stored_by_newer_versions(world: World) -> None:
    old, new = MOVES["a new domain"]
    store_duplicates(world, [post(1, **old(1))], [post(1, **new(1))])
    update = sa.text("UPDATE setting SET value = '0' WHERE name = 'entries.doubles_up_to'")
    world.database.transact(lambda connection: connection.execute(update))
    assert replay(world) == 0


def test_an_upgrade_notes_which_entries_may_be_doubles(world: World) -> None:
    poll_all(world, [post(1), post(2)])
    world.database.downgrade("0007")
    world.database.upgrade()
    kept = world.query(
        lambda c: c.scalar(sa.text("SELECT value FROM setting WHERE name LIKE 'entries.%'"))
    )
    assert kept == "2"
