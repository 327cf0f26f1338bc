"""Polls over real HTTP into a real folder and a real database, SQLite and PostgreSQL."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
import zstandard

from ingest.reading.documents.packing import unpack
from ingest.store import feeds as feed_store
from ingest.store import files as file_store
from ingest.values import Outcome
from models import ArchiveFile, Capture, Entry, Revision
from tests.site import Site
from tests.support import item, rss
from tests.world import World


def mtimes(world: World) -> dict[str, int]:
    root = world.config.archive.path
    return {path.as_posix(): path.stat().st_mtime_ns for path in root.rglob("*")}


def test_a_poll_keeps_entries_and_renders_them(world: World, site: Site) -> None:
    site.set("/feed.xml", rss(item(1), item(2)))
    world.add(site.url("/feed.xml"))
    (poll,) = world.poll()
    assert (poll.outcome, poll.new, poll.edited, poll.unchanged) == (Outcome.NEWS, 2, 0, 0)
    assert [entry["title"] for entry in world.entries()] == ["第1条新闻", "第2条新闻"]
    assert len(world.files()) == 2
    assert world.folder.check() == []


@pytest.mark.parametrize("validators", [{"etag": '"1"'}, {}], ids=["304", "same body"])
def test_a_second_poll_writes_its_own_row_and_nothing_else(
    world: World, site: Site, validators: dict[str, str]
) -> None:
    site.set("/feed.xml", rss(item(1), item(2)), **validators)
    world.add(site.url("/feed.xml"))
    world.poll()
    before, files, times = world.counts(), world.files(), mtimes(world)
    rows = world.query(lambda c: c.execute(sa.select(Entry.__table__)).all())
    world.clock.move(hours=1)
    world.poll()
    assert world.counts() == before | {"poll": before["poll"] + 1}
    assert world.query(lambda c: c.execute(sa.select(Entry.__table__)).all()) == rows
    assert (world.files(), mtimes(world)) == (files, times)


def test_validators_are_sent_back(world: World, site: Site) -> None:
    stamp = "Fri, 28 Jan 2022 13:34:39 GMT"
    site.set("/feed.xml", rss(item(1)), etag='"v1"', last_modified=stamp)
    world.add(site.url("/feed.xml"))
    world.poll()
    (poll,) = world.poll()
    assert poll.outcome is Outcome.NOT_MODIFIED
    headers = site.requests[-1].headers
    assert (headers["if-none-match"], headers["if-modified-since"]) == ('"v1"', stamp)


def test_only_the_new_items_of_a_changed_document_are_read(world: World, site: Site) -> None:
    site.set("/feed.xml", rss(item(1)))
    world.add(site.url("/feed.xml"))
    world.poll()
    site.set("/feed.xml", rss(item(2), item(1)))
    (poll,) = world.poll()
    assert (poll.new, poll.edited, poll.unchanged) == (1, 0, 1)


def test_an_item_with_an_unclosed_cdata_section_is_read_alike_in_each_poll(
    world: World, site: Site
) -> None:
    texts = [f"<![CDATA[<p>第{n}天的雨。</p>]]>" for n in range(4)]
    texts[2] = texts[2].removesuffix("]]>")
    items = [item(n, title=f"第{n}天", description=text) for n, text in enumerate(texts)]
    feed = world.add(site.url("/feed.xml"))
    counts = []
    for first in (1, 1, 0):  # the same items, then with a new item before them
        site.set("/feed.xml", rss(*items[first:]))
        (poll,) = world.poll()
        counts.append((poll.new, poll.edited))
    assert counts == [(3, 0), (0, 0), (1, 0)]
    assert sorted(one["title"] for one in world.entries()) == ["第0天", "第1天", "第2天", "第3天"]
    assert world.replay(feed) == 0
    assert sorted(one["title"] for one in world.entries()) == ["第0天", "第1天", "第2天", "第3天"]


def test_an_edit_makes_one_revision_and_changes_the_file_in_place(world: World, site: Site) -> None:
    site.set("/feed.xml", rss(item(1), item(2)))
    world.add(site.url("/feed.xml"))
    world.poll()
    before, times = world.files(), mtimes(world)
    site.set("/feed.xml", rss(item(1, title="改过的标题", description="改过的正文。"), item(2)))
    world.clock.move(hours=1)
    (poll,) = world.poll()
    assert (poll.new, poll.edited, poll.unchanged) == (0, 1, 1)
    (edited, other) = world.entries()
    assert (edited["title"], edited["revisions"], other["revisions"]) == ("改过的标题", 1, 0)
    assert world.files().keys() == before.keys()
    changed = [path for path, body in world.files().items() if body != before[path]]
    assert changed == edited["files"]
    assert sum(mtimes(world)[p] != t for p, t in times.items() if p.endswith(".md")) == 0
    (revision,) = world.entry(edited["id"])["revisions"]
    assert (revision["title"], revision["version"]) == ("第1条新闻", 1)
    assert "第1条新闻的正文" in revision["html"]


def test_entries_with_one_title_are_two_entries(world: World, site: Site) -> None:
    site.set("/feed.xml", rss(item(1, title="天气"), item(2, title="天气")))
    world.add(site.url("/feed.xml"))
    world.poll()
    assert len(world.entries()) == len(world.files()) == 2


def test_a_guid_that_moves_to_another_link_is_one_entry(world: World, site: Site) -> None:
    site.set("/feed.xml", rss(item(1)))
    world.add(site.url("/feed.xml"))
    world.poll()
    site.set("/feed.xml", rss(item(1, link="https://news.example.cn/new/1.html")))
    world.poll()
    (entry,) = world.entries()
    assert entry["link"] == "https://news.example.cn/new/1.html"
    assert len(world.files()) == 1


def test_a_site_that_moves_and_moves_back_gives_no_duplicates(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    old, new = "https://news.example.cn/a/1.html", "https://new.example.org/2022/1/"
    for link, text in ((old, "甲"), (new, "甲"), (old, "乙"), (new, "丙")):
        site.set("/feed.xml", rss(item(1, link=link, guid=link, description=text)))
        world.poll()
    (entry,) = world.entries()
    assert entry["revisions"] == 2
    shown = world.entry(entry["id"])
    assert (shown["link"], shown["other_links"]) == (new, [old])
    assert len(world.files()) == 1


def test_a_new_guid_for_the_same_article_is_one_entry(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    for build in range(3):
        site.set("/feed.xml", rss(item(1, guid=f"random-{build}"), item(2, guid=f"r2-{build}")))
        world.poll()
    assert len(world.entries()) == 2
    assert world.counts()["revision"] == 0


def test_a_guid_used_again_for_another_article_is_two_entries(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    site.set("/feed.xml", rss(item(1, guid="latest", title="地铁六号线开通")))
    world.poll()
    another = item(2, guid="latest", title="市图书馆延长开放时间", pubDate="")
    for _ in range(2):
        site.set("/feed.xml", rss(another))
        world.poll()
    assert [entry["title"] for entry in world.entries()] == [
        "地铁六号线开通",
        "市图书馆延长开放时间",
    ]


def test_a_link_shared_by_all_entries_identifies_none_of_them(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    link = "https://news.example.cn/list.html"
    site.set("/feed.xml", rss(*(item(n, guid="", link=link) for n in (1, 2))))
    world.poll()
    site.set("/feed.xml", rss(*(item(n, guid="", link=link) for n in (3, 1, 2))))
    world.poll()
    assert [e["title"] for e in world.entries()] == ["第1条新闻", "第2条新闻", "第3条新闻"]
    assert world.counts()["revision"] == 0


def test_entries_without_guid_link_and_date_are_kept_once(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    bare = [item(n, guid="", link="", pubDate="") for n in (1, 2)]
    for order in (bare, bare[::-1]):
        site.set("/feed.xml", rss(*order))
        world.poll()
    assert [entry["published_at"] for entry in world.entries()] == [None, None]
    assert len(world.files()) == 2


def test_entries_that_leave_the_feed_are_kept_and_may_come_back(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    for numbers in ((1, 2), (3,), (), (1, 3)):
        site.set("/feed.xml", rss(*map(item, numbers)))
        world.poll()
    assert len(world.entries()) == len(world.files()) == 3
    assert world.counts()["revision"] == 0


def test_changed_counters_are_not_an_edit(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    for build in range(3):
        body = (
            f'&lt;p  class="x{build}"&gt;正文。阅读 {build}00 次&lt;/p&gt;'
            f'&lt;img src="https://cdn{build}.example.cn/a/1.jpg?sign={build}"&gt;'
        )
        site.set("/feed.xml", rss(item(1, description=body, pubDate=f"2022-01-28 1{build}:00:00")))
        world.poll()
    (entry,) = world.entries()
    assert (entry["revisions"], world.counts()["revision"]) == (0, 0)


def test_the_original_bytes_are_stored(world: World, site: Site) -> None:
    chinese = rss(item(1)).replace("utf-8", "gbk").encode("gbk")
    site.set("/feed.xml", chinese, content_type="text/xml")
    world.add(site.url("/feed.xml"))
    world.poll()
    body = world.query(lambda c: c.scalar(sa.select(Capture.body)))
    assert item(1).encode("gbk") in unpack(body)
    assert world.entries()[0]["title"] == "第1条新闻"


@pytest.mark.parametrize("compress", [zlib.compress, zstandard.compress])
def test_captures_of_earlier_versions_are_read(compress: Callable[[bytes], bytes]) -> None:
    assert unpack(compress(item(1).encode())) == item(1).encode()


FAULTY = {
    "a page": (
        {"body": "<!doctype html><html><body>hi</body></html>", "content_type": "text/html"},
        "HTML",
    ),
    "a page sent as xml": ({"body": "<html><body>hi</body></html>"}, "HTML"),
    "a PDF": ({"body": b"%PDF-1.7 ...", "content_type": "application/pdf"}, "PDF"),
    "nothing": ({"body": b""}, "empty"),
    "an error": ({"body": "busy", "status": 500}, "500"),
    "gone": ({"body": "", "status": 404}, "404"),
    "cut": ({"body": rss(item(1), item(2)), "cut": 200}, "cut"),
    "sixty megabytes": ({"body": b" " * 60_000_000}, "max_size"),
    "a gzip bomb": (
        {
            "body": gzip.compress(b"\0" * 300_000_000, 9),
            "headers": {"Content-Encoding": "gzip"},
        },
        "max_size",
    ),
    "no connection": ({"reset": True}, "no answer"),
    "json": ({"body": json.dumps({"a": 1}), "content_type": "application/json"}, "JSON"),
}


def test_an_error_is_reported_and_stops_no_other_feed(world: World, site: Site) -> None:
    for number, (answer, _) in enumerate(FAULTY.values()):
        site.set(f"/{number}.xml", **answer)
        world.add(site.url(f"/{number}.xml"))
    site.set("/good.xml", rss(item(1)))
    world.add(site.url("/good.xml"))
    *failed, good = world.poll()
    assert good.new == 1
    for poll, (name, (_, word)) in zip(failed, FAULTY.items(), strict=True):
        assert poll.error, name
        assert word in poll.error, (name, poll.error)
        assert "\n" not in poll.error
    kept = world.database.query(feed_store.every)
    assert [feed.failures for feed in kept] == [1] * len(FAULTY) + [0]


def test_a_feed_that_fails_and_recovers_loses_nothing(world: World, site: Site) -> None:
    site.set("/feed.xml", rss(item(1)), etag='"1"')
    feed = world.add(site.url("/feed.xml"))
    world.poll()
    site.set("/feed.xml", "busy", status=503)
    world.poll()
    site.set("/feed.xml", rss(item(2)), etag='"2"')
    (poll,) = world.poll()
    assert poll.new == 1
    assert world.database.query(feed_store.get, feed.id).failures == 0
    assert len(world.entries()) == 2


def test_a_malformed_document_gives_its_readable_entries(world: World, site: Site) -> None:
    broken = rss(item(1), item(2)).replace("</channel></rss>", "<item><title>断")
    site.set("/feed.xml", broken)
    world.add(site.url("/feed.xml"))
    (poll,) = world.poll()
    assert poll.warnings
    assert {"第1条新闻", "第2条新闻"} <= {entry["title"] for entry in world.entries()}


def test_a_private_address_is_refused(tmp_path: Path, sqlite_url: str, site: Site) -> None:
    world = World(tmp_path, sqlite_url)
    world.config = world.config.model_copy(
        update={"fetch": world.config.fetch.model_copy(update={"allow_private": ()})}
    )
    site.set("/feed.xml", rss(item(1)))
    world.add(site.url("/feed.xml"))
    (poll,) = world.poll()
    assert poll.error
    assert "fetch.allow_private" in poll.error
    assert site.requests == []
    world.database.dispose()


def test_full_text_is_taken_from_the_page(world: World, site: Site) -> None:
    paragraphs = "".join(
        f"<p>这是第{n}段完整的正文，讲述了老旧小区加装电梯的来龙去脉，以及居民们的看法。</p>"
        for n in range(12)
    )
    site.set(
        "/a/1.html",
        f"<html><head><title>t</title></head><body><article><h1>第1条新闻</h1>{paragraphs}"
        "</article></body></html>",
        content_type="text/html; charset=utf-8",
    )
    site.set("/robots.txt", "", status=404)
    summary = item(1, link=site.url("/a/1.html"), description="摘要……")
    site.set("/feed.xml", rss(summary))
    world.add(site.url("/feed.xml"), full_text=True)
    world.poll()
    (entry,) = world.entries()
    shown = world.entry(entry["id"])
    assert shown["full_text"]
    assert "第11段完整的正文" in shown["html"]
    asked = len(site.requests)
    site.set("/feed.xml", rss(summary, item(2)))
    world.poll()
    assert [r.path for r in site.requests[asked:] if r.path == "/a/1.html"] == []
    assert world.counts()["revision"] == 0


def test_hostile_text_is_stored_as_text(world: World, site: Site) -> None:
    evil = {
        "title": "'; DROP TABLE entry; -- $(touch pwned) {{ 7*7 }}\n---\nlayout: evil",
        "guid": "../../../../etc/cron.d/x",
        "link": "javascript:alert(1)",
        "category": "..",
        "author": "a: b\n- c",
        "description": "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img onerror=alert(1)&gt;{% x %}",
    }
    site.set("/feed.xml", rss(item(1, **evil), item(2)))
    world.add(site.url("/feed.xml"))
    world.poll()
    assert len(world.entries()) == 2
    (path, body), _ = sorted(world.files().items(), key=lambda file: "DROP" not in file[0])
    assert ".." not in path
    front_matter = body.decode().split("\n---\n")[0]
    assert "layout: evil" not in front_matter.splitlines()
    for active in ("<script", "onerror", "javascript:", "{%", "{{ 7*7 }}</p>"):
        assert active not in body.decode().split("\n---\n", 1)[1]


def test_a_rebuild_restores_deleted_files_and_check_finds_changed_ones(
    world: World, site: Site
) -> None:
    site.set("/feed.xml", rss(item(1), item(2), item(3)))
    world.add(site.url("/feed.xml"))
    world.poll()
    before = world.files()
    gone, changed, _ = (world.config.archive.path / path for path in before)
    gone.unlink()
    changed.write_text("tampered")
    (world.config.archive.path / "mine.md").write_text("a post of the user's own")
    assert sorted(one.what for one in world.folder.check()) == ["changed", "foreign", "missing"]
    assert world.folder.restore_missing(now=world.clock()) == 1
    assert world.folder.rebuild(now=world.clock()) == 1
    (world.config.archive.path / "mine.md").unlink()
    assert world.files() == before
    assert world.folder.check() == []


def test_changed_settings_of_a_feed_change_its_records_in_place(world: World, site: Site) -> None:
    site.set("/feed.xml", rss(item(1)))
    feed = world.add(site.url("/feed.xml"))
    world.poll()
    (path,) = world.files()
    settings = feed.settings.model_copy(update={"categories": ("新媒体", "江海", "新闻")})
    world.database.transact(feed_store.change, feed.id, settings, now=world.clock())
    assert world.folder.render_due(now=world.clock()) == 1
    assert list(world.files()) == [path]
    assert " - 新媒体\n - 江海\n - 新闻\n" in world.files()[path].decode()


def test_entries_that_came_in_one_document_share_its_capture(world: World, site: Site) -> None:
    site.set("/feed.xml", rss(*(item(n) for n in range(5))).replace("</rss>", "<br"))
    world.add(site.url("/feed.xml"))
    world.poll()
    assert world.counts()["entry"] == 5
    assert world.counts()["capture"] in {1, 5}


def test_a_revision_keeps_its_content_only(world: World, site: Site) -> None:
    world.add(site.url("/feed.xml"))
    for n in range(3):
        site.set("/feed.xml", rss(item(1, description=f"第{n}稿的正文")))
        world.clock.move(hours=1)
        world.poll()
    versions = world.query(
        lambda c: c.execute(sa.select(Revision.version).order_by(Revision.version))
    )
    assert [version for (version,) in versions] == [1, 2]
    shown = world.entry(world.entries()[0]["id"])
    assert "第2稿" in shown["html"]
    assert [f"第{n}稿" in r["html"] for n, r in enumerate(shown["revisions"])] == [True, True]


def test_characters_that_databases_refuse_are_replaced(world: World, site: Site) -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "坏\ud800标题\u0000",
        "home_page_url": "https://news.example.cn/\ud800",
        "language": "zh\u0000",
        "authors": [{"name": "作\udfff者\u0000"}],
        "items": [
            {
                "id": "a\ud800\u0000b",
                "url": "https://news.example.cn/\ud800a",
                "title": "题\ud83d目\u0000",
                "content_html": "<p>正\ud800文\u0000</p>",
                "tags": ["签\ud800\u0000"],
                "date_published": "2022-01-28\ud800",
                "attachments": [{"url": "https://a.cn/\ud800.mp3", "mime_type": "a\u0000"}],
                "image": "https://a.cn/\ud800.jpg",
            }
        ],
    }
    site.set("/feed.json", json.dumps(feed), content_type="application/feed+json")
    world.add(site.url("/feed.json"))
    (poll,) = world.poll()
    assert (poll.error, poll.new) == (None, 1)
    (entry,) = world.entries()
    assert entry["title"].startswith("题")


def test_two_processes_that_poll_the_same_feeds_store_each_entry_once(
    world: World, site: Site
) -> None:
    for number in range(8):
        site.set(f"/{number}.xml", rss(*(item(f"{number}-{n}") for n in range(20))))
        world.add(site.url(f"/{number}.xml"))
    other = World(world.root, world.database_url)
    with ThreadPoolExecutor(2) as threads:
        polls = [poll for done in threads.map(World.poll, (world, other)) for poll in done]
    other.database.dispose()
    assert [poll.error for poll in polls] == [None] * 16
    assert sum(poll.new for poll in polls) == len(world.entries()) == len(world.files()) == 160
    assert world.folder.check() == []


def test_a_path_given_first_by_another_process_is_kept(world: World, site: Site) -> None:
    site.set("/feed.xml", rss(item(1)))
    world.add(site.url("/feed.xml"))
    world.poll()
    given = world.database.query(
        lambda c: dict(c.execute(sa.select(ArchiveFile.entry_id, ArchiveFile.path)).all())
    )
    ours = dict.fromkeys(given, "elsewhere.md")
    assert world.database.transact(file_store.give_paths, "archive", ours) == given
