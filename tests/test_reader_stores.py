"""`guidang backfill --from` a store of another reader: feeds, entries, dates; twice is once."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import shutil
import sqlite3
import warnings
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ingest.backfill.asked import without_password
from ingest.errors import Unreadable
from ingest.sources.readers import fields
from ingest.sources.readers.freshrss import FreshRss
from ingest.sources.readers.json_items import next_items
from ingest.sources.readers.tables import Tables
from tests import reader_stores
from tests.postgres import Server
from tests.program import Program
from tests.site import Answer, Request, Site
from tests.support import item, rss
from tests.test_backfill import make_program, passes_checks

# 1 has all fields. 2 has a Chinese date and no guid, 3 a bare guid and a date that some read as
# American, 4 neither guid nor date.
ITEMS = (
    item(1, title="甲 &lt;b&gt;粗&lt;/b&gt; &amp;amp; 细", pubDate="Tue, 05 Mar 2024 08:00:00 GMT"),
    item(2, guid="", pubDate="2024年3月5日 08:00"),
    item(3, link="", guid="g3", pubDate="Tue, 05 Mar 2024 08:00:00 CST"),
    item(4, guid="", pubDate=""),
)
TITLES = ["甲 粗 & 细", "第2条新闻", "第3条新闻", "第4条新闻"]

MAKERS: dict[str, Callable[[Path, str], Path]] = {
    "newsboat": reader_stores.made_by_newsboat,
    "reader": reader_stores.made_by_reader,
}
# newsboat is no Python package, so the default tests do without it.
READERS = [pytest.param("newsboat", marks=pytest.mark.long), "reader"]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return make_program(tmp_path, "")


def imported(program: Program, *arguments: str) -> dict[str, int]:
    """Import files; return the numbers of new, earlier, edited and known entries."""
    report = json.loads(program.good("backfill", "--from", *arguments, "--json"))
    names = ("new", "earlier", "edited", "known")
    return {name: sum(line[name] for line in report["lines"]) for name in names}


def entries_listed(program: Program) -> list[Any]:
    return list(json.loads(program.good("entries", "list", "--json", "--limit", "5000")))


def entries(program: Program) -> dict[str, dict[str, Any]]:
    listed = json.loads(program.good("entries", "list", "--json"))
    shown = [json.loads(program.good("entries", "show", str(e["id"]), "--json")) for e in listed]
    return {one["title"]: one for one in shown}


@pytest.mark.parametrize("reader", READERS)
def test_a_store_made_by_the_real_program_is_imported_once(
    tmp_path: Path, program: Program, site: Site, reader: str
) -> None:
    site.set("/feed.xml", rss(*ITEMS, link=site.url("/")))
    store = str(MAKERS[reader](tmp_path, site.url("/feed.xml")))
    none = dict.fromkeys(("new", "earlier", "edited", "known"), 0)
    assert imported(program, store, "--add-feeds") == none | {"new": 4}
    assert imported(program, store, "--add-feeds", "--restart") == none | {"known": 4}
    assert sorted(entries(program)) == sorted(TITLES)
    (feed,) = json.loads(program.good("feeds", "list", "--json"))
    assert (feed["url"], feed["title"]) == (site.url("/feed.xml"), "江海新闻")
    assert passes_checks(program)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("is_polled_first", [True, False])
def test_a_store_and_the_live_feed_have_the_same_entries(
    tmp_path: Path, program: Program, site: Site, reader: str, is_polled_first: bool
) -> None:
    site.set("/feed.xml", rss(*ITEMS, link=site.url("/")))
    store = str(MAKERS[reader](tmp_path, site.url("/feed.xml")))
    program.good("feeds", "add", site.url("/feed.xml"))
    steps = [lambda: program.good("poll"), lambda: imported(program, store)]
    for step in steps if is_polled_first else reversed(steps):
        step()
    found = entries(program)
    assert sorted(found) == sorted(TITLES)
    dates = {title: found[title]["published_at"] for title in TITLES[:3]}
    assert dates == {
        TITLES[0]: "2024-03-05T08:00:00+00:00",
        TITLES[1]: "2024-03-05T00:00:00+00:00",
        TITLES[2]: "2024-03-05T00:00:00+00:00",
    }


ATOM = """\
<feed xmlns="http://www.w3.org/2005/Atom"><title>江海新闻</title><id>urn:f</id>
<entry><title>甲</title><id>urn:1</id><published>2024-03-05T08:00:00Z</published>
<updated>2024-03-06T08:00:00Z</updated></entry>
<entry><title>乙</title><id>urn:2</id><updated>2024-03-07T08:00:00Z</updated></entry></feed>"""


def test_a_guessed_date_of_change_is_no_date_of_the_publisher(
    tmp_path: Path, program: Program, site: Site
) -> None:
    site.set("/feed.xml", ATOM)
    store = str(reader_stores.made_by_reader(tmp_path, site.url("/feed.xml")))
    imported(program, store, "--add-feeds")
    found = entries(program)
    assert {title: one["published_at"][:10] for title, one in found.items()} == {
        "甲": "2024-03-05",
        "乙": "2024-03-07",
    }
    assert {one["published_method"] for one in found.values()} == {"reader"}
    assert {one["updated_at"] for one in found.values()} == {None}


def test_an_import_that_was_stopped_continues(tmp_path: Path, program: Program, site: Site) -> None:
    """The store has three batches of entries; each is a document in the queue."""
    site.set("/feed.xml", rss(*map(item, range(450)), link=site.url("/")))
    store = str(reader_stores.made_by_reader(tmp_path, site.url("/feed.xml")))
    begun = program.run("backfill", "--from", store, "--add-feeds", "--max-documents", "2")
    assert begun.code == 1, begun
    assert len(entries_listed(program)) == 200
    assert imported(program, store, "--add-feeds")["new"] == 450
    assert len(entries_listed(program)) == 450


def test_a_killed_import_of_a_store_continues(tmp_path: Path, program: Program) -> None:
    with_entries_of_freshrss(tmp_path / "db.sqlite", *[{}] * 2_000)
    program.good("status")
    for kept in (200, 600):
        process = program.start("backfill", "--from", "db.sqlite", "--add-feeds")
        while reader_stores.count(tmp_path / "guidang.db", "entry") < kept:
            assert process.poll() is None, "the import ended before it was killed"
        process.kill()
    assert imported(program, "db.sqlite", "--add-feeds")["new"] == 2_000
    assert len(entries_listed(program)) == 2_000
    assert passes_checks(program)


@pytest.mark.parametrize("name", ["notes.txt", "photo.jpg"])
def test_a_file_of_an_unknown_kind_is_answered_with_what_was_looked_for(
    tmp_path: Path, program: Program, name: str
) -> None:
    (tmp_path / name).write_bytes(b"\xff\xd8\xff nothing for a reader")
    result = program.run("backfill", "--from", name)
    assert "nothing of this could be read; --from looks for feed documents (RSS" in result.out
    assert "newsboat, reader, FreshRSS, Miniflux, " in result.out


def test_unknown_feeds_are_one_line_each_and_can_be_added(tmp_path: Path, program: Program) -> None:
    """The feed of many dumps is added with the title of the newest, and is never polled."""
    for number in range(4):
        at = f"Tue, 0{number + 1} Mar 2022 08:00:00 GMT"
        one = rss(item(number, pubDate=at), title=f"江海新闻 {number}")
        (tmp_path / f"{9 - number}.xml").write_text(one, "utf-8")
    result = program.run("backfill", "--from", ".")
    assert result.code == 1
    lines = [line for line in result.out.splitlines() if "--add-feeds" in line]
    assert len(lines) == 2, lines  # one during the run, one in the report
    assert " and 3 more documents: no feed on the list is https://news.example.cn/;" in lines[1]
    assert imported(program, ".", "--add-feeds")["new"] == 4
    (feed,) = json.loads(program.good("feeds", "list", "--json"))
    assert (feed["title"], feed["link"]) == ("江海新闻 3", "https://news.example.cn/")
    assert feed["paused_at"] is not None


def test_an_unknown_database_is_named_with_what_was_looked_for(
    tmp_path: Path, program: Program
) -> None:
    reader_stores.with_tables(tmp_path / "a.db", "CREATE TABLE notes (id INTEGER)", {})
    result = program.run("backfill", "--from", "a.db")
    assert result.code == 1
    assert "it is a database of an unknown program (tables: notes); known are" in result.out
    assert "newsboat, reader, FreshRSS" in result.out


ROWS_OF_WE_MP_RSS = {
    "feeds": [{"id": "MP_WXS_1", "mp_name": "江海号", "mp_intro": "", "faker_id": "1"}],
    "articles": [
        {
            "id": "MP_WXS_1-a",
            "mp_id": "MP_WXS_1",
            "title": "第1篇",
            "pic_url": "https://mmbiz.qpic.cn/1.jpg",
            "url": "https://mp.weixin.qq.com/s/a",
            "content": "<p>正文</p>",
            "publish_time": 1_600_000_000,
            "created_at": "2020-09-14 01:02:03.000004",
        }
    ],
}
ROWS_OF_WEWE_RSS = {
    "feeds": [{"id": "MP_1", "mp_name": "江海号", "mp_intro": "", "has_history": 1}],
    "articles": [
        {
            "id": "a",
            "mp_id": "MP_1",
            "title": "第1篇",
            "pic_url": "https://mmbiz.qpic.cn/1.jpg",
            "publish_time": 1_600_000_000,
            "created_at": 1_600_045_323_000,
        }
    ],
}


@pytest.mark.parametrize(
    ("tables", "rows", "text"),
    [
        (reader_stores.WE_MP_RSS, ROWS_OF_WE_MP_RSS, "<p>正文</p>"),
        (reader_stores.WEWE_RSS, ROWS_OF_WEWE_RSS, ""),
    ],
    ids=["we-mp-rss", "wewe-rss"],
)
def test_articles_of_wechat_get_a_feed_of_their_own(
    tmp_path: Path, program: Program, tables: str, rows: reader_stores.Rows, text: str
) -> None:
    reader_stores.with_tables(tmp_path / "db.db", tables, rows)
    assert imported(program, "db.db", "--add-feeds")["new"] == 1
    assert imported(program, "db.db", "--add-feeds", "--restart")["known"] == 1
    (entry,) = entries(program).values()
    assert (entry["title"], entry["link"]) == ("第1篇", "https://mp.weixin.qq.com/s/a")
    assert entry["published_at"] == "2020-09-13T12:26:40+00:00"
    assert entry["first_seen_at"] == "2020-09-14T01:02:03+00:00"
    assert text in entry["html"]
    (feed,) = json.loads(program.good("feeds", "list", "--json"))
    assert (feed["url"], feed["title"]) == ("archive:江海号", "江海号")


ROWS_OF_FRESHRSS = {
    "category": [{"id": 1, "name": "Uncategorized"}, {"id": 2, "name": "新闻 &amp; 报"}],
    "feed": [
        {
            "id": 5,
            "url": "https://news.example.cn/feed?a=1&amp;b=2",
            "category": 2,
            "name": "江海 &amp; 新闻",
            "website": "https://news.example.cn/",
        },
    ],
    "entry": [
        {
            "id": 1_600_000_000_123_456,
            "guid": "news-1",
            "title": "一 &lt; 二",
            "author": "张三",
            "content": "<p>正文</p>",
            "link": "https://news.example.cn/1?a=1&amp;b=2",
            "date": 1_599_999_000,
            "is_read": 1,
            "is_favorite": 1,
            "id_feed": 5,
            "tags": "#科技 #New York",
        },
    ],
}


def with_entries_of_freshrss(path: Path, *entries: dict[str, Any]) -> None:
    """Make a database of FreshRSS with entries that have these columns, else those of the model."""
    model = ROWS_OF_FRESHRSS["entry"][0]
    tables = reader_stores.FRESHRSS.format(prefix="")
    rows = [
        model | {"id": model["id"] + n, "guid": f"g{n}", "title": f"第{n}条", "link": ""} | own
        for n, own in enumerate(entries)
    ]
    reader_stores.with_tables(path, tables, ROWS_OF_FRESHRSS | {"entry": rows})


@pytest.mark.parametrize(
    ("column", "is_readable"),
    [
        ({"content": "正文".encode()}, True),
        ({"link": None, "content": None, "author": None, "tags": None}, True),
        ({"id": "later"}, False),
    ],
    ids=str,
)
def test_a_bad_row_does_not_end_the_import_of_its_feed(
    tmp_path: Path, program: Program, column: dict[str, Any], is_readable: bool
) -> None:
    with_entries_of_freshrss(tmp_path / "db.sqlite", *[{}] * 100, column, *[{}] * 150)
    result = program.run("backfill", "--from", "db.sqlite", "--add-feeds", "--json")
    lacks = [one["reason"] for one in json.loads(result.out)["in_part"]]
    assert (result.code, len(entries_listed(program))) == ((0, 251) if is_readable else (1, 250))
    assert [lack[:34] for lack in lacks] == ["unreadable entries: 1; the first: "] * (
        not is_readable
    )


LONG = "x" * (5 << 20)


def test_a_batch_of_long_rows_is_short(tmp_path: Path) -> None:
    with_entries_of_freshrss(tmp_path / "db.sqlite", *[{"content": LONG}] * 5)
    with contextlib.closing(Tables(tmp_path / "db.sqlite")) as tables:
        store, at, counts = FreshRss(tables), -1, []
        while at is not None:
            batch = asyncio.run(store.entries(5, at))
            counts.append(len(batch.entries))
            at = batch.next_at
    assert counts == [2, 2, 1]


def test_a_batch_of_long_items_is_short() -> None:
    items = [google_item(n, "a.cn", summary={"content": LONG}) for n in range(5)]
    stream, at, counts = BytesIO(google_file(items)), 0, []
    while at is not None:
        found = next_items(stream, at, 200)
        assert found is not None
        counts.append(len(found.items))
        at = found.next_at
    assert counts == [2, 2, 1]


def test_a_date_that_freshrss_invented_is_a_guess(tmp_path: Path, program: Program) -> None:
    with_entries_of_freshrss(tmp_path / "db.sqlite", {}, {"date": 1_599_999_999})
    imported(program, "db.sqlite", "--add-feeds")
    found = entries(program)
    assert found["第1条"]["published_at"] == "2020-09-13T12:26:39+00:00"
    is_guess = [found[title]["published_method"] == "reader" for title in ("第0条", "第1条")]
    assert is_guess == [False, True]


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (fields.from_iso, "0001-01-01T00:00:00+08:00"),
        (fields.from_iso, datetime.max),
        (fields.from_seconds, -62_135_596_800),
        (fields.from_milliseconds, 253_402_300_799_000),
    ],
)
def test_an_impossible_date_of_a_reader_is_no_date(
    read: Callable[[Any], datetime | None], value: Any
) -> None:
    assert read(value) is None


def test_a_bad_item_of_a_list_does_not_end_the_import(tmp_path: Path, program: Program) -> None:
    items = [google_item(n, "a.cn", **({"categories": 7} if n == 9 else {})) for n in range(20)]
    (tmp_path / "starred.json").write_bytes(google_file(items))
    result = program.run("backfill", "--from", "starred.json", "--add-feeds", "--json")
    (lack,) = json.loads(result.out)["in_part"]
    assert lack["reason"].startswith("unreadable entries: 1; the first: TypeError")
    assert (result.code, len(entries_listed(program))) == (1, 19)


def test_a_batch_that_cannot_be_stored_does_not_end_the_import_of_its_feed(
    tmp_path: Path, program: Program
) -> None:
    with_entries_of_freshrss(tmp_path / "db.sqlite", *[{}] * 450)
    program.good("status")
    trigger = (
        "CREATE TRIGGER refuse BEFORE INSERT ON entry WHEN NEW.title = '第9条' "
        "BEGIN SELECT RAISE(ABORT, 'no'); END"
    )
    reader_stores.with_tables(tmp_path / "guidang.db", trigger, {})
    program.run("backfill", "--from", "db.sqlite", "--add-feeds")
    assert len(entries_listed(program)) == 250
    reader_stores.with_tables(tmp_path / "guidang.db", "DROP TRIGGER refuse", {})
    program.good("backfill", "--from", "db.sqlite", "--add-feeds")
    assert len(entries_listed(program)) == 450


def test_freshrss_keeps_dates_folders_tags_and_marks(tmp_path: Path, program: Program) -> None:
    tables = reader_stores.FRESHRSS.format(prefix="")
    reader_stores.with_tables(tmp_path / "db.sqlite", tables, ROWS_OF_FRESHRSS)
    imported(program, "db.sqlite", "--add-feeds", "--marks")
    (entry,) = entries(program).values()
    expected = {
        "title": "一 < 二",
        "guid": "news-1",
        "link": "https://news.example.cn/1?a=1&b=2",
        "categories": ["科技", "New York", "read", "starred"],
        "published_at": "2020-09-13T12:10:00+00:00",
        "first_seen_at": "2020-09-13T12:26:40+00:00",
    }
    assert {name: entry[name] for name in expected} == expected
    (feed,) = json.loads(program.good("feeds", "list", "--json"))
    assert feed["url"] == "https://news.example.cn/feed?a=1&b=2"
    assert (feed["title"], feed["categories"]) == ("江海 & 新闻", ["新闻 & 报"])


def google_item(number: int, feed: str, **more: Any) -> dict[str, Any]:
    """Return an item as FreshRSS and Inoreader export it."""
    return {
        "id": f"tag:google.com,2005:reader/item/{number:016x}",
        "crawlTimeMsec": str((1_600_000_000 + number) * 1000),
        "published": 1_500_000_000 + number,
        "title": f"第{number}条 &amp; 新闻",
        "canonical": [{"href": f"https://{feed}/{number}.html"}],
        "categories": [
            "user/-/state/com.google/reading-list",
            "user/-/state/com.google/starred",
            "user/-/label/收藏",
            "科技",
        ],
        "origin": {
            "streamId": f"feed/https://{feed}/rss",
            "htmlUrl": f"https://{feed}/",
            "title": feed,
        },
        "summary": {"content": f"<p>第{number}条正文</p>"},
    } | more


def google_file(items: list[dict[str, Any]]) -> bytes:
    about = {"id": "user/-/state/com.google/starred", "title": "“星标”"}
    return json.dumps(about | {"items": items}, ensure_ascii=False).encode("utf-8-sig")


def test_a_zip_in_the_form_of_google_reader_is_imported_batch_after_batch(
    tmp_path: Path, program: Program
) -> None:
    items = [google_item(n, f"{'abc'[n % 3]}.example.cn") for n in range(450)]
    with zipfile.ZipFile(tmp_path / "export.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("starred_2026-11-01.json", google_file(items))
    begun = program.run("backfill", "--from", "export.zip", "--add-feeds", "--max-documents", "4")
    assert begun.code == 1, begun
    assert imported(program, "export.zip", "--add-feeds")["new"] == 450
    assert imported(program, "export.zip", "--add-feeds", "--restart")["known"] == 450
    feeds = json.loads(program.good("feeds", "list", "--json"))
    assert sorted(feed["url"] for feed in feeds) == [f"https://{x}.example.cn/rss" for x in "abc"]
    assert passes_checks(program)


def test_an_item_in_the_form_of_google_reader_keeps_its_facts(
    tmp_path: Path, program: Program
) -> None:
    """The second item has FreshRSS's guid, the third no date and a damaged end."""
    fetch = {"crawlTimeMsec": "1600000002000", "published": 1_600_000_001}
    items = [
        google_item(1, "a.cn"),
        google_item(2, "a.cn", guid="g2"),
        google_item(3, "a.cn") | fetch,
    ]
    (tmp_path / "starred.json").write_bytes(google_file(items)[:-1] + b" ")
    imported(program, "starred.json", "--add-feeds", "--marks")
    first, second, third = (entries(program)[f"第{n}条 & 新闻"] for n in (1, 2, 3))
    assert first["categories"] == ["科技", "starred", "收藏"]
    assert (first["guid"], first["link"]) == (None, "https://a.cn/1.html")
    assert first["published_at"] == "2017-07-14T02:40:01+00:00"
    assert first["first_seen_at"] == "2020-09-13T12:26:41+00:00"
    assert first["html"] == "<p>第1条正文</p>"
    assert second["guid"] == "g2"
    assert (first["published_method"], third["published_method"]) != ("reader", "reader")
    assert third["published_method"] == "reader"


def test_a_damaged_list_is_reported_and_what_is_before_the_damage_is_kept(
    tmp_path: Path, program: Program
) -> None:
    body = google_file([google_item(n, "a.cn") for n in range(450)])
    (tmp_path / "starred.json").write_bytes(body[: len(body) - 9_000])
    result = program.run("backfill", "--from", "starred.json", "--add-feeds", "--json")
    (missing,) = json.loads(result.out)["missing"]
    assert (result.code, "the JSON is damaged at byte" in missing["reason"]) == (1, True)
    whole = body[: len(body) - 9_000].count(b'{"id": "tag:') - 1
    assert (whole > 400, len(entries_listed(program))) == (True, whole)


@pytest.mark.parametrize("count", [0, 1, 200, 400])
def test_a_list_of_any_length_ends_without_a_fault(
    tmp_path: Path, program: Program, count: int
) -> None:
    body = google_file([google_item(n, "a.cn") for n in range(count)])
    (tmp_path / "starred.json").write_bytes(body)
    report = json.loads(program.good("backfill", "--from", "starred.json", "--add-feeds", "--json"))
    assert report["passed_over"] == report["missing"] == []
    assert len(entries_listed(program)) == count


def test_files_of_one_feed_are_all_read_even_if_from_is_in_their_path(
    tmp_path: Path, program: Program
) -> None:
    """Each file is too long for one batch, so the keys of its parts are made of its path."""
    folder = tmp_path / "Saved from Inoreader"
    folder.mkdir()
    for first, name in ((0, "a.json"), (201, "b.json")):
        items = [google_item(n, "a.cn") for n in range(first, first + 201)]
        (folder / name).write_bytes(google_file(items))
    for first, name in ((402, "c.xml"), (603, "d.xml")):
        text = rss(*(item(n) for n in range(first, first + 201)), link="https://a.cn/")
        (folder / name).write_text(text, "utf-8")
    assert imported(program, str(folder), "--add-feeds")["new"] == 4 * 201


def test_members_of_one_name_in_a_zip_are_each_read(tmp_path: Path, program: Program) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as packed:
        for number in (1, 2):
            with warnings.catch_warnings(action="ignore", category=UserWarning):
                packed.writestr("starred.json", google_file([google_item(number, "a.cn")]))
    assert imported(program, "export.zip", "--add-feeds")["new"] == 2


def test_an_export_of_wallabag_gets_a_feed_of_its_own(tmp_path: Path, program: Program) -> None:
    article = {
        "is_archived": 1,
        "is_starred": 0,
        "tags": ["长文"],
        "id": 1,
        "title": "一篇文章",
        "url": "https://news.example.cn/1.html",
        "content": "<p>正文</p>",
        "created_at": "2021-01-02T03:04:05+0100",
        "published_at": "2021-01-01T00:00:00+0100",
        "published_by": ["张三"],
    }
    (tmp_path / "wallabag.json").write_text(json.dumps([article]), "utf-8")
    assert imported(program, "wallabag.json", "--add-feeds", "--marks")["new"] == 1
    (entry,) = entries(program).values()
    assert entry["categories"] == ["read", "长文"]
    assert entry["first_seen_at"] == "2021-01-02T02:04:05+00:00"
    (feed,) = json.loads(program.good("feeds", "list", "--json"))
    assert (feed["url"], feed["title"]) == ("archive:wallabag", "wallabag")


@pytest.fixture
def server_url(postgres: Server) -> Iterator[str]:
    """Yield the address of an empty PostgreSQL database, as another program would name it."""
    url = postgres.create()
    yield url.replace("postgresql+psycopg://", "postgresql://")
    postgres.drop(url)


AT = datetime(2021, 5, 6, 7, 8, 9, tzinfo=UTC)
FEED_OF_MINIFLUX = {
    "id": 7,
    "title": "江海新闻",
    "feed_url": "https://news.example.cn/rss",
    "site_url": "https://news.example.cn/",
}


def miniflux_entry(number: int) -> dict[str, Any]:
    """Return an entry; the last one has no date in its feed, so it has the time of the fetch."""
    link = f"https://news.example.cn/{number}.html"
    created = AT + timedelta(seconds=number)
    return {
        "id": number,
        "feed_id": 7,
        "hash": hashlib.sha256(link.encode()).hexdigest(),
        "published_at": created if number == 250 else created - timedelta(days=9),
        "created_at": created,
        "title": f"第{number}条",
        "url": link,
        "author": "张三",
        "content": f"<p>第{number}条正文</p>",
        "status": "read",
        "starred": True,
        "tags": ["科技"],
    }


def has_all_of_miniflux(program: Program) -> None:
    (feed,) = json.loads(program.good("feeds", "list", "--json"))
    assert feed["url"] == "https://news.example.cn/rss"
    assert (feed["title"], feed["categories"]) == ("江海新闻", ["新闻"])
    assert len(entries_listed(program)) == 250
    expected = {
        "guid": "https://news.example.cn/1.html",
        "link": "https://news.example.cn/1.html",
        "categories": ["科技", "read", "starred"],
        "published_at": "2021-04-27T07:08:10+00:00",
        "first_seen_at": "2021-05-06T07:08:10+00:00",
        "html": "<p>第1条正文</p>",
    }
    shown = json.loads(program.good("entries", "show", expected["guid"], "--json"))
    assert {name: shown[name] for name in expected} == expected
    last = json.loads(program.good("entries", "show", "https://news.example.cn/250.html", "--json"))
    assert last["published_method"] == "reader"


def test_the_database_of_miniflux_is_imported_and_its_password_is_not_stored(
    tmp_path: Path, program: Program, server_url: str
) -> None:
    rows = {
        "categories": [{"id": 3, "title": "新闻"}],
        "feeds": [FEED_OF_MINIFLUX | {"category_id": 3}],
        "entries": [miniflux_entry(n) for n in range(1, 251)],
    }
    reader_stores.fill_server(server_url, reader_stores.MINIFLUX, rows)
    options = ("--add-feeds", "--marks")
    address = server_url.replace("://postgres@", "://postgres:geheim@")
    assert imported(program, address, *options)["new"] == 250
    assert imported(program, address, *options, "--restart")["known"] == 250
    has_all_of_miniflux(program)
    assert b"geheim" not in (tmp_path / "guidang.db").read_bytes()


def test_miniflux_is_imported_over_its_api_with_a_token(
    tmp_path: Path, program: Program, site: Site
) -> None:
    """The first batch of entries is refused once, with a time after which to ask again."""
    rows = [miniflux_entry(n) | {"enclosures": None} for n in range(1, 251)]
    refusals = [Answer(status=429, headers={"Retry-After": "1"})]

    def answer(request: Request) -> Answer | str:
        if request.headers.get("x-auth-token") != "geheim":
            return Answer(status=401, body='{"error_message":"access unauthorized"}')
        path, query = urlsplit(request.path).path, parse_qs(urlsplit(request.path).query)
        if path == "/v1/feeds":
            return json.dumps([FEED_OF_MINIFLUX | {"category": {"id": 3, "title": "新闻"}}])
        if refusals:
            return refusals.pop()
        after, most = int(query["after_entry_id"][0]), int(query["limit"][0])
        found = [row for row in rows if row["id"] > after][:most]
        return json.dumps({"total": 250, "entries": found}, default=datetime.isoformat)

    site.set("/v1/feeds", answer)
    site.set("/v1/feeds/7/entries", answer)
    refused = program.run("backfill", "--from", site.url("/"), "--token", "falsch", "--add-feeds")
    assert refused.code == 1
    options = ("--token", "geheim", "--add-feeds", "--marks")
    assert imported(program, site.url("/"), *options)["new"] == 250
    has_all_of_miniflux(program)
    assert b"geheim" not in (tmp_path / "guidang.db").read_bytes()


def test_an_answer_of_miniflux_that_is_too_large_is_requested_in_parts(
    tmp_path: Path, site: Site
) -> None:
    program = make_program(tmp_path, "", '[fetch]\nmax_size = "100KB"')
    rows = [miniflux_entry(n) | {"content": "x" * 10_000} for n in range(1, 31)]

    def answer(request: Request) -> str:
        query = parse_qs(urlsplit(request.path).query)
        after, most = int(query["after_entry_id"][0]), int(query["limit"][0])
        found = [row for row in rows if row["id"] > after][:most]
        return json.dumps({"total": 30, "entries": found}, default=datetime.isoformat)

    site.set("/v1/feeds", json.dumps([FEED_OF_MINIFLUX]))
    site.set("/v1/feeds/7/entries", answer)
    assert imported(program, site.url("/"), "--token", "geheim", "--add-feeds")["new"] == 30


PREFIXES = ["freshrss_ann_", "freshrss_Anna_", "freshrss_max-m_", 'a":x%s_']


def rows_with_prefix(prefix: str) -> reader_stores.Rows:
    quoted = prefix.replace('"', '""')
    return {f'"{quoted}{name}"': some for name, some in ROWS_OF_FRESHRSS.items()}


@pytest.mark.parametrize("prefix", PREFIXES[:3])
def test_freshrss_is_imported_from_postgresql(
    program: Program, server_url: str, prefix: str
) -> None:
    tables = reader_stores.freshrss_with_prefix(prefix)
    reader_stores.fill_server(server_url, tables, rows_with_prefix(prefix))
    assert imported(program, server_url, "--add-feeds")["new"] == 1
    assert list(entries(program)) == ["一 < 二"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_names_of_tables_are_quoted(tmp_path: Path, prefix: str) -> None:
    path = tmp_path / "db.sqlite"
    tables = reader_stores.freshrss_with_prefix(prefix)
    reader_stores.with_tables(path, tables, {})
    with contextlib.closing(Tables(path)) as opened:
        store = FreshRss(opened)
        assert opened.rows(store.feeds_query) == []
        assert opened.rows(store.entries_query, feed=1, after=0, most=1) == []


def test_a_server_cannot_be_changed(server_url: str) -> None:
    reader_stores.fill_server(server_url, "CREATE TABLE a (b INTEGER)", {})
    with contextlib.closing(Tables(server_url)) as tables, pytest.raises(Unreadable) as refused:
        tables.rows("INSERT INTO a VALUES (1) RETURNING b")
    assert "read-only transaction" in str(refused.value)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgresql://u:s3@h/d", "postgresql://u@h/d"),
        ("postgresql://h/d?user=u&password=s3", "postgresql://h/d?user=u"),
        ("postgresql://h/d?pass%77ord=s3&sslpassword=s3", "postgresql://h/d"),
        ("https://h/?token=s3", "https://h/"),
    ],
)
def test_the_address_of_a_server_is_stored_without_secrets(address: str, expected: str) -> None:
    assert without_password(address) == expected


def test_a_locked_database_is_not_read_in_part(tmp_path: Path) -> None:
    """The writer holds the newest entries in the journal."""
    path = tmp_path / "cache.db"
    with contextlib.closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA locking_mode = EXCLUSIVE")
        writer.execute("CREATE TABLE a (b INTEGER)")
        with contextlib.closing(Tables(path)) as tables, pytest.raises(Unreadable) as refused:
            tables.rows("SELECT * FROM sqlite_master")
    assert "database is locked" in str(refused.value)


def test_a_database_in_a_read_only_folder_is_read_if_it_is_whole(
    tmp_path: Path, program: Program
) -> None:
    made = tmp_path / "made.db"
    reader_stores.with_tables(made, reader_stores.NETNEWSWIRE, ROWS_OF_NETNEWSWIRE)
    (tmp_path / "part").mkdir()
    (tmp_path / "whole").mkdir()
    with contextlib.closing(sqlite3.connect(made)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.executescript("UPDATE articles SET title = '新'")
        shutil.copy(made, tmp_path / "part")
        shutil.copy(f"{made}-wal", tmp_path / "part")
    shutil.copy(made, tmp_path / "whole")
    (tmp_path / "part").chmod(0o555)
    (tmp_path / "whole").chmod(0o555)
    begin = ("backfill", "--add-feeds", "--from")
    part = program.run(*begin, "part/made.db", powerless=True)
    assert (part.code, "a part of it is in made.db-wal" in part.out) == (1, True)
    whole = program.run(*begin, "whole/made.db", powerless=True)
    assert (whole.code, list(entries(program))) == (0, ["新"])


def test_views_are_no_tables_of_a_reader(tmp_path: Path, program: Program) -> None:
    """A view can run for ever."""
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i"
    views = (
        f"CREATE VIEW articles AS {endless} AS mp_id, i AS id, i AS title, i AS pic_url, "
        "i AS publish_time, i AS created_at FROM n; CREATE VIEW feeds AS "
        f"{endless} AS id, i AS mp_name, i AS mp_intro, i AS has_history FROM n"
    )
    reader_stores.with_tables(tmp_path / "db.db", views, {})
    result = program.run("backfill", "--from", "db.db", "--add-feeds", timeout=15)
    assert "it is a database of an unknown program (tables: none)" in result.out


URL = "https://news.example.cn/rss"
ROWS_OF_LIFEREA = {
    "node": [
        {"node_id": "folderx", "parent_id": "", "title": "新闻", "type": "folder"},
        {"node_id": "feedabc", "parent_id": "folderx", "title": "江海新闻", "type": "feed"},
    ],
    "subscription": [{"node_id": "feedabc", "source": URL}],
    "items": [
        {
            "item_id": 1,
            "node_id": "feedabc",
            "title": "第1条 &amp; 新闻",
            "read": 1,
            "marked": 1,
            "source": "https://news.example.cn/1.html",
            "source_id": "news-1",
            "valid_guid": 1,
            "description": "<p>正文</p>",
            "date": 1_599_999_000,
            "comment": 0,
        }
    ],
}
ROWS_OF_QUITERSS = {
    "feeds": [
        {"id": 1, "text": "新闻", "xmlUrl": "", "parentId": 0},
        {"id": 2, "text": "江海新闻", "xmlUrl": URL, "parentId": 1},
    ],
    "news": [
        {
            "feedId": 2,
            "guid": "news-1",
            "content": "<p>正文</p>",
            "title": "第1条 &amp; 新闻",
            "published": "2020-09-13T12:10:00",
            "received": "2020-09-13T12:26:40",
            "read": 1,
            "starred": 1,
            "deleted": 0,
            "link_href": "https://news.example.cn/1.html",
        }
    ],
}
ROWS_OF_NETNEWSWIRE = {
    "articles": [
        {
            "articleID": "a",
            "feedID": URL,
            "uniqueID": "news-1",
            "title": "第1条 &amp; 新闻",
            "contentHTML": "<p>正文</p>",
            "url": "https://news.example.cn/1.html",
            "datePublished": 1_599_999_000.0,
        }
    ],
    "statuses": [{"articleID": "a", "read": 1, "starred": 1, "dateArrived": 1_600_000_000.0}],
}


@pytest.mark.parametrize(
    ("tables", "rows", "folders", "method", "first_seen"),
    [
        (reader_stores.LIFEREA, ROWS_OF_LIFEREA, ["新闻"], "reader", None),
        (reader_stores.QUITERSS, ROWS_OF_QUITERSS, ["新闻"], None, "2020-09-13T12:26:40+00:00"),
        (reader_stores.NETNEWSWIRE, ROWS_OF_NETNEWSWIRE, [], None, "2020-09-13T12:26:40+00:00"),
    ],
    ids=["Liferea", "QuiteRSS", "NetNewsWire"],
)
def test_a_reader_of_a_desktop_keeps_its_facts(
    tmp_path: Path,
    program: Program,
    tables: str,
    rows: reader_stores.Rows,
    folders: list[str],
    method: str | None,
    first_seen: str | None,
) -> None:
    reader_stores.with_tables(tmp_path / "reader.db", tables, rows)
    assert imported(program, "reader.db", "--add-feeds", "--marks")["new"] == 1
    assert imported(program, "reader.db", "--add-feeds", "--marks", "--restart")["known"] == 1
    (entry,) = entries(program).values()
    expected = {
        "title": "第1条 & 新闻",
        "guid": "news-1",
        "link": "https://news.example.cn/1.html",
        "published_at": "2020-09-13T12:10:00+00:00",
        "categories": ["read", "starred"],
        "html": "<p>正文</p>",
    }
    assert {name: entry[name] for name in expected} == expected
    assert (entry["published_method"] == "reader") == (method == "reader")
    assert first_seen in (None, entry["first_seen_at"])
    (feed,) = json.loads(program.good("feeds", "list", "--json"))
    assert (feed["url"], feed["categories"]) == (URL, folders)
