"""The pages of the archive, as a browser on this machine sees them."""

from __future__ import annotations

import hashlib
import html
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn
from urllib.parse import quote

import pytest
from argon2 import PasswordHasher

from ingest.clock import system_clock
from ingest.errors import StoreError
from ingest.store import entry_lists, feeds, listings, poll_hours
from tests.pages import Pages, pages_of
from tests.program import Program
from tests.searching import fill, finish
from tests.site import Site
from tests.support import item, rss
from tests.world import World

STATIC = Path(__file__).parent.parent / "ingest" / "web" / "static"
VENDORED = STATIC / "VENDORED.md"
HOSTILE = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;\"'"
WITH_PICTURE = '&lt;p&gt;候鸟&lt;img src="https://img.example.cn/1.jpg"&gt;&lt;/p&gt;'
MANAGE = PasswordHasher(1, 8, 1).hash("sesame")
ENTRIES = 120


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Iterator[Pages]:
    """120 entries of one feed, a minute apart; the last two are hostile and with a picture."""
    folder = tmp_path_factory.mktemp("pages")
    file = shutil.copy(migrated_file, folder / "guidang.db")
    world = World(folder, f"sqlite:///{file}")
    days = (f"Fri, 28 Jan 2022 {n // 60:02}:{n % 60:02}:00 GMT" for n in range(ENTRIES))
    items = [item(n, pubDate=day) for n, day in zip(range(ENTRIES - 2), days, strict=False)]
    late = {"pubDate": "Sat, 29 Jan 2022 01:00:00 GMT"}
    items += [item("hostile", title=HOSTILE, description=HOSTILE, **late)]
    items += [item("picture", title="候鸟到了", description=WITH_PICTURE, **late)]
    with Site() as site:
        fill(world, site, *items)
    finish(world)
    with pages_of(world) as served:
        yield served


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/", 200, "120 entries"),
        ("/entries", 200, "候鸟到了"),
        ("/entries?until=2022-01-28", 200, "第117条新闻"),
        ("/entries?until=2021-12-31", 200, "no such entry"),
        ("/entries?until=tomorrow", 400, "'tomorrow' is not a day, such as 2026-11-28"),
        ("/entries?until=9999-12-31", 200, "候鸟到了"),
        ("/entries?after=x", 400, "'x' is not the place of an entry"),
        ("/entries?after=9999999999999999.1", 400, "is not the place of an entry"),
        ("/entries?feed=x", 400, "'x' is not a number"),
        ("/entries?feed=" + "9" * 400, 200, "no such entry"),
        ("/entries?feed=" + "0" * 400 + "1", 200, "江海新闻: Entries"),
        ("/e/1", 200, "第0条新闻的正文。"),
        ("/e/99999", 404, "there is no such page"),
        ("/e/" + "9" * 18, 404, "there is no such page"),
        ("/e/" + "9" * 4000, 404, "there is no such page"),
        ("/e/1/versions/7", 404, "there is no such page"),
        ("/e/99999/bytes", 404, "there is no such page"),
        ("/f/1", 200, "江海新闻"),
        ("/f/2", 404, "there is no such page"),
        ("/feeds", 200, "江海新闻"),
        ("/feeds?failing=1", 200, "No feed fails."),
        ("/search", 200, "Search"),
        ("/search?q=" + quote("候鸟"), 200, "候鸟到了"),
        ("/search?q=" + quote("天鹅"), 200, "no such entry"),
        ("/search?q=" + quote("feed:"), 400, "at character"),
        ("/search?q=" + quote("新闻") + "&after=x", 400, "is not the place of a hit"),
        ("/search?q=a&after=0.-99999999999999999.1", 400, "is not the place of a hit"),
        ("/add?added=%C2%B2&known=1", 400, "'²' is not a number"),
        ("/add?added=2&known=1", 200, "2 feeds added, 1 already on the list"),
        ("/nothing", 404, "there is no such page"),
        ("/static/nothing", 404, "there is no such page"),
        ("/api/greader.php/nothing", 404, "there is no such page"),
    ],
)
def test_an_address_shows_its_page(pages: Pages, path: str, status: int, text: str) -> None:
    page = pages.get(path)
    assert page.status == status
    assert text in page.text


def test_older_entries_follow_page_by_page_each_once(pages: Pages) -> None:
    seen: list[str] = []
    path: str | None = "/entries"
    while path:
        page = pages.get(path)
        seen += [link for link in page.links() if link.startswith("/e/")]
        path = next(iter(page.links("next")), None)
    assert len(seen) == len(set(seen)) == ENTRIES


def test_hits_follow_page_by_page_each_once(pages: Pages) -> None:
    seen: list[str] = []
    path: str | None = f"/search?q={quote('正文')}"
    while path:
        page = pages.get(path)
        assert "<mark>正文</mark>" in page.source
        seen += [link for link in page.links() if link.startswith("/e/")]
        path = next(iter(page.links("next")), None)
    assert len(seen) == len(set(seen)) == ENTRIES - 2


def test_neighbours_are_the_entries_before_and_after(pages: Pages) -> None:
    middle = pages.get("/e/60")
    assert (middle.links("prev"), middle.links("next")) == (["/e/61"], ["/e/59"])
    assert pages.get("/e/1").links("next") == []
    assert pages.get(f"/e/{ENTRIES}").links("prev") == []


def test_what_is_hostile_in_an_entry_is_text(pages: Pages) -> None:
    query = quote("<script>alert(3)</script>")
    for path in ("/", "/entries", "/e/119", "/search?q=alert", f"/search?q={query}", "/f/1"):
        page = pages.get(path)
        assert "<script" not in page.source
        assert "onerror=" not in re.sub(r"&lt;.*?&gt;", "", page.source)
        assert "script-src" not in page.headers["content-security-policy"]
        assert page.headers["content-security-policy"].startswith("default-src 'none'; ")


def test_pictures_of_publishers_are_shown_only_if_asked_for(pages: Pages) -> None:
    quiet = pages.get("/e/120")
    assert "img-src data:;" in quiet.headers["content-security-policy"]
    [shown] = [link for link in quiet.links() if "pictures" in link]
    assert "img-src data: http: https:;" in pages.get(shown).headers["content-security-policy"]
    assert "pictures" not in pages.get("/e/1").source


def test_bytes_are_a_download_never_a_page(pages: Pages) -> None:
    bytes_ = pages.get("/e/119/bytes")
    assert "<title>&lt;script&gt;" in bytes_.source
    assert bytes_.headers["content-type"] == "application/octet-stream"
    assert bytes_.headers["content-disposition"].startswith("attachment")
    assert hashlib.sha256(bytes_.content).hexdigest() in pages.get("/e/119").source


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8710", 200),
        ("localhost", 200),
        ("guidang.localhost:8710", 200),
        ("[::1]:8710", 200),
        ("rebound.example.com", 403),
        ("127.0.0.1.example.com:8710", 403),
        ("192.0.2.1", 403),
        ("", 403),
    ],
)
def test_only_names_of_this_machine_are_served(pages: Pages, host: str, status: int) -> None:
    """A page of another site may resolve its own name to 127.0.0.1 (DNS rebinding)."""
    assert pages.get("/", Host=host).status == status
    assert pages.get("/readyz", Host=host).status == 200


@pytest.mark.parametrize(
    "field", ["X_Forwarded_For", "X_Forwarded_Host", "X_Real_IP", "Forwarded", "Via"]
)
def test_visitors_through_a_proxy_are_refused(pages: Pages, field: str) -> None:
    """The proxy is on this machine, but its visitors may be anywhere."""
    assert pages.get("/e/1", **{field: "127.0.0.1"}).status == 403


@pytest.mark.parametrize(
    ("wanted", "language", "label"),
    [
        ("en-GB,en;q=0.9", "en", "Entries"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "条目"),
        ("zh-TW,en;q=0.5", "zh-TW", "條目"),
        ("zh-Hant-HK", "zh-TW", "條目"),
        ("zh-Hans-HK", "zh-CN", "条目"),
        ("zh;q=0, en;q=0.1", "en", "Entries"),
        ("de;q=1.0, zh;q=0.3, en;q=0.2", "zh-CN", "条目"),
        ("fr, *;q=0.1", "en", "Entries"),
        ("zh;q=nonsense,en;q=0.1", "en", "Entries"),
        ("", "en", "Entries"),
    ],
)
def test_the_browser_chooses_the_language(
    pages: Pages, wanted: str, language: str, label: str
) -> None:
    page = pages.get("/entries", Accept_Language=wanted)
    assert f'<html lang="{language}">' in page.source
    assert label in page.text


def test_the_visitor_chooses_another_language(pages: Pages) -> None:
    chosen = pages.get("/feeds?failing=1&lang=zh_CN")
    assert "没有出错的订阅源。" in chosen.text
    cookie = chosen.headers["set-cookie"].partition(";")[0]
    assert "最新条目" in pages.get("/", Cookie=cookie).text
    assert "/feeds?failing=1&lang=en" in chosen.links()
    assert "最新條目" in pages.get("/?lang=zh_TW", Cookie=cookie).text
    assert "最新条目" in pages.get("/?lang=xx", Cookie=cookie).text


def test_a_picture_in_an_entry_does_not_choose_the_language(pages: Pages) -> None:
    page = pages.get("/?lang=zh_CN", Sec_Fetch_Dest="image")
    assert "set-cookie" not in page.headers


PECULIAR = (
    '<p class="skip" id="content">据 BBC 报道，候鸟南飞。<a href="#content">上</a></p>'
    '<p><a href="https://bob:SECRET@example.cn/a?token=SECRET&amp;p=1">甲</a></p>'
)


def test_an_entry_is_kept_apart_from_the_page_around_it(world: World, site: Site) -> None:
    secret = "https://bob:SECRET@news.example.cn/a?p=1"
    fill(
        world,
        site,
        item(1, description=html.escape(PECULIAR), link=secret, pubDate="2022-01-28", guid=""),
    )
    with pages_of(world) as served:
        page = served.get("/e/1")
        assert page.source.count('id="content"') == 1
        assert '<p id="text-content">据 BBC' in page.source
        assert '<a href="#text-content">' in page.source
        assert "bob:SECRET@news" not in page.source
        assert "<time>2022-01-28</time>" in page.source
        assert "据 BBC 报道，候鸟南飞。" in served.get("/").text


def test_what_was_taken_down_is_answered_by_the_reason(world: World, site: Site) -> None:
    fill(world, site, item(1))
    program = Program(world.root, world.database_url)
    program.write_config("")
    program.good("takedown", "https://news.example.cn/a/1.html", "--reason", "作者要求")
    with pages_of(world) as served:
        for path in ("/e/1", "/e/1/bytes", "/e/1/versions/1"):
            page = served.get(path)
            assert page.status == 451
            assert "; the reason: 作者要求" in page.text
            assert "guidang takedown" not in page.text


def test_a_feed_that_was_taken_down_says_so(world: World, site: Site) -> None:
    fill(world, site, item(1))
    program = Program(world.root, world.database_url)
    program.write_config("")
    program.good("takedown", site.url("/feed.xml"), "--reason", "发布者要求")
    with pages_of(world) as served:
        page = served.get("/f/1", Accept_Language="zh")
        assert page.status == 451
        assert "；原因：发布者要求" in page.text


def test_a_method_that_an_address_lacks_is_refused_by_a_page(pages: Pages) -> None:
    page = pages.ask("DELETE", "/entries", Accept_Language="zh")
    assert (page.status, set(page.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})
    assert "这个地址不能这样使用" in page.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", "/healthz", 403), ("OPTIONS", "/metrics", 403), ("POST", "/static/a.css", 405)],
)
def test_addresses_for_everyone_are_only_read(
    pages: Pages, method: str, path: str, status: int
) -> None:
    assert pages.ask(method, path).status == status


@pytest.mark.parametrize(
    ("path", "status", "is_kept"),
    [("/static/pico.css", 200, True), ("/static/nothing", 404, False), ("/", 200, False)],
)
def test_browsers_keep_only_static_files_that_there_are(
    pages: Pages, path: str, status: int, is_kept: bool
) -> None:
    page = pages.get(path)
    assert (page.status, "immutable" in page.headers["cache-control"]) == (status, is_kept)


class Faulty:
    """A database that cannot be asked."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def view(self, *_given: object, **_more: object) -> NoReturn:
        raise self._error


@pytest.mark.parametrize(("url", "root"), [("", "/"), ("http://localhost/archive/", "/archive/")])
@pytest.mark.parametrize("above", ["", "/archive"])
def test_a_bug_is_answered_by_a_page(world: World, url: str, root: str, above: str) -> None:
    """Below a path, its links are below it too, whether or not a proxy removes the path."""
    faulty = Faulty(ZeroDivisionError("a bug"))
    with pages_of(SimpleNamespace(config=world.config, database=faulty), url=url) as served:
        page = served.get(f"{above if url else ''}/e/1", Accept_Language="zh")
    assert page.status == 500
    assert all(link.startswith((root, "#")) for link in page.links())
    assert f'href="{root}static/' in page.source
    assert "无法生成这个页面" in page.text
    assert "a bug" not in page.source
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["content-security-policy"].startswith("default-src 'none'; ")


@pytest.mark.parametrize(
    "headers", [{"Cookie": "guidang-session=x"}, {"Authorization": "Bearer x"}]
)
def test_a_visitor_hears_that_the_database_cannot_be_used(
    world: World, headers: dict[str, str]
) -> None:
    faulty = Faulty(StoreError("/var/lib/guidang.db cannot be read"))
    without = SimpleNamespace(config=world.config, database=faulty)
    with pages_of(without, password=MANAGE) as served:
        for path in ("/", "/api/entries"):
            page = served.get(path, **headers)
            assert (page.status, "try again later" in page.source) == (503, True)
            assert "guidang.db" not in page.source


@pytest.mark.parametrize("path", ["/e/1", "/api/entries", "/feed.json"])
@pytest.mark.parametrize("is_public", [True, False])
def test_only_managers_are_told_where_the_database_is(
    world: World, path: str, is_public: bool
) -> None:
    faulty = Faulty(StoreError("/var/lib/guidang.db cannot be read"))
    settings = {"public": True, "password": MANAGE} if is_public else {}
    with pages_of(SimpleNamespace(config=world.config, database=faulty), **settings) as served:
        page = served.get(path)
    assert (page.status, "guidang.db" in page.source) == (503, not is_public)
    assert ("at the moment; try again later" in page.source) == is_public


def test_links_of_a_page_below_a_mounted_path_lead_out_of_it(pages: Pages) -> None:
    page = pages.get("/api/greader.php/nothing")
    assert "/entries" in page.links()
    assert "/api/greader.php/nothing?lang=zh_CN" in page.links()


def test_a_list_reads_only_the_beginning_of_long_texts(world: World, site: Site) -> None:
    picture = f'<img src="data:image/png;base64,{"A" * 9_000}">'
    long = html.escape(f"<p>{'候鸟南飞，' * 700}</p>{picture}")
    fill(world, site, item(1, description=long), item(2, description=html.escape(f"甲{picture}乙")))
    selection = listings.Selection()
    listed = world.database.view(entry_lists.page, selection, after=None, size=50)
    texts = {one.id: one.text for one in listed}
    assert texts[1].startswith("候鸟南飞，")
    assert len(texts[1]) < 2_000
    assert texts[2] == "甲"


def test_chinese_pages_have_chinese_punctuation(world: World, site: Site) -> None:
    feed = world.add(site.url("/gone.xml"), categories=["财经", "股票"])
    world.poll()
    with pages_of(world) as served:
        text = served.get(f"/f/{feed.id}", Accept_Language="zh").text
    assert "出错：" in text
    assert "财经、股票" in text


def test_a_removed_feed_still_has_its_page(world: World, site: Site) -> None:
    fill(world, site, item(1))
    world.database.transact(feeds.remove, 1, now=world.clock(), entries=False)
    with pages_of(world) as served:
        assert "第1条新闻" in served.get("/f/1").text
        assert "第1条新闻" not in served.get("/feeds").text


def test_an_edited_entry_shows_its_earlier_version(world: World, site: Site) -> None:
    fill(world, site, item(1, title="旧题", description="旧的正文，候鸟还没有来。"))
    world.clock.move(hours=1)
    site.set("/feed.xml", rss(item(1, title="新题", description="新的正文，候鸟已经来了。")))
    world.poll()
    with pages_of(world) as served:
        page = served.get("/e/1")
        assert "新的正文" in page.text
        assert "旧题" in page.text
        [address] = [link for link in page.links() if "versions" in link]
        earlier = served.get(address)
        assert "旧的正文，候鸟还没有来。" in earlier.text
        assert "<del>旧</del><ins>新</ins>题" in earlier.source
        assert "候鸟<del>还没有来</del><ins>已经来了</ins>。" in earlier.source


def test_an_entry_names_the_poll_the_charset_and_its_categories(world: World, site: Site) -> None:
    document = rss(item(1, category="要闻")).replace("utf-8", "gb2312").encode("gb18030")
    site.set("/feed.xml", document)
    world.add(site.url("/feed.xml"))
    world.poll()
    finish(world)
    with pages_of(world) as served:
        page = served.get("/e/1")
        assert "the poll of 2026-03-01 20:00 CST" in page.text
        assert "charset gb18030" in page.text
        [category] = [link for link in page.links() if "category" in link]
        assert "第1条新闻" in served.get(category).text


def test_a_failing_feed_is_on_the_first_page(world: World, site: Site) -> None:
    feed = world.add(site.url("/gone.xml"))
    world.poll()
    with pages_of(world) as served:
        assert f"/f/{feed.id}" in served.get("/").links()
        page = served.get(f"/f/{feed.id}")
        assert "404" in page.text
        assert "the feed may have a new address" in page.text
        world.database.transact(feeds.pause, feed.id, now=world.clock(), reason="by command")
        assert "No feed fails." in served.get("/feeds?failing=1").text


def test_vendored_files_are_as_documented() -> None:
    rows = re.findall(r"^`([\w.-]+)` .* `([0-9a-f]{64})`$", VENDORED.read_text(), re.MULTILINE)
    documented = dict(rows)
    assert documented
    for name, digest in documented.items():
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest


def test_a_feed_has_a_calendar_of_its_entries_and_polls(world: World, site: Site) -> None:
    """Its days are those of archive.timezone; its table says the same as the picture."""
    today = system_clock().replace(hour=17, minute=30)  # 01:30 of the next day in China
    world.clock.at = today
    fill(world, site, *(item(n, pubDate=f"{today - timedelta(days=n):%F %T}Z") for n in range(3)))
    with pages_of(world) as served:
        page = served.get("/f/1")
    days = [today - timedelta(days=n) + timedelta(hours=8) for n in range(1, 3)]
    for day in days:
        assert f"<title>{day:%F}: 1</title>" in page.source
    assert page.source.count('rx="2"') in range(52 * 7 + 1, 53 * 7 + 1)
    assert ">days with entries</th>" in page.source
    assert "Entries a day 0.1" in page.text


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/", 200, "the last 24 hours"),
        ("/?span=month", 200, "Planned polls"),
        ("/?span=year", 200, "size of the database"),
        ("/?span=decade", 400, "'decade' is no span; write day, month or year"),
    ],
)
def test_the_first_page_has_time_series(pages: Pages, path: str, status: int, text: str) -> None:
    page = pages.get(path)
    assert (page.status, text in page.text) == (status, True)


def test_time_series_show_the_polls(world: World, site: Site) -> None:
    world.clock.at = system_clock() - timedelta(minutes=30)
    fill(world, site, item(1), item(2))
    while world.database.transact(poll_hours.sum_up, system_clock()):
        pass
    with pages_of(world) as served:
        page = served.get("/")
    assert page.source.count('class="p0"><title>') >= 3  # a poll, its entries and its seconds
    assert "Polls 1" in page.text
    assert "New entries 2" in page.text
