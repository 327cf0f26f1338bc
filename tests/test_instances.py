"""RSSHub routes are fetched from a list of instances; metadata, added feeds, secrets."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ingest.feed import FeedState
from ingest.poll import poll_feed
from ingest.services import open_services
from ingest.store import rsshub as store
from ingest.values import Outcome
from models import Base
from tests.program import Program
from tests.rsshub_double import Route, RsshubDouble, hot_items
from tests.site import Answer
from tests.world import World

KEY = "ILoveRSSHub-very-much"
DATA = Path(__file__).parent / "data" / "rsshub"
ROUTE = "rsshub://zhihu/hot"
KNOWN = "5 namespaces, 16 routes"


@pytest.fixture
def hub() -> Iterator[RsshubDouble]:
    with RsshubDouble(KEY) as double:
        double.routes["/zhihu/hot"] = Route(hot_items(1, 2, 3), pattern="/zhihu/hot")
        yield double


@pytest.fixture
def other() -> Iterator[RsshubDouble]:
    with RsshubDouble(KEY) as double:
        double.routes["/zhihu/hot"] = Route(hot_items(1, 2, 3), pattern="/zhihu/hot")
        yield double


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str, hub: RsshubDouble, other: RsshubDouble) -> World:
    instances = (hub.address, other.address)
    return World(tmp_path, sqlite_url, rsshub={"instances": instances, "access_key": KEY})


def health(world: World) -> dict[str, int]:
    return {name: one.failures for name, one in world.query(store.health).items()}


def poll_one(world: World, feed: FeedState) -> Any:
    (poll,) = world.poll(feed)
    return poll


def test_a_route_is_requested_with_its_code_and_never_with_the_key(
    world: World, hub: RsshubDouble
) -> None:
    assert poll_one(world, world.add(ROUTE)).new == 3
    (request,) = hub.site.requests
    code = hashlib.md5(f"/zhihu/hot{KEY}".encode()).hexdigest()
    assert request.path == f"/zhihu/hot?code={code}"


FAULTS = {
    "refused": None,
    "reset": Answer(reset=True),
    "403": Answer(status=403, body="<html>no</html>"),
    "429": Answer(status=429, headers={"Retry-After": "600"}),
    "500": Answer(status=500),
    "502": Answer(status=502),
    "503": Answer(status=503),
    "a challenge": Answer(body="<!DOCTYPE html><title>Just a moment...</title>"),
    "a notice": Answer(body="<html><body>for testing purposes only</body></html>"),
    "no route": Answer(status=404),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_next_instance_is_asked_if_one_fails(
    world: World, hub: RsshubDouble, other: RsshubDouble, fault: str
) -> None:
    feed = world.add(ROUTE)
    answer = FAULTS[fault]
    if answer is None:
        hub.site.close()
    else:
        hub.broken = answer
    assert poll_one(world, feed).new == 3
    assert other.requested_paths == ["/zhihu/hot"]


def test_entries_stay_the_same_when_the_instance_changes(
    world: World, hub: RsshubDouble, other: RsshubDouble
) -> None:
    feed = world.add(ROUTE)
    poll_one(world, feed)
    hub.broken = Answer(status=502)
    other.routes["/zhihu/hot"].items = hot_items(2, 3, 4)
    poll = poll_one(world, feed)
    assert (poll.new, poll.edited, poll.unchanged) == (1, 0, 2)
    assert len(world.entries()) == 4


def test_validators_are_only_sent_to_the_instance_that_gave_them(
    world: World, hub: RsshubDouble, other: RsshubDouble
) -> None:
    feed = world.add(ROUTE)
    poll_one(world, feed)
    assert poll_one(world, feed).outcome is Outcome.NOT_MODIFIED
    hub.broken = Answer(status=502)
    assert poll_one(world, feed).outcome is Outcome.NO_NEWS
    assert "if-none-match" not in other.site.requests[-1].headers
    assert poll_one(world, feed).outcome is Outcome.NOT_MODIFIED
    assert "if-none-match" in other.site.requests[-1].headers


def test_a_failing_instance_is_paused_and_then_tried_again(
    world: World, hub: RsshubDouble, other: RsshubDouble
) -> None:
    feed = world.add(ROUTE)
    hub.broken = Answer(status=502)
    poll_one(world, feed)
    assert health(world) == {hub.address: 1}
    poll_one(world, feed)
    assert len(hub.requested_paths) == 1
    world.clock.move(minutes=2)
    poll_one(world, feed)
    assert (len(hub.requested_paths), health(world)) == (2, {hub.address: 2})
    hub.broken = None
    world.clock.move(minutes=3)
    poll_one(world, feed)
    assert (len(hub.requested_paths), health(world)) == (3, {hub.address: 0})


def refuse_polls(connection: sa.Connection) -> None:
    """Make the database refuse the rows of polls."""
    connection.exec_driver_sql(
        "CREATE TRIGGER refuse BEFORE INSERT ON poll BEGIN SELECT RAISE(ABORT, 'refused'); END"
    )


async def health_after_poll(world: World, feed: FeedState) -> dict[str, int]:
    """Poll a feed; return the stored health before the services of the run are closed."""
    async with open_services(world.config, world.database, world.clock) as services:
        await poll_feed(services, feed)
        return health(world)


def test_the_health_of_an_instance_is_stored_with_a_poll_or_at_the_end(
    world: World, hub: RsshubDouble, other: RsshubDouble
) -> None:
    feed = world.add(ROUTE)
    hub.broken = Answer(status=502)
    world.database.transact(refuse_polls)
    assert asyncio.run(health_after_poll(world, feed)) == {}
    assert health(world) == {hub.address: 1}
    world.clock.move(minutes=2)
    world.database.transact(lambda c: c.exec_driver_sql("DROP TRIGGER refuse"))
    assert asyncio.run(health_after_poll(world, feed)) == {hub.address: 2}


@pytest.mark.parametrize("wrong", ["empty", "failing", "unknown"])
def test_a_failing_route_does_not_count_against_its_instance(
    world: World, hub: RsshubDouble, other: RsshubDouble, wrong: str
) -> None:
    for double in (hub, other):
        if wrong == "unknown":
            del double.routes["/zhihu/hot"]
        else:
            double.routes["/zhihu/hot"] = Route(
                hot_items(1) if wrong == "failing" else [], fails=True
            )
        double.routes["/weibo/hot"] = Route(hot_items(7))
    failed = poll_one(world, world.add(ROUTE))
    assert failed.outcome is Outcome.FAILED
    assert failed.status == (404 if wrong == "unknown" else 503)
    assert health(world) == {}
    assert poll_one(world, world.add("rsshub://weibo/hot")).new == 1
    assert hub.requested_paths[-1] == "/weibo/hot"


def test_if_all_instances_fail_the_error_of_the_route_is_shown(
    world: World, hub: RsshubDouble, other: RsshubDouble
) -> None:
    hub.broken = Answer(status=429)
    other.routes["/zhihu/hot"].fails = True
    poll = poll_one(world, world.add(ROUTE))
    assert poll.error is not None
    assert "503" in poll.error
    assert "empty" in poll.error


def test_many_feeds_that_fail_at_once_are_one_failure_of_the_instance(
    world: World, hub: RsshubDouble, other: RsshubDouble
) -> None:
    for number in range(8):
        other.routes[f"/a/{number}"] = Route(hot_items(number))
        world.add(f"rsshub://a/{number}")
    hub.broken = Answer(status=502, delay=0.2)
    assert all(poll.new == 1 for poll in world.poll())
    assert health(world) == {hub.address: 1}


def test_one_route_is_asked_once_at_a_time(world: World, hub: RsshubDouble) -> None:
    hub.routes["/zhihu/hot"].seconds = 0.2
    feeds = [world.add(f"{ROUTE}?limit={number}") for number in (1, 2, 3)]
    assert [poll.error for poll in world.poll(*feeds)] == [None] * 3
    assert hub.site.peak == 1


def test_a_route_gets_more_time_than_the_total_timeout(
    tmp_path: Path, sqlite_url: str, hub: RsshubDouble
) -> None:
    hub.routes["/zhihu/hot"].seconds = 1.5
    world = World(
        tmp_path,
        sqlite_url,
        fetch={"total_timeout": timedelta(seconds=1)},
        rsshub={"instances": (hub.address,), "access_key": KEY},
    )
    assert poll_one(world, world.add(ROUTE)).new == 3

    async def longest_wait() -> timedelta:
        async with open_services(world.config, world.database, world.clock) as services:
            return services.instances.timeout

    assert asyncio.run(longest_wait()) >= timedelta(seconds=75)


def test_the_address_of_an_instance_is_recognized_as_a_route(
    world: World, hub: RsshubDouble, other: RsshubDouble
) -> None:
    feed = world.add(f"{other.address}/zhihu/hot")
    other.broken = Answer(status=403)
    assert poll_one(world, feed).new == 3
    assert hub.requested_paths == ["/zhihu/hot"]


def test_an_unlisted_rsshub_is_recognized(tmp_path: Path, sqlite_url: str) -> None:
    with RsshubDouble(signed=False) as stranger:
        stranger.routes["/zhihu/hot"] = Route(hot_items(1), pattern="/zhihu/hot/:id?")
        world = World(tmp_path, sqlite_url)
        feed = world.add(f"{stranger.address}/zhihu/hot?code=0123456789")
        poll = poll_one(world, feed)
        assert "rsshub.access_key" in poll.warnings[0]
    (known,) = world.query(lambda c: c.execute(sa.text("SELECT * FROM feed")).mappings().all())
    assert (known["generator"], known["rsshub_pattern"]) == ("RSSHub", "/zhihu/hot/:id?")


# The categories of routes


@pytest.fixture
def program(tmp_path: Path, hub: RsshubDouble, other: RsshubDouble) -> Program:
    hub.namespaces = json.loads((DATA / "namespaces.json").read_text("utf-8"))
    program = Program(tmp_path)
    program.write_config(
        f"[rsshub]\ninstances = ['{hub.address}', '{other.address}']\naccess_key = '{KEY}'\n"
    )
    return program


def categories_in(folder: Path) -> list[list[str]]:
    found = []
    for file in sorted((folder / "source").rglob("*.md")):
        lines = file.read_text("utf-8").splitlines()
        start = lines.index("categories:") + 1
        end = next(i for i in range(start, len(lines)) if not lines[i].startswith(" - "))
        found.append([line.removeprefix(" - ") for line in lines[start:end]])
    return found


def test_records_show_the_categories_of_their_route(program: Program, hub: RsshubDouble) -> None:
    hub.routes["/jianghai/chinese"] = Route(hot_items(1), pattern="/jianghai/:language?")
    program.good("feeds", "add", "rsshub://jianghai/chinese")
    program.good("poll")
    assert categories_in(program.folder) == [["未分类", "热榜"]]

    said = program.good("rsshub", "sync")
    assert f"{KNOWN} from {hub.address}/api/namespace" in said
    assert "1 feed has new categories" in said
    program.good("archive")
    assert categories_in(program.folder) == [["新媒体", "江海半岛网", "新闻"]]

    assert "0 feeds have new categories" in program.good("rsshub", "sync")
    program.good("feeds", "set", "1", "--category", "科技", "--category", "江海")
    program.good("archive")
    assert categories_in(program.folder) == [["科技", "江海"]]


def test_a_feed_that_is_added_later_gets_its_categories_at_once(
    program: Program, hub: RsshubDouble
) -> None:
    program.good("rsshub", "sync", str(DATA / "namespaces.json"))
    hub.routes["/plain/user/me"] = Route(hot_items(1))
    program.good("feeds", "add", "rsshub://plain/user/me")
    program.good("poll")
    assert categories_in(program.folder) == [["博客", "Plain Site", "Mine"]]


def test_metadata_are_fetched_from_the_named_instance(program: Program, hub: RsshubDouble) -> None:
    assert KNOWN in program.good("rsshub", "sync", hub.address)
    with RsshubDouble() as stranger:
        stranger.namespaces = {"a": {"name": "A", "routes": {"/x": {"name": "X"}}}}
        assert "1 namespace, 1 route" in program.good("rsshub", "sync", stranger.address)


@pytest.mark.parametrize(
    ("source", "code", "words"),
    [
        ("missing.json", 2, "cannot be read"),
        ("config.toml", 2, "no JSON"),
        ("list.json", 2, "no object of namespaces"),
        ("http://127.0.0.1:9/api/namespace", 1, "no answer"),
    ],
)
def test_unreadable_metadata_are_an_error_with_the_reason(
    program: Program, source: str, code: int, words: str
) -> None:
    (program.folder / "list.json").write_text("[]")
    result = program.run("rsshub", "sync", source)
    assert (result.code, result.out) == (code, "")
    assert words in result.err
    assert result.err.count("\n") == 1


def test_the_instances_are_listed_with_their_state(program: Program, hub: RsshubDouble) -> None:
    hub.broken = Answer(status=429)
    program.run("feeds", "add", ROUTE)
    program.run("poll")
    listed = json.loads(program.good("rsshub", "instances", "--json"))
    assert [(one["instance"] == hub.address, one["state"]) for one in listed] == [
        (True, "failing"),
        (False, "fine"),
    ]
    assert "the server answered 429" in program.good("rsshub", "instances")


# Adding feeds


def test_the_address_of_an_instance_is_stored_as_its_route(
    program: Program, hub: RsshubDouble
) -> None:
    said = program.good("feeds", "add", f"{hub.address}/zhihu/hot?key={KEY}&limit=2")
    assert "stored as rsshub://zhihu/hot?limit=2" in said
    again = program.good("feeds", "add", "--no-check", f"{hub.address}/zhihu/hot?limit=2")
    assert "already on the list: 1" in again


def test_a_feed_stored_by_an_instances_address_is_not_added_twice(
    tmp_path: Path, hub: RsshubDouble
) -> None:
    program = Program(tmp_path)
    program.write_config()
    hub.key = ""
    program.good("feeds", "add", f"{hub.address}/zhihu/hot")
    program.write_config(f"[rsshub]\ninstances = ['{hub.address}']\n")
    assert "already on the list: 1" in program.good("feeds", "add", f"{hub.address}/zhihu/hot")


def test_an_address_with_the_key_of_an_unlisted_rsshub_is_refused(program: Program) -> None:
    with RsshubDouble(KEY) as stranger:
        stranger.routes["/zhihu/hot"] = Route(hot_items(1))
        result = program.run("feeds", "add", f"{stranger.address}/zhihu/hot?key={KEY}")
    assert result.code == 2
    assert "name the server in rsshub.instances" in result.err
    assert KEY not in result.err + result.out


# Secrets


def everything_in(world_database: sa.Engine) -> str:
    with world_database.connect() as connection:
        rows = [
            repr(tuple(row))
            for table in Base.metadata.sorted_tables
            for row in connection.execute(sa.select(table))
        ]
    return "\n".join(rows)


def test_neither_key_nor_code_is_stored_shown_or_exported(
    tmp_path: Path, database_url: str, hub: RsshubDouble, other: RsshubDouble
) -> None:
    program = Program(tmp_path, database_url)
    for double in (hub, other):
        double.routes["/weibo/hot"] = Route([])
    program.write_config(
        f"[rsshub]\ninstances = ['{hub.address}', '{other.address}?key={KEY}']\n"
        f"access_key = '{KEY}'\n"
        f"[[feeds]]\nurl = '{hub.address}/zhihu/hot?limit=2&key={KEY}'\n"
    )
    codes = [hashlib.md5(f"{path}{KEY}".encode()).hexdigest() for path in _PATHS]
    told = []
    for command in (
        ["feeds", "add", f"{hub.address}/zhihu/hot?code={codes[0]}"],
        ["feeds", "add", "rsshub://weibo/hot"],
        ["poll", "--debug"],
        ["poll", "--all", "--debug"],
        ["rsshub", "sync", "--debug"],
        ["rsshub", "instances", "--json"],
        ["feeds", "list", "--json"],
        ["feeds", "show", "1", "--json"],
        ["feeds", "export"],
        ["entries", "list", "--json"],
        ["status", "--json"],
    ):
        result = program.run(*command)
        told.append(result.out + result.err)
    files = [file.read_bytes() for file in (tmp_path / "source").rglob("*.md")]
    assert len(files) == 5
    database = sa.create_engine(_driver(database_url))
    kept = everything_in(database)
    database.dispose()
    assert "第1条热榜的正文" in kept
    for secret in (KEY, *codes):
        assert secret not in kept
        assert not any(secret in text for text in told)
        assert not any(secret.encode() in file for file in files)


_PATHS = ("/zhihu/hot", "/weibo/hot", "/api/namespace")


def _driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")
