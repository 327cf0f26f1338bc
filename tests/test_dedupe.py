"""Recognising entries and edits: by identity, and by texts without noise."""

from __future__ import annotations

import itertools
import time
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.reading import html
from ingest.reading.dedupe import is_noise, noise, text_digest
from tests.site import Site
from tests.support import NOON, item, rss
from tests.world import World

FOLDER = Path(__file__).parent / "data" / "dedupe"


def cases(name: str) -> list[list[str]]:
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(("verdict", "title", "new_title", "body", "new_body"), cases("edits.tsv"))
def test_noise_and_edits_are_distinguished(
    verdict: str, title: str, new_title: str, body: str, new_body: str
) -> None:
    same = digest_of(title, body) == digest_of(new_title, new_body)
    assert ("noise" if same else "edit") == verdict


@pytest.mark.parametrize(
    ("verdict", "title", "new_title", "body", "new_body"),
    [*cases("edits.tsv"), *cases("pairs.tsv")],
)
def test_noise_and_edits_of_pairs_are_distinguished(
    verdict: str, title: str, new_title: str, body: str, new_body: str
) -> None:
    assert ("noise" if is_noise(new_title, new_body, title, body) else "edit") == verdict
    assert ("noise" if is_noise(title, body, new_title, new_body) else "edit") == verdict


@pytest.mark.parametrize(
    "piece", ["海港网", "-", "编辑精选", "1小时前", "a1B", "; ", "1.", "eyJ.", " -"]
)
def test_comparing_hostile_versions_takes_bounded_time(piece: str) -> None:
    text = piece * (190_000 // len(piece))
    began = time.process_time()
    is_noise(text, text, f"{text}x", f"{text}x")
    is_noise(text[:300], text, f"{text[:299]}x", f"{text}x")
    name = f'<img src="https://i.example.cn/{text}">'
    is_noise("甲", name, "甲", name.replace("example", "x").replace(piece, f"{piece}2", 1))
    assert time.process_time() - began < 10


def digest_of(title: str, body: str) -> bytes:
    shown = html.shown_by(body)
    return text_digest(title, shown.text, shown.media)


@pytest.mark.parametrize("piece", ["1", "1,", "1 ", " ", "阅读", "12-", "刚刚", "1年"])
def test_the_digest_of_a_hostile_text_takes_bounded_time(piece: str) -> None:
    began = time.process_time()
    text_digest(piece * (300_000 // len(piece)), "", [])
    assert time.process_time() - began < 10


# Entries of several documents of one feed, in the database


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> World:
    return World(tmp_path, sqlite_url)


def replay(world: World, *documents: list[str], **feed: str) -> list[tuple[Any, ...]]:
    """Poll each document in turn; return title and number of revisions, oldest entry first."""
    with Site() as site:
        address = world.add(site.url("/feed"))
        for items in documents:
            site.set("/feed", rss(*items, **feed))
            world.poll(address)
            world.clock.move(hours=1)
    return [(entry["title"], entry["revisions"]) for entry in world.entries()]


def test_an_entry_that_disappears_and_returns_is_one_entry(world: World) -> None:
    assert replay(world, [item(1), item(2)], [item(2)], [], [item(1)]) == [
        ("第1条新闻", 0),
        ("第2条新闻", 0),
    ]


def test_random_guids_add_no_duplicates(world: World) -> None:
    builds = [[item(n, guid=f"random-{build}-{n}") for n in (1, 2)] for build in range(4)]
    assert replay(world, *builds) == [("第1条新闻", 0), ("第2条新闻", 0)]


@pytest.mark.parametrize("link", ["", "https://news.example.cn/"])
def test_random_guids_without_own_links_add_no_duplicates(world: World, link: str) -> None:
    builds = [[item(n, guid=f"{build}-{n}", link=link) for n in (1, 2)] for build in range(3)]
    assert replay(world, *builds) == [("第1条新闻", 0), ("第2条新闻", 0)]


def test_equal_posts_with_different_dates_are_separate_entries(world: World) -> None:
    posts = [
        item(
            n,
            title="转发微博",
            description="转发微博",
            link="",
            pubDate=f"Fri, 28 Jan 2022 1{n}:00:00 GMT",
        )
        for n in (1, 2, 3)
    ]
    assert len(replay(world, posts[:1], posts[1:2], posts[1:])) == 3


def test_entries_without_guid_and_link_are_stored_once(world: World) -> None:
    builds = [[item(n, guid="", link="") for n in (1, 2)] for _ in range(3)]
    assert replay(world, *builds) == [("第1条新闻", 0), ("第2条新闻", 0)]


def test_equal_titles_in_one_document_are_separate_entries(world: World) -> None:
    def note(text: str) -> str:
        return item(1, guid="", link="", title="每日新闻", description=text)

    first, second, third = note("今天多云。"), note("今天转晴。"), note("今天有雨。")
    documents = [[first], [second, first], [third, second], [third], [second, third]]
    assert replay(world, *documents) == [("每日新闻", 0)] * 3


def test_random_guids_and_an_edit_are_one_edit(world: World) -> None:
    first = [item(1, guid="a"), item(2, guid="b")]
    second = [item(1, guid="c", title="第1条新闻（更正）"), item(2, guid="d")]
    assert replay(world, first, second) == [("第1条新闻（更正）", 1), ("第2条新闻", 0)]


def test_entries_that_share_a_link_are_separate(world: World) -> None:
    items = [item(n, guid="", link="https://news.example.cn/list?page=1") for n in (1, 2, 3)]
    assert len(replay(world, items, items)) == 3


def test_a_link_to_the_front_page_identifies_no_entry(world: World) -> None:
    first = [item(1, guid="", link="https://news.example.cn/")]
    second = [item(2, guid="", link="https://news.example.cn/")]
    assert len(replay(world, first, second)) == 2


def test_a_guid_reused_for_another_article_gives_two_entries(world: World) -> None:
    old = item(1, guid="top", title="台风今夜登陆", pubDate="Fri, 28 Jan 2022 13:34:39 GMT")
    new = item(2, guid="top", title="图书馆延长开放", pubDate="Sat, 29 Jan 2022 13:34:39 GMT")
    assert replay(world, [old], [new], [new]) == [("台风今夜登陆", 0), ("图书馆延长开放", 0)]


def test_entries_that_share_a_guid_are_separate(world: World) -> None:
    items = [item(n, guid="same") for n in (1, 2, 3)]
    assert len(replay(world, items, items)) == 3


def test_equal_titles_with_different_links_are_separate_entries(world: World) -> None:
    items = [item(n, guid="", title="每日新闻") for n in (1, 2)]
    assert len(replay(world, items[:1], items, items)) == 2


def test_a_changed_text_without_guid_and_link_is_an_edit(world: World) -> None:
    texts = ["今天多云。", "今天多云转晴。"]
    builds = [[item(1, guid="", link="", description=text)] for text in texts]
    assert replay(world, *builds) == [("第1条新闻", 1)]


def test_entries_without_titles_are_distinguished_by_their_texts(world: World) -> None:
    items = [
        item(n, guid="", link="", title="", description=f"今天的第{n}条微博，写点别的。{n}")
        for n in (1, 2)
    ]
    assert len(replay(world, items, items)) == 2


@pytest.mark.parametrize(
    "link",
    [
        "http://news.example.cn/a/1.html",
        "https://news.example.cn/a/1.html?utm_source=rss&spm=1",
        "https://NEWS.example.cn:443/a/1.html#rd",
        "https://m.news.example.cn/a/1.html",
        "https://www.news.example.cn/a/1.html",
    ],
)
def test_another_spelling_of_a_link_is_no_edit(world: World, link: str) -> None:
    changed = item(1, guid="", link=link.replace("&", "&amp;"))
    assert replay(world, [item(1, guid="")], [changed]) == [("第1条新闻", 0)]


@pytest.mark.parametrize(
    ("link", "other"),
    [
        ("https://news.example.cn/%e4%bd%a0/1", "https://news.example.cn/%E4%BD%A0/1"),
        ("https://news.example.cn/你/1", "https://news.example.cn/%E4%BD%A0/1"),
        ("https://news.example.cn/b/../a/1", "https://news.example.cn/a/1"),
        ("https://news.example.cn/a/./1", "https://news.example.cn/a/1"),
        ("https://news.example.cn/%7Eli/1", "https://news.example.cn/~li/1"),
        ("https://news.example.cn//a//1", "https://news.example.cn/a/1"),
    ],
)
@pytest.mark.parametrize("guid", ["", "news-1"])
def test_another_spelling_of_a_path_is_no_edit(
    world: World, link: str, other: str, guid: str
) -> None:
    documents = [[item(1, guid=guid, link=one)] for one in (link, other, link)]
    assert replay(world, *documents) == [("第1条新闻", 0)]


def test_a_changed_date_is_no_edit_and_the_first_date_stays(world: World) -> None:
    dates = [f"Fri, 28 Jan 2022 13:{minute}:39 GMT" for minute in (10, 20, 30)]
    assert replay(world, *([item(1, pubDate=date)] for date in dates)) == [("第1条新闻", 0)]
    assert world.entries()[0]["published_at"].minute == 10


def test_a_date_that_is_added_later_is_stored(world: World) -> None:
    assert replay(world, [item(1, pubDate="")], [item(1)]) == [("第1条新闻", 0)]
    (entry,) = world.entries()
    assert entry["published_at"].year == 2022
    (record,) = world.files().values()
    assert b"date: Fri, 28 Jan 2022 13:34:39 GMT" in record


def test_each_revision_keeps_its_text_and_the_original_bytes(world: World) -> None:
    titles = ["台风今夜登陆", "台风今夜登陆（更新）", "台风今夜登陆（再更新）"]
    assert replay(world, *([item(1, title=title)] for title in titles)) == [(titles[-1], 2)]
    shown = world.entry(world.entries()[0]["id"])
    assert [revision["title"] for revision in shown["revisions"]] == titles[:2]
    assert world.counts()["capture"] == 3


def test_noise_adds_no_revision(world: World) -> None:
    titles = ("跨海大桥今日合龙", "编辑精选跨海大桥今日合龙海港网-3小时前", "跨海大桥今日合龙")
    texts = ("文字; 文字", "文字 文字", "文字；文字")
    documents = [
        [item(1, title=title, description=text)] for title, text in zip(titles, texts, strict=True)
    ]
    edited = [item(1, title="跨海大桥今日未合龙", description=texts[0])]
    assert replay(world, *documents, edited) == [("跨海大桥今日未合龙", 1)]


def test_alternating_texts_add_one_revision_each(world: World) -> None:
    """Caches and machine translation give A, B, A: the entry shows the last text."""
    texts = "甲乙甲乙甲丙甲"
    assert replay(world, *([item(1, description=text)] for text in texts)) == [("第1条新闻", 2)]
    shown = world.entry(world.entries()[0]["id"])
    assert shown["html"] == "甲"
    assert [(one["version"], one["html"]) for one in shown["revisions"]] == [(1, "乙"), (2, "丙")]
    assert shown["version"] == 3
    assert shown["said_before_at"] == NOON
    assert shown["seen_at"] == NOON + timedelta(hours=6)
    (record,) = world.files().values()
    assert "甲".encode() in record


def test_a_new_text_after_a_returned_one_is_new(world: World) -> None:
    replay(world, *([item(1, description=text)] for text in "甲乙甲丁"))
    shown = world.entry(world.entries()[0]["id"])
    assert shown["said_before_at"] is None
    assert [one["html"] for one in shown["revisions"]] == ["乙", "甲"]
    assert [one["seen_at"] for one in shown["revisions"]] == [NOON + timedelta(hours=1), NOON]


def test_no_noise_word_hides_another() -> None:
    """Words are matched one after the other, so none may begin with the end of another."""
    for one, other in itertools.permutations(noise._WORDS, 2):
        shared = range(1, min(len(one), len(other)))
        assert not [n for n in shared if one[-n:] == other[:n]], (one, other)
    for word in noise._WORDS:
        assert noise._ANY_WORD.findall(f"甲{word}乙") == [word]


def test_digits_of_all_scripts_are_recognised() -> None:
    digits = (unicodedata.normalize("NFKC", c) for c in map(chr, range(0x110000)) if c.isdecimal())
    assert [digit for digit in digits if not noise._MAYBE_DIGIT.match(digit)] == []
    assert text_digest("", "甲 ٥ comments", ()) == text_digest("", "甲 ٦ comments", ())


@pytest.mark.parametrize("kept", [0, 40])
def test_a_truncated_document_shortens_no_entry(world: World, site: Site, kept: int) -> None:
    """Proxies and full disks truncate documents; `kept` characters of the last text are left."""
    whole = rss(item(1), item(2, description=f"<![CDATA[<p>{'天又亮了。' * 40}</p>]]>"))
    cut = whole[: whole.index("<![CDATA[") + len("<![CDATA[") + kept]
    address = world.add(site.url("/feed.xml"))
    for document in (whole, cut, whole):
        site.set("/feed.xml", document)
        (poll,) = world.poll(address)
        assert poll.error is None
        world.clock.move(hours=1)
    assert [entry["revisions"] for entry in world.entries()] == [0, 0]
    assert "天又亮了。" * 40 in world.entry(world.entries()[1]["id"])["html"]


def test_a_document_truncated_between_entries_can_edit_them(world: World, site: Site) -> None:
    whole = rss(item(1), item(2))
    edited = whole.replace("第2条新闻", "第2条新闻（更新）").removesuffix("\n</channel></rss>\n")
    address = world.add(site.url("/feed.xml"))
    for document in (whole, edited):
        site.set("/feed.xml", document)
        world.poll(address)
        world.clock.move(hours=1)
    assert [entry["revisions"] for entry in world.entries()] == [0, 1]
