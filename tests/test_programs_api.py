"""/api: its values, its pages, its errors, and that its description is true."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.routing import Mount, Route

from ingest.follow.follower import Run
from ingest.follow.likeness import Likeness
from ingest.store import due, takedowns
from ingest.web.access.secrets import hash_of_password
from ingest.web.programs.routes import routes
from tests.pages import Page, Pages, pages_of
from tests.program import new_program
from tests.searching import fill, finish
from tests.site import Site
from tests.support import NOON, item, rss
from tests.world import World

YAML = Path(__file__).parent.parent / "ingest" / "web" / "programs" / "openapi.yaml"
ENTRIES = 25
NATURE = quote("自然")
SAME = (
    "候鸟每年秋天沿着海岸向南飞行，途中在滩涂停留数日，等待合适的风。研究人员在滩涂上数了三个月。"
    * 3
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> World:
    """A feed of 25 entries, one of them edited; two equal entries; a feed that fails."""
    folder = tmp_path_factory.mktemp("api")
    file = shutil.copy(migrated_file, folder / "guidang.db")
    world = World(folder, f"sqlite:///{file}")
    days = [f"Fri, 28 Jan 2022 00:{n:02}:00 GMT" for n in range(ENTRIES)]
    items = [item(n, pubDate=day) for n, day in enumerate(days)]
    with Site() as site:
        fill(world, site, *items)
        items[0] = item(0, pubDate=days[0], title="第0条新闻（更正）")
        twins = (item(n, title=SAME[:20], description=SAME) for n in ("甲", "乙"))
        site.set("/feed.xml", rss(*items))
        site.set("/other.xml", rss(*twins, title="海岸"))
        world.add(site.url("/other.xml"), categories=["自然"])
        world.add(site.url("/missing.xml?key=hunter2"))
        world.poll()
    finish(world)
    Run(world.database, Likeness(world.database), now=NOON).finish()
    world.database.transact(put_up_a_stone)
    return world


def put_up_a_stone(connection: Any) -> None:
    number = takedowns.record(connection, "entry", "900", "问题", entries=1, at=NOON)
    stone = takedowns.Stone(identity="entry:900", entry_id=900)
    takedowns.put_up(connection, number, [stone])


@pytest.fixture(scope="module")
def pages(world: World) -> Iterator[Pages]:
    with pages_of(world) as served:
        yield served


def body(page: Page) -> Any:
    return json.loads(page.content)


@cache
def described() -> dict[str, Any]:
    about: dict[str, Any] = yaml.safe_load(YAML.read_text("utf-8"))
    return about


def schema_of(path: str, page: Page) -> dict[str, Any]:
    """Return the schema that the description has for an answer."""
    for pattern, operations in described()["paths"].items():
        if re.fullmatch(re.sub(r"\{id\}", r"\\d+", pattern), path):
            responses = operations["get"]["responses"]
            found = responses.get(str(page.status)) or responses["default"]
            if "$ref" in found:
                found = described()["components"]["responses"][found["$ref"].rpartition("/")[2]]
            [(media_type, content)] = found["content"].items()
            assert page.headers["content-type"] == media_type
            return {"components": described()["components"], **content["schema"]}
    raise AssertionError(path)


def check(path: str, page: Page) -> None:
    schema = schema_of(urlsplit(path).path.removeprefix("/api") or "/", page)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    assert [error.message for error in validator.iter_errors(body(page))] == []


def test_the_description_is_valid_openapi(pages: Pages) -> None:
    page = pages.get("/api/openapi.json")
    about = body(page)
    assert list(OpenAPIV31SpecValidator(about).iter_errors()) == []
    assert about["servers"] == [{"url": f"http://127.0.0.1:{pages.port}/api"}]


def test_the_description_has_every_address() -> None:
    [api] = (one for one in routes() if isinstance(one, Mount) and one.path == "/api")
    paths = {one.path.replace("{id:id}", "{id}") for one in api.routes if isinstance(one, Route)}
    assert set(described()["paths"]) == paths


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api", 200),
        ("/api/", 200),
        ("/api/openapi.json", 200),
        ("/api/entries", 200),
        ("/api/entries?limit=200&feed=1&category=&since=2022-01-28&until=2022", 200),
        (f"/api/entries?category={NATURE}", 200),
        (f"/api/entries?search={quote('新闻')}", 200),
        ("/api/entries/1", 200),
        ("/api/entries/26", 200),
        (f"/api/search?q={quote('第1条')}", 200),
        ("/api/search?q=feed:1&sort=date", 200),
        ("/api/feeds", 200),
        ("/api/feeds/1", 200),
        ("/api/feeds/3", 200),
        ("/api/feeds/3/explain", 200),
        ("/api/duplicates", 200),
        ("/api/duplicates?feed=1", 200),
        ("/api/status", 200),
        ("/api/entries/99999", 404),
        ("/api/entries/900", 451),
        ("/api/feeds/99", 404),
        ("/api/feeds/99/explain", 404),
        ("/api/entries?limit=0", 400),
        ("/api/entries?limit=201", 400),
        ("/api/entries?limit=ten", 400),
        ("/api/entries?after=x", 400),
        ("/api/entries?since=tomorrow", 400),
        ("/api/entries?colour=red", 400),
        ("/api/entries?feed=1&feed=2", 400),
        ("/api/entries?search=feed:", 400),
        ("/api/search", 400),
        ("/api/search?q=a&sort=price", 400),
        (f"/api/search?q={quote('新闻')}&after=x", 400),
        ("/api/feeds?after=x", 400),
        ("/api/duplicates?after=x", 400),
    ],
)
def test_an_answer_is_as_described(pages: Pages, path: str, status: int) -> None:
    page = pages.get(path)
    assert page.status == status
    check(path, page)


def test_an_unknown_address_and_a_refused_method_are_problems_too(pages: Pages) -> None:
    missing, posted = pages.get("/api/nothing"), pages.ask("POST", "/api/entries")
    for page, status in ((missing, 404), (posted, 405)):
        assert (page.status, body(page)["status"]) == (status, status)
        assert page.headers["content-type"] == "application/problem+json"
    assert sorted(posted.headers["allow"].split(", ")) == ["GET", "HEAD"]


def test_an_error_says_what_to_do(pages: Pages) -> None:
    assert body(pages.get("/api/entries?colour=red")) == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "there is no parameter 'colour'; known: feed, category, since, until, search, "
        "limit, after",
    }


@pytest.mark.parametrize(
    ("path", "name", "count"),
    [
        ("/api/entries?limit=10", "entries", ENTRIES + 2),
        ("/api/entries?limit=10&feed=1", "entries", ENTRIES),
        (f"/api/entries?limit=10&search={quote('新闻')}", "entries", ENTRIES),
        (f"/api/search?limit=10&q={quote('新闻')}", "hits", ENTRIES),
        ("/api/feeds?limit=1", "feeds", 3),
        ("/api/duplicates?limit=1", "clusters", 1),
    ],
)
def test_pages_follow_each_other_each_item_once(
    pages: Pages, path: str, name: str, count: int
) -> None:
    seen: list[str] = []
    address: str | None = path
    while address:
        page = pages.get(address)
        seen += map(json.dumps, body(page)[name])
        address = body(page)["next"]
        assert page.headers.get("link") == (f'<{address}>; rel="next"' if address else None)
        address = address and address.partition(f":{pages.port}")[2]
    assert len(seen) == len(set(seen)) == count


@pytest.mark.parametrize(
    ("path", "name", "command"),
    [
        ("/api/entries?limit=200", "entries", "entries list --json"),
        (
            f"/api/entries?category={NATURE}",
            "entries",
            "entries list --category 自然 --json",
        ),
        ("/api/entries/1", None, "entries show 1 --json"),
        (f"/api/search?q={quote('新闻')}&limit=20", "hits", "search 新闻 --json"),
        ("/api/feeds", "feeds", "feeds list --json"),
        ("/api/feeds/1", None, "feeds show 1 --json"),
        ("/api/feeds/2/explain", None, "feeds explain 2 --json"),
        ("/api/duplicates", "clusters", "duplicates --json"),
        ("/api/status", None, "status --json"),
    ],
)
def test_the_values_are_those_of_the_command(
    pages: Pages, world: World, path: str, name: str | None, command: str
) -> None:
    answer = body(pages.get(path))
    program = new_program(world.root, world.database_url)
    program.write_config(f'[archive]\npath = "{world.config.archive.path}"\n')
    printed = json.loads(program.run(*command.split()).out)
    assert (answer if name is None else answer[name]) == printed


def test_no_secret_of_a_feed_is_in_an_answer(pages: Pages) -> None:
    for path in ("/api/feeds", "/api/feeds/3", "/api/feeds/3/explain", "/api/status"):
        assert "hunter2" not in pages.get(path).source


@pytest.mark.parametrize("prefix", ["", "/archive"])
def test_addresses_are_those_behind_a_proxy(world: World, prefix: str) -> None:
    with pages_of(world, url="https://example.org/archive/", public=True) as served:
        host = {"Host": "example.org"}
        page = served.get(f"{prefix}/api/entries?limit=1", **host)
        assert body(page)["next"].startswith(
            "https://example.org/archive/api/entries?limit=1&after="
        )
        feed = json.loads(served.get(f"{prefix}/feed.json?feed=1", **host).content)
        assert feed["feed_url"] == "https://example.org/archive/feed.json?feed=1"
        assert feed["home_page_url"] == "https://example.org/archive/f/1"
        link = served.get(f"{prefix}/e/1", **host).headers["link"]
        assert link.startswith('<https://example.org/archive/e/1>; rel="original timegate"')
        index = body(served.get(f"{prefix}/api", **host))
        assert index["status"] == "https://example.org/archive/api/status"


def test_who_may_not_read_gets_a_problem(world: World) -> None:
    with pages_of(world, password=hash_of_password("sesame")) as served:
        for path in ("/api", "/api/entries", "/atom.xml", "/feed.json", "/opml", "/e/1/timemap"):
            page = served.get(path)
            assert (page.status, body(page)["title"]) == (401, "Unauthorized")
            assert page.headers["www-authenticate"] == 'Bearer realm="Guidang"'


def test_the_public_is_not_told_where_files_are(world: World) -> None:
    error = f"{world.root}/archive cannot be written"
    world.database.transact(due.note_error, "files", error, NOON)
    with pages_of(world) as served:
        assert error in served.get("/").text
        assert error in served.get("/api/status").source
    with pages_of(world, password=hash_of_password("sesame"), public=True) as served:
        page = served.get("/api/status")
        assert "the last run failed" in served.get("/").text
        assert str(world.root) not in served.get("/").source
    check("/api/status", page)
    assert str(world.root) not in page.source
    assert body(page)["entries"] == ENTRIES + 2
    [failed] = [one for one in body(page)["following"] if one["last_error"]]
    assert (failed["follower"], failed["last_error"]) == ("files", "the last run failed")
