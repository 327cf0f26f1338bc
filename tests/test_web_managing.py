"""The pages that change something, as a browser uses them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from argon2 import PasswordHasher

from ingest.rsshub.metadata import read_metadata
from ingest.store import feeds, rsshub, takedowns, visitors
from ingest.web.access.secrets import digest_of
from ingest.web.app import make_app
from ingest.web.finding import Found
from tests.pages import HEALTHY, Browser, Pages, pages_of
from tests.searching import fill
from tests.site import Site
from tests.support import item
from tests.world import World

READ = PasswordHasher(1, 8, 1).hash("only read")
MANAGE = PasswordHasher(1, 8, 1).hash("everything")


@pytest.fixture
def pages(world: World, site: Site) -> Iterator[Pages]:
    fill(world, site, item(1), item(2))
    with pages_of(world) as served:
        yield served


def at(pages: Pages, path: str) -> Browser:
    browser = Browser(pages)
    assert browser.get(path).status == 200
    return browser


def test_a_feed_is_paused_resumed_and_polled_now(world: World, pages: Pages) -> None:
    browser = at(pages, "/f/1")
    assert browser.send("/f/1/pause").headers["location"] == "/f/1?done=pause"
    assert "It is paused." in browser.follow().text
    [paused] = world.database.query(feeds.every)
    assert (paused.paused_at is not None, paused.paused_reason) == (True, "by command")
    browser.send("/f/1/resume")
    assert "It is resumed." in browser.follow().text
    later = world.database.query(feeds.every)[0].next_poll_at
    browser.send("/f/1/poll")
    assert "It is polled within seconds" in browser.follow().text
    [due] = world.database.query(feeds.every)
    assert due.paused_at is None
    assert due.next_poll_at >= later
    assert due.next_poll_reason == "asked for on the web page"


NAMES = json.loads((Path(__file__).parent / "data/rsshub/namespaces.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("words", "shown", "missing"),
    [
        ("江海半島網", ["rsshub://jianghai/video/*", "影片"], "港口"),
        ("江海 新闻", ["rsshub://jianghai/:language?"], "影片"),
        ("JIANGHAI story", ["rsshub://jianghai/news/:id{\\d+}"], "影片"),
        ("没有这个网站", ["no such route"], "rsshub://"),
        ("", [], "no such route"),
    ],
)
def test_a_route_of_rsshub_is_found_by_its_name(
    world: World, pages: Pages, words: str, shown: list[str], missing: str
) -> None:
    world.database.transact(
        rsshub.replace_metadata, read_metadata(NAMES, "file"), now=world.clock()
    )
    found = pages.get("/rsshub?q=" + quote(words)).text
    assert [one for one in shown if one not in found] == []
    assert missing not in found


def test_without_names_of_routes_the_page_says_how_to_load_them(pages: Pages) -> None:
    assert "guidang rsshub sync" in pages.get("/rsshub?q=x").text


def test_a_route_that_was_chosen_is_filled_into_the_form(pages: Pages) -> None:
    page = pages.get("/add?url=" + quote("rsshub://zhihu/hot"))
    assert 'value="rsshub://zhihu/hot"' in page.source


def test_a_paused_feed_is_not_polled(world: World, pages: Pages) -> None:
    browser = at(pages, "/f/1")
    world.database.transact(feeds.pause, 1, now=world.clock(), reason="by command")
    answer = browser.send("/f/1/poll")
    assert (answer.status, "resume it first" in answer.text) == (400, True)


def test_settings_are_changed_and_removed(world: World, pages: Pages) -> None:
    browser = at(pages, "/f/1/settings")
    browser.send(
        "/f/1/settings",
        title="江海",
        categories="新闻\r\n 海外 \r\n",
        interval="2h",
        full_text="auto",
        follow_moves="false",
    )
    assert "The settings are stored." in browser.follow().text
    stored = world.database.query(feeds.every)[0].settings.as_json()
    assert stored == {
        "title": "江海",
        "categories": ["新闻", "海外"],
        "interval": "2h",
        "full_text": "auto",
        "follow_moves": False,
    }
    browser.get("/f/1/settings")
    browser.send("/f/1/settings", title="", categories="")
    stored = world.database.query(feeds.every)[0].settings.as_json()
    assert stored == {"interval": "2h", "full_text": "auto", "follow_moves": False}
    browser.get("/f/1/settings")
    browser.send("/f/1/settings", follow_moves="")
    stored = world.database.query(feeds.every)[0].settings.as_json()
    assert stored == {"interval": "2h", "full_text": "auto"}


def test_a_mistake_in_the_settings_loses_nothing(world: World, pages: Pages) -> None:
    browser = at(pages, "/f/1/settings")
    answer = browser.send("/f/1/settings", title="江海", interval="soon", timezone="Nowhere")
    assert answer.status == 400
    assert "write a duration such as 30s, 15m, 6h or 1d" in answer.text
    assert "'Nowhere' is not a time zone" in answer.text
    assert 'value="江海"' in answer.source
    assert 'value="soon"' in answer.source
    assert world.database.query(feeds.every)[0].settings.as_json() == {}


def test_secrets_in_settings_are_not_shown_and_stay(world: World, site: Site) -> None:
    feed = world.add(
        site.url("/feed.xml"), proxy="http://bob:SECRET@127.0.0.1:7890", auth="bob:SECRET"
    )
    with pages_of(world) as served:
        browser = at(served, f"/f/{feed.id}/settings")
        assert browser.page is not None
        assert "SECRET" not in browser.page.source
        assert "SECRET" not in served.get(f"/f/{feed.id}").source
        browser.send(f"/f/{feed.id}/settings", title="江海")
    settings = world.database.query(feeds.every)[0].settings
    assert settings.title == "江海"
    assert settings.proxy == "http://bob:SECRET@127.0.0.1:7890"
    assert settings.auth == "bob:SECRET"


def test_an_entry_is_taken_down_and_allowed_again(world: World, pages: Pages) -> None:
    browser = at(pages, "/takedown?target=entry:1&reason=asked")
    assert browser.page is not None
    assert "1 entry" in browser.page.text
    assert browser.send("/takedown").headers["location"] == "/takedowns?done=takedown"
    assert "asked" in browser.follow().text
    gone = pages.get("/e/1")
    assert (gone.status, "asked" in gone.text) == (451, True)
    assert pages.get("/e/2").status == 200
    world.poll()
    assert pages.get("/e/1").status == 451
    browser.get("/takedowns")
    browser.send("/takedowns/1/undo")
    assert "It is allowed again." in browser.follow().text
    assert world.database.query(takedowns.every)[0]["undone_at"] is not None


def test_a_feed_is_taken_down(pages: Pages) -> None:
    browser = at(pages, "/takedown?target=feed:1&reason=asked")
    assert browser.page is not None
    assert "2 entries · 1 feed" in browser.page.text
    browser.send("/takedown")
    assert [pages.get(path).status for path in ("/e/1", "/e/2", "/f/1")] == [451] * 3


@pytest.mark.parametrize(
    "path",
    [
        *("/api/feeds/1", "/api/feeds/1/explain", "/api/entries/1", "/e/1/timemap"),
        *("/atom.xml?feed=1", "/feed.json?feed=1"),
    ],
)
def test_programs_get_the_reason_of_a_takedown(pages: Pages, path: str) -> None:
    browser = at(pages, "/takedown?target=feed:1&reason=asked")
    browser.send("/takedown")
    answer = pages.get(path)
    assert (answer.status, "; the reason: asked" in answer.source) == (451, True)
    assert "guidang takedown" not in answer.source


def test_a_file_that_cannot_be_deleted_is_named_in_the_form(world: World, pages: Pages) -> None:
    first = next(iter(world.files()))
    blocked = world.folder.root / first
    blocked.unlink()
    blocked.mkdir()
    browser = at(pages, "/takedown?target=feed:1&reason=asked")
    answer = browser.send("/takedown")
    assert (answer.status, first in answer.text) == (503, True)
    assert 'value="asked"' in answer.source
    blocked.rmdir()
    browser.get("/takedown?target=feed:1&reason=asked")
    assert browser.send("/takedown").status == 303
    assert pages.get("/e/1").status == 451


@pytest.mark.parametrize(
    ("target", "reason", "problem"),
    [
        ("entry:99", "asked", "there is no entry 99"),
        ("feed:nobody", "asked", "no feed is called 'nobody'"),
        ("entry:1", "", "say what to take down, and why"),
        ("", "asked", "say what to take down, and why"),
    ],
)
def test_a_mistaken_takedown_keeps_what_was_typed(
    pages: Pages, target: str, reason: str, problem: str
) -> None:
    browser = at(pages, "/takedown?target=entry:1&reason=x")
    answer = browser.send("/takedown", target=target, reason=reason)
    assert (answer.status, problem in answer.text) == (400, True)
    assert f'value="{target}"' in answer.source
    assert f'value="{reason}"' in answer.source
    assert pages.get("/e/1").status == 200


def test_a_target_that_no_database_stores_is_not_found(pages: Pages) -> None:
    page = pages.get("/takedown?target=nobody%00")
    assert (page.status, "no feed is called 'nobody'" in page.text) == (400, True)


def routes_that_change(world: World) -> list[str]:
    app = make_app(world.config, world.database, ask=lambda path: HEALTHY, find=lambda url: None)
    found = [route for mount in app.routes for route in getattr(mount, "routes", None) or [mount]]
    return [
        route.path.replace("{id:id}", "1")  # type: ignore[attr-defined]
        for route in found
        if "POST" in (getattr(route, "methods", None) or ())
    ]


def test_only_managers_change_anything(world: World, site: Site) -> None:
    """Also those who may read, and those with the token of a reader, change nothing."""
    fill(world, site, item(1))
    managing = [
        path for path in routes_that_change(world) if path.startswith(("/f/", "/take", "/add"))
    ]
    assert len(managing) >= 9
    world.database.transact(
        visitors.add_token, "reader", digest_of("token"), may_manage=False, now=world.clock()
    )
    with pages_of(world, password=MANAGE, read_password=READ) as served:
        reader = Browser(served)
        reader.get("/log-in")
        reader.send("/log-in", password="only read")
        assert "/f/1/settings" not in reader.get("/f/1").source
        for path in managing:
            assert served.post(path, {}).status == 401
            assert served.post(path, {}, Authorization="Bearer token").status == 403
            assert reader.post(path, {}).status == 403


def test_forms_of_managers_need_their_secret(world: World, site: Site) -> None:
    fill(world, site, item(1))
    with pages_of(world) as served:
        for path in routes_that_change(world):
            if path.startswith(("/f/", "/take", "/log", "/add")):
                assert "this form is too old" in served.post(path, {}).text, path
    assert world.database.query(feeds.every)[0].paused_at is None


def test_a_program_with_the_right_token_manages(world: World, site: Site) -> None:
    fill(world, site, item(1))
    world.database.transact(
        visitors.add_token, "manager", digest_of("token"), may_manage=True, now=world.clock()
    )
    with pages_of(world, password=MANAGE) as served:
        assert served.post("/f/1/pause", {}, Authorization="Bearer token").status == 303
    assert world.database.query(feeds.every)[0].paused_at is not None


FOUND = Found(
    url="https://news.example.cn/feed.xml?token=SECRET",
    notes=("https://news.example.cn/ is a page; it names https://news.example.cn/feed.xml",),
    title="江海新闻",
    entries=7,
    newest=("<b>候鸟</b>", ""),
)


def test_a_feed_is_looked_for_shown_and_added(world: World) -> None:
    asked: list[str] = []

    def find(url: str) -> Found:
        asked.append(url)
        return FOUND

    with pages_of(world, find=find) as served:
        browser = at(served, "/add")
        shown = browser.send("/add", url=" https://News.example.cn ")
        assert asked == ["https://news.example.cn/"]
        assert shown.status == 200
        assert "江海新闻" in shown.text
        assert "it names https://news.example.cn/feed.xml" in shown.text
        assert "<b>候鸟</b>" in shown.text
        assert "7 entries" in shown.text
        assert "SECRET" not in shown.text
        answer = browser.send("/add/feed", categories="新闻\r\n海外")
        assert answer.headers["location"] == "/f/1?done=add"
        assert "The feed was added." in browser.follow().text
    [feed] = world.database.query(feeds.every)
    assert (feed.url, feed.settings.categories) == (FOUND.url, ("新闻", "海外"))


@pytest.mark.parametrize(
    ("url", "found", "problem"),
    [
        ("nonsense", FOUND, "write an address that begins with http://"),
        ("https://a.example/", Found(url="", problem="it names no feed"), "it names no feed"),
        ("https://a.example/", None, "the service does not answer; try again"),
    ],
)
def test_a_feed_that_is_not_found_leaves_the_address_in_the_form(
    world: World, url: str, found: Found | None, problem: str
) -> None:
    with pages_of(world, find=lambda _: found) as served:
        browser = at(served, "/add")
        answer = browser.send("/add", url=url)
        assert (answer.status, problem in answer.text) == (400, True)
        assert f'value="{url}"' in answer.source
        if url.startswith("https"):
            browser.send("/add/feed")
    assert len(world.database.query(feeds.every)) == int(url.startswith("https"))


OPML = """<?xml version="1.0"?><opml version="2.0"><body><outline text="新闻">
<outline type="rss" text="江海" xmlUrl="https://news.example.cn/feed.xml"/>
<outline type="rss" text="无" xmlUrl="nonsense"/></outline></body></opml>"""


@pytest.mark.parametrize(
    ("file", "status", "text"),
    [
        (OPML, 200, "1 feed added, 0 already on the list"),
        (OPML.replace('<outline type="rss" text="无" xmlUrl="nonsense"/>', ""), 303, ""),
        ("", 400, "choose an OPML file"),
        ("{}", 400, "OPML"),
    ],
)
def test_a_list_of_feeds_is_uploaded(world: World, file: str, status: int, text: str) -> None:
    with pages_of(world) as served:
        browser = at(served, "/add")
        answer = browser.upload("/add/list", "file", "feeds.opml", file)
        assert (answer.status, text in answer.source) == (status, True)
        if status == 303:
            assert "1 feed added, 0 already on the list" in browser.follow().text
    added = [(feed.url, feed.settings.categories) for feed in world.database.query(feeds.every)]
    expected = [("https://news.example.cn/feed.xml", ("新闻",))] if status != 400 else []
    assert added == expected
