"""The Google Reader API: what it answers, and that marks change nothing in the archive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from lxml import etree

from ingest.errors import UsageError
from ingest.store import feeds, visitors
from ingest.store.reader.streams import Part, Stream, ids_in
from ingest.web.access.secrets import digest_of, hash_of_password
from ingest.web.programs.greader.streams import long_id, number_of
from tests.pages import Page, Pages, pages_of
from tests.site import Site
from tests.support import NOON, item, rss
from tests.test_cost import statements
from tests.world import World

API = "/reader/api/0/"
STATE = "user/-/state/com.google/"
READ, STARRED, LIST = f"{STATE}read", f"{STATE}starred", f"{STATE}reading-list"


def fill(world: World, site: Site) -> None:
    """Add feed 1 with the entries 1 to 5, and an hour later feed 2 with 6 and 7."""
    site.set("/a.xml", rss(*map(item, range(5)), title="江海新闻"))
    site.set("/b.xml", rss(item("x"), item("y"), title="科技日志"))
    world.add(site.url("/a.xml?key=hunter2"), categories=["新闻"])
    world.poll()
    world.clock.move(hours=1)
    world.add(site.url("/b.xml"), categories=["科技", "数码"])
    world.poll()


@pytest.fixture
def pages_on_both(world: World, site: Site) -> Iterator[Pages]:
    """Serve the feeds from each of the databases."""
    fill(world, site)
    with pages_of(world) as served:
        yield served


@pytest.fixture
def file(tmp_path: Path, sqlite_url: str) -> Iterator[World]:
    world = World(tmp_path, sqlite_url)
    yield world
    world.database.dispose()


@pytest.fixture
def pages(file: World, site: Site) -> Iterator[Pages]:
    """Serve the feeds from a SQLite file."""
    fill(file, site)
    with pages_of(file) as served:
        yield served


def ask(pages: Pages, path: str, user: str = "li", secret: str = "-", **fields: Any) -> Page:
    return pages.get(
        f"{API}{path}?{urlencode(fields, doseq=True)}",
        Authorization=f"GoogleLogin auth={user}/{secret}",
    )


def post(pages: Pages, path: str, user: str = "li", secret: str = "-", **fields: Any) -> Page:
    return pages.ask(
        "POST",
        f"{API}{path}",
        urlencode(fields, doseq=True),
        Authorization=f"GoogleLogin auth={user}/{secret}",
        Content_Type="application/x-www-form-urlencoded",
    )


def ids(pages: Pages, user: str = "li", **fields: Any) -> list[int]:
    page = ask(pages, "stream/items/ids", user, **fields)
    return [int(one["id"]) for one in json.loads(page.content)["itemRefs"]]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        (f"{long_id(10)}", 10),
        ("tag:google.com,2005:reader/item/000000000000000A", 10),
        ("000000000000000a", 10),
        ("0000000000000010", 16),
        ("10", 10),
        ("1234567890123456", 1234567890123456),
        ("a", 10),
    ],
)
def test_an_entry_has_a_long_and_a_short_name(name: str, number: int) -> None:
    assert number_of(name) == number


@pytest.mark.parametrize("name", ["", "x", "-1", "٣", "f" * 16, "9" * 19, long_id(1) + "0"])
def test_other_names_are_no_entries(name: str) -> None:
    with pytest.raises(UsageError, match="is not the name of an entry"):
        number_of(name)


SECONDS = int(datetime(2026, 3, 1, 13, tzinfo=UTC).timestamp())


STREAMS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [7, 6, 5, 4, 3, 2, 1]),
    ({"s": LIST, "n": 3}, [7, 6, 5]),
    ({"s": LIST, "n": 3, "c": "5"}, [4, 3, 2]),
    ({"s": LIST, "n": 3, "r": "o"}, [1, 2, 3]),
    ({"s": LIST, "n": 3, "r": "o", "c": "3"}, [4, 5, 6]),
    ({"s": "feed/2"}, [7, 6]),
    ({"s": "feed/9"}, []),
    ({"s": "user/-/label/数码"}, [7, 6]),
    ({"s": "user/li/label/新闻", "n": 2}, [5, 4]),
    ({"s": READ}, [3]),
    ({"s": f"{STATE}kept-unread"}, [7, 6, 5, 4, 2, 1]),
    ({"s": STARRED}, [4]),
    ({"s": LIST, "xt": READ}, [7, 6, 5, 4, 2, 1]),
    ({"s": LIST, "xt": ["feed/2", STARRED]}, [5, 3, 2, 1]),
    ({"s": "feed/1", "it": READ}, [3]),
    ({"s": LIST, "ot": SECONDS}, [7, 6]),
    ({"s": LIST, "nt": SECONDS}, [5, 4, 3, 2, 1]),
    ({"s": LIST, "ot": "0", "nt": "9" * 18}, [7, 6, 5, 4, 3, 2, 1]),
]


def test_a_stream_has_its_entries(pages_on_both: Pages) -> None:
    post(pages_on_both, "edit-tag", i="3", a=READ)
    post(pages_on_both, "edit-tag", i=long_id(4), a=STARRED)
    for fields, expected in STREAMS:
        assert (fields, ids(pages_on_both, **fields)) == (fields, expected)
        listed = json.loads(ask(pages_on_both, "stream/contents", **fields).content)["items"]
        assert [number_of(one["id"]) for one in listed] == expected


MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("stream/items/ids", {"s": "user/-/state/com.google/liked"}, "there is no stream"),
    ("stream/items/ids", {"s": "feed/http://example.cn/"}, "there is no stream"),
    ("stream/items/ids", {"n": "many"}, "n is not a number"),
    ("stream/items/ids", {"c": "-"}, "is not the name of an entry"),
    ("stream/items/contents", {"i": "x"}, "is not the name of an entry"),
]


def test_a_mistake_is_explained(pages: Pages) -> None:
    for path, fields, reason in MISTAKES:
        page = ask(pages, path, **fields)
        assert (page.status, reason in page.source) == (400, True)


def test_a_part_says_how_to_continue_only_if_there_may_be_more(pages: Pages) -> None:
    first = json.loads(ask(pages, "stream/items/ids", n=4).content)
    assert first["continuation"] == "4"
    rest = json.loads(ask(pages, "stream/items/ids", n=4, c=first["continuation"]).content)
    assert "continuation" not in rest


def test_an_entry_has_what_feed_readers_show(pages: Pages) -> None:
    post(pages, "edit-tag", i="7", a=[READ, STARRED])
    for page in (
        ask(pages, "stream/items/contents", i="7"),
        post(pages, "stream/items/contents", i=long_id(7)),
        ask(pages, "stream/contents/feed/2", n=1),
    ):
        [shown] = json.loads(page.content)["items"]
        assert shown["id"] == "tag:google.com,2005:reader/item/0000000000000007"
        assert shown["crawlTimeMsec"] == f"{SECONDS}000"
        assert shown["title"] == "第y条新闻"
        assert shown["origin"]["streamId"] == "feed/2"
        assert shown["alternate"][0]["href"] == shown["canonical"][0]["href"]
        assert "第y条新闻的正文" in shown["summary"]["content"]
        labels = ["user/-/label/科技", "user/-/label/数码"]
        assert shown["categories"] == [LIST, *labels, READ, STARRED]


def test_marks_are_those_of_one_user(pages_on_both: Pages) -> None:
    assert post(pages_on_both, "edit-tag", "li", i=["1", "2"], a=READ).source == "OK"
    assert post(pages_on_both, "edit-tag", "wang", i="2", a=[READ, STARRED]).source == "OK"
    post(pages_on_both, "edit-tag", "li", i="1", r=READ)
    post(pages_on_both, "edit-tag", "wang", i="2", r=STARRED)
    assert (ids(pages_on_both, "li", s=READ), ids(pages_on_both, "wang", s=READ)) == ([2], [2])
    assert (ids(pages_on_both, "li", s=STARRED), ids(pages_on_both, "wang", s=STARRED)) == ([], [])


def test_a_whole_stream_is_read_up_to_a_time(pages_on_both: Pages) -> None:
    post(pages_on_both, "edit-tag", i=["1", "6"], a=STARRED)
    post(pages_on_both, "edit-tag", i="2", r=READ)
    assert post(pages_on_both, "mark-all-as-read", s=LIST, ts=f"{SECONDS - 1}000000").source == "OK"
    assert ids(pages_on_both, s=READ) == [5, 4, 3, 2, 1]
    post(pages_on_both, "edit-tag", i="4", a=f"{STATE}kept-unread", r=READ)
    assert ids(pages_on_both, s=LIST, xt=READ) == [7, 6, 4]
    assert post(pages_on_both, "mark-all-as-read", s="user/-/label/科技").source == "OK"
    assert post(pages_on_both, "mark-all-as-read", s=STARRED).source == "OK"
    assert ids(pages_on_both, s=LIST, xt=READ) == [4]
    assert ids(pages_on_both, s=STARRED) == [6, 1]
    assert ids(pages_on_both, "wang", s=READ) == []


def test_an_old_time_leaves_newer_entries_unread(pages_on_both: Pages) -> None:
    assert post(pages_on_both, "mark-all-as-read", s=LIST).source == "OK"
    post(pages_on_both, "edit-tag", i=["3", "6"], a=f"{STATE}kept-unread", r=READ)
    assert post(pages_on_both, "mark-all-as-read", s=LIST, ts=f"{SECONDS - 1}000000").source == "OK"
    assert ids(pages_on_both, s=LIST, xt=READ) == [6]


def test_unread_entries_are_counted(pages_on_both: Pages) -> None:
    post(pages_on_both, "edit-tag", i=["1", "6"], a=READ)
    counted = json.loads(ask(pages_on_both, "unread-count").content)
    assert counted["max"] == 5
    assert {one["id"]: one["count"] for one in counted["unreadcounts"]} == {
        LIST: 5,
        "feed/1": 4,
        "feed/2": 1,
        "user/-/label/新闻": 4,
        "user/-/label/科技": 1,
        "user/-/label/数码": 1,
    }


def test_feeds_and_labels_are_listed_without_secrets(pages: Pages) -> None:
    page = ask(pages, "subscription/list", output="json")
    first, second = json.loads(page.content)["subscriptions"]
    assert (first["id"], first["title"]) == ("feed/1", "江海新闻")
    assert [one["label"] for one in second["categories"]] == ["科技", "数码"]
    assert "hunter2" not in page.source
    tags = json.loads(ask(pages, "tag/list").content)["tags"]
    assert [tag["id"].rpartition("/")[2] for tag in tags] == ["starred", "数码", "新闻", "科技"]
    assert {tag.get("type") for tag in tags[1:]} == {"folder"}
    assert ask(pages, "subscription/export").source.count("xmlUrl") == 2
    assert json.loads(ask(pages, "user-info").content)["userName"] == "li"


def test_older_readers_get_a_stream_as_atom_with_its_marks(pages: Pages) -> None:
    post(pages, "edit-tag", i="6", a=READ)
    path = f"/reader/atom/{quote('feed/2', safe='')}?n=100"
    feed = etree.fromstring(pages.get(path).content)
    assert len(feed.findall("{*}entry")) == 2
    page = pages.get(path, Authorization="GoogleLogin auth=li/-")
    found = {
        entry.findtext("{*}id"): [one.get("label") for one in entry.findall("{*}category")]
        for entry in etree.fromstring(page.content).findall("{*}entry")
    }
    assert found == {long_id(7): ["fresh"], long_id(6): ["read"]}


def test_the_list_of_feeds_is_not_changed(pages: Pages) -> None:
    of_feeds = ("subscription/edit", "subscription/quickadd", "subscription/import")
    for path in (*of_feeds, "rename-tag", "disable-tag"):
        page = post(pages, path, s="feed/1", ac="unsubscribe")
        assert (page.status, "manage feeds on the pages" in page.source) == (403, True)


def test_other_tags_are_refused(pages: Pages) -> None:
    page = post(pages, "edit-tag", i="1", a=["user/-/label/later", READ])
    assert (page.status, "only read and starred" in page.source) == (400, True)
    assert ids(pages, s=READ) == []


def test_marks_change_nothing_else(pages: Pages, file: World) -> None:
    before = file.counts()
    shown = [file.entry(number) for number in range(1, 8)]
    post(pages, "edit-tag", i=["1", "2", "99"], a=[READ, STARRED])
    post(pages, "mark-all-as-read", s="feed/2")
    changed = {name: count for name, count in file.counts().items() if count != before[name]}
    assert changed == {"reader_mark": 2, "reader_margin": 1}
    assert [file.entry(number) for number in range(1, 8)] == shown


def test_marks_of_a_deleted_entry_are_deleted(pages: Pages, file: World) -> None:
    post(pages, "edit-tag", i=["1", "6"], a=READ)
    post(pages, "mark-all-as-read", s="feed/2")
    file.folder.delete_feed(2)
    file.database.transact(feeds.remove, 2, now=NOON, entries=True)
    assert ids(pages) == [5, 4, 3, 2, 1]
    assert file.counts()["reader_mark"] == 1


def test_without_a_password_everyone_on_this_machine_is_let_in(pages: Pages) -> None:
    for path in ("/accounts/ClientLogin", "/api/greader.php/accounts/ClientLogin"):
        page = pages.ask("POST", path, "Email=%E6%9D%8E+x%2Fy&Passwd=anything")
        assert page.source.splitlines()[-1] == "Auth=%E6%9D%8E%20x%2Fy/-"
    answer = pages.get(f"{API}user-info", Authorization="GoogleLogin auth=%E6%9D%8E%20x%2Fy%00/-")
    assert json.loads(answer.content)["userName"] == "李 x/y"


@pytest.fixture
def guarded(file: World, site: Site) -> Iterator[Pages]:
    """The pages with the password `sesame`, and a token `phone`."""
    site.set("/a.xml", rss(item(1)))
    file.add(site.url("/a.xml"))
    file.poll()
    file.database.transact(
        visitors.add_token, "phone", digest_of("t0ken"), may_manage=False, now=NOON
    )
    with pages_of(file, password=hash_of_password("sesame"), public=True) as served:
        yield served


def test_with_a_password_a_feed_reader_logs_in_with_it_or_with_a_token(guarded: Pages) -> None:
    for password in ("sesame", "t0ken"):
        page = guarded.ask("POST", "/accounts/ClientLogin", f"Email=li&Passwd={password}")
        secret = page.source.splitlines()[-1].removeprefix("Auth=li/")
        assert post(guarded, "edit-tag", "li", secret, i="1", a=READ).source == "OK"
    wrong = guarded.ask("POST", "/accounts/ClientLogin", "Email=li&Passwd=guess")
    assert (wrong.status, wrong.source) == (403, "Error=BadAuthentication")


def test_a_reader_that_logs_in_often_has_one_session(guarded: Pages, file: World) -> None:
    def log_in(name: str) -> str:
        page = guarded.ask("POST", "/accounts/ClientLogin", f"Email={name}&Passwd=sesame")
        return page.source.splitlines()[-1].rpartition("/")[2]

    secrets = [log_in(name) for name in ("li", "li", "wang")]
    assert (secrets[0] == secrets[1], secrets[0] == secrets[2]) == (True, False)
    assert file.counts()["web_session"] == 2
    assert ask(guarded, "user-info", "li", secrets[1]).status == 200


def test_who_is_not_logged_in_has_no_marks(guarded: Pages) -> None:
    for secret in ("-", "", "guess"):
        assert ask(guarded, "stream/items/ids", "li", secret).status == 401
        assert post(guarded, "edit-tag", "li", secret, i="1", a=READ).status == 401
    assert guarded.get(f"{API}user-info").status == 401


def test_guesses_of_the_password_are_limited(guarded: Pages) -> None:
    for _ in range(5):
        guarded.ask("POST", "/accounts/ClientLogin", "Email=li&Passwd=guess")
    page = guarded.ask("POST", "/accounts/ClientLogin", "Email=li&Passwd=sesame")
    assert (page.status, "retry-after" in page.headers) == (403, True)


def test_a_user_who_has_read_nothing_costs_no_look_at_all_entries(file: World, site: Site) -> None:
    fill(file, site)
    part = Part(stream=Stream(state="read"))
    with statements() as sent:
        assert file.database.view(ids_in, part, "li", 20) == []
    [(statement, values)] = [one for one in sent if one[0].startswith("SELECT entry")]
    plan = file.database.view(
        lambda connection: connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {statement}", values
        ).all()
    )
    assert "SEARCH entry USING INTEGER PRIMARY KEY (rowid<?)" in [row.detail for row in plan]
