"""When feeds are polled next: hints of publishers, pauses of servers, moves, wrong clocks."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest import schedule
from ingest.config import ScheduleConfig
from ingest.feed import FeedState
from ingest.manners import Pause
from ingest.manners.health import Health
from ingest.store import feeds as feed_store
from ingest.store import polls as poll_store
from ingest.store import rsshub as rsshub_store
from ingest.store import times
from ingest.values import Outcome
from tests.program import new_program
from tests.site import Answer, Request, Site
from tests.support import item, rss
from tests.world import World


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> World:
    return World(tmp_path, sqlite_url)


def reload(world: World, feed: FeedState) -> FeedState:
    return world.database.query(feed_store.get, feed.id)


def seconds_until_poll(world: World, feed: FeedState) -> float:
    """Return the seconds until the next poll of the feed."""
    return (reload(world, feed).next_poll_at - world.clock()).total_seconds()


def busy(now: datetime) -> str:
    """Return a feed with twenty entries of this moment."""
    return rss(*(item(n, pubDate=format_datetime(now, usegmt=True)) for n in range(20)))


def test_wishes_of_server_and_feed_are_respected_at_each_poll(world: World) -> None:
    with Site() as site:
        body = busy(world.clock()).replace("<description>d", "<ttl>120</ttl><description>d")
        site.set("/feed", body, etag='"1"', headers={"Cache-Control": "max-age=60"})
        feed = world.add(site.url("/feed"))
        for _ in range(3):
            world.poll(feed)
            assert seconds_until_poll(world, feed) >= 7200
            world.clock.move(hours=2)
        assert reload(world, feed).next_poll_reason == "its <ttl> is 2h"


def test_a_retry_after_puts_off_all_feeds_of_the_server(world: World) -> None:
    with Site() as site, Site("127.0.0.2") as other:
        site.set("/a", status=429, headers={"Retry-After": "600"})
        site.set("/b", rss(item(1)))
        other.set("/c", rss(item(2)))
        first, second, third = (
            world.add(site.url("/a")),
            world.add(site.url("/b")),
            world.add(other.url("/c")),
        )
        world.poll(first)
        put_off, polled = world.poll(second, third)
        assert (put_off.outcome, polled.outcome) == (Outcome.PUT_OFF, Outcome.NEWS)
        assert [request.path for request in site.requests] == ["/a"]
        assert world.counts()["poll"] == 2
        assert seconds_until_poll(world, second) == 601
        world.clock.move(minutes=10, seconds=1)
        assert world.poll(second)[0].outcome is Outcome.NEWS
        assert world.counts()["host_pause"] == 0


def test_a_success_of_an_earlier_request_does_not_end_a_pause(world: World) -> None:
    def answer_during_the_pause(_: Request) -> str:
        while not world.query(poll_store.host_pauses):
            time.sleep(0.02)
        return rss(item(1))

    with Site() as site:
        site.set("/a", status=429, headers={"Retry-After": "600"})
        site.set("/b", answer_during_the_pause)
        first, second = world.add(site.url("/a")), world.add(site.url("/b"))
        assert [poll.outcome for poll in world.poll(second, first)] == [
            Outcome.FAILED,
            Outcome.NEWS,
        ]
        assert world.counts()["host_pause"] == 1
        assert world.poll(second)[0].outcome is Outcome.PUT_OFF


def test_a_503_of_one_feed_does_not_pause_its_server(world: World) -> None:
    with Site() as site:
        site.set("/a", status=503, headers={"Retry-After": "600"})
        site.set("/b", rss(item(1)))
        world.poll(world.add(site.url("/a")))
        assert world.poll(world.add(site.url("/b")))[-1].outcome is Outcome.NEWS


def test_a_server_that_refuses_connections_is_paused_twice_as_long_each_time(
    world: World,
) -> None:
    with Site() as site:
        feeds = [world.add(site.url(f"/{number}")) for number in range(3)]
    waits = []
    for _ in range(3):
        world.poll(feeds[0])
        (pause,) = world.query(poll_store.host_pauses).values()
        waits.append((pause.until - world.clock()).total_seconds())
        assert {p.outcome for p in world.poll(*feeds[1:])} == {Outcome.PUT_OFF}
        world.clock.move(hours=1)
    assert waits == [61, 121, 241]  # with the second that HTTP dates cannot express


def test_feeds_of_a_paused_server_are_not_due(world: World) -> None:
    with Site() as site:
        site.set("/a", status=429, headers={"Retry-After": "600"})
        first, second = world.add(site.url("/a")), world.add(site.url("/b"))
        world.poll(first)
        assert world.database.query(poll_store.due, world.clock()) == []
        world.clock.move(minutes=10, seconds=1)
        due = world.database.query(poll_store.due, world.clock())
        assert [feed.id for feed in due] == [second.id]
        assert (
            world.database.query(poll_store.due, world.clock(), without_sites=["127.0.0.1"]) == []
        )


def test_a_gap_is_counted_and_reported_and_shortens_the_wait(world: World) -> None:
    with Site() as site:
        site.set("/feed", rss(item(1), item(2)))
        feed = world.add(site.url("/feed"))
        world.poll(feed)
        before = seconds_until_poll(world, feed)
        world.clock.move(hours=12)
        site.set("/feed", rss(item(8), item(9)))
        (poll,) = world.poll(feed)
        assert "may have been missed" in poll.warnings[0]
        assert reload(world, feed).ways.habits.gaps == 1
        assert seconds_until_poll(world, feed) < before


def test_a_lasting_permanent_redirect_becomes_the_address_until_it_fails(world: World) -> None:
    with Site() as site, Site("127.0.0.2") as new:
        new.set("/feed", rss(item(1)), etag='"1"')
        site.redirect("/feed", new.url("/feed"), status=301)
        feed = world.add(site.url("/feed"))
        for _ in range(7):
            world.poll(feed)
            world.clock.move(days=1)
        assert reload(world, feed).address == new.url("/feed")
        assert reload(world, feed).site == "127.0.0.2"
        site.clear()
        world.poll(feed)
        assert site.requests == []
        assert len(world.entries()) == 1

        new.close()
        site.set("/feed", rss(item(1), item(2)))
        for _ in range(3):
            world.clock.move(days=1)
            world.poll(feed)
        assert reload(world, feed).address == site.url("/feed")
        world.clock.move(days=1)
        assert world.poll(feed)[0].new == 1


@pytest.mark.parametrize("status", [302, 307])
def test_a_temporary_redirect_never_becomes_the_address(world: World, status: int) -> None:
    with Site() as site:
        site.set("/new", rss(item(1)))
        site.redirect("/feed", site.url("/new"), status=status)
        feed = world.add(site.url("/feed"))
        for _ in range(12):
            world.poll(feed)
            world.clock.move(days=1)
        assert reload(world, feed).ways.move.to is None


def test_a_redirect_to_another_feed_never_becomes_the_address(world: World) -> None:
    with Site() as site:
        site.set("/feed", rss(item(1)))
        feed = world.add(site.url("/feed"))
        world.poll(feed)
        site.redirect("/feed", site.url("/parked"), status=301)
        for number in range(12):
            world.clock.move(days=1)
            site.set("/parked", rss(item(f"ad-{number}")))
            world.poll(feed)
        assert reload(world, feed).ways.move.address is None


def test_follow_moves_false_restores_the_configured_address(world: World) -> None:
    with Site() as site:
        site.set("/new", rss(item(1)))
        site.redirect("/feed", site.url("/new"), status=308)
        feed = world.add(site.url("/feed"))
        for _ in range(7):
            world.poll(feed)
            world.clock.move(days=1)
        assert reload(world, feed).address == site.url("/new")
        settings = feed.settings.model_copy(update={"follow_moves": False})
        world.database.transact(feed_store.change, feed.id, settings, now=world.clock())
        assert reload(world, feed).address == site.url("/feed")


def test_a_changed_interval_counts_from_the_last_poll(world: World) -> None:
    with Site() as site:
        site.set("/feed", rss(item(1)))
        feed = world.add(site.url("/feed"))
        world.poll(feed)
        world.clock.move(minutes=10)
        settings = feed.settings.model_validate({"interval": "30m"})
        world.database.transact(feed_store.change, feed.id, settings, now=world.clock())
        assert seconds_until_poll(world, feed) == 20 * 60


def test_each_feed_is_stored_with_its_server_and_site(world: World) -> None:
    world.add("https://Me:pw@Blog.Sina.com.cn:8443/feed")
    world.add("rsshub://zhihu/hot")
    rows = world.query(
        lambda c: c.execute(sa.text("SELECT server, site FROM feed ORDER BY id")).all()
    )
    assert list(map(tuple, rows)) == [("blog.sina.com.cn:8443", "sina.com.cn"), ("", "")]


def test_explain_shows_when_and_why_a_feed_is_polled(tmp_path: Path, sqlite_url: str) -> None:
    with Site() as site:
        site.set("/feed", busy(datetime.now(UTC)), headers={"Cache-Control": "max-age=20000"})
        site.set("/busy", status=429, headers={"Retry-After": "7200"})
        urls = [site.url("/feed"), site.url("/busy")]
        program = new_program(tmp_path, sqlite_url, urls)
        program.run("poll", urls[0])
        program.run("poll", urls[1])
        output = program.good("feeds", "explain", "1")
        assert "its server says that the document stays fresh for" in output
        assert "publisher asks for: fresh for 5h33m20s" in output
        assert "server left alone because: it asked all of us to wait" in output
        assert "failures: 1" in program.good("feeds", "explain", "2")
        assert '"because": "its server asks to wait 2h"' in program.good(
            "feeds", "explain", "2", "--json"
        )


def test_poll_reports_feeds_that_are_put_off(tmp_path: Path, sqlite_url: str) -> None:
    with Site() as site:
        site.script(
            "/a", Answer(status=429, headers={"Retry-After": "600"}), Answer(body=rss(item(1)))
        )
        program = new_program(tmp_path, sqlite_url, [site.url("/a"), site.url("/b")])
        assert program.run("poll", "1").code == 1
        result = program.run("poll", "--all")
        assert result.code == 0
        assert result.out.count("put off, its server is left alone") == 2


# A wrong clock


def mend(world: World) -> int:
    most = schedule.longest_plan(world.config.schedule)
    return world.database.transact(times.mend, world.clock(), most)


@pytest.mark.parametrize("ahead", [{"hours": 3}, {"days": 3}, {"days": 365 * 73}])
def test_feeds_are_polled_as_usual_after_a_clock_was_set_back(
    world: World, ahead: dict[str, float]
) -> None:
    with Site() as site:
        feeds = [world.add(site.url(f"/{n}")) for n in range(3)]
        for feed in feeds:
            site.set(feed.url.removeprefix(site.url("")), busy(world.clock()))
        world.clock.move(**ahead)
        world.poll()
        world.clock.move(**{unit: -count for unit, count in ahead.items()})
        assert mend(world) == 3
        assert [seconds_until_poll(world, feed) for feed in feeds] == [0, 1, 2]
        world.clock.move(seconds=3)
        assert all(poll.error is None for poll in world.poll())
        assert all(0 < seconds_until_poll(world, feed) <= 1.1 * 86400 + 1 for feed in feeds)
    assert mend(world) == 0


def test_a_poll_repairs_all_times_of_a_wrong_clock(tmp_path: Path, sqlite_url: str) -> None:
    """While a wrong clock said 2038, two feeds were polled, and a server and an instance paused."""
    world = World(tmp_path, sqlite_url)
    with Site() as site:
        for name in ("a", "b"):
            site.set(f"/{name}", rss(item(1), title=name), etag='"1"')
        for name in "ab":
            world.add(site.url(f"/{name}"))
        program = new_program(tmp_path, sqlite_url)
        program.write_config(f'[archive]\npath = "{world.config.archive.path}"')
        world.clock.at = datetime(2038, 1, 19, tzinfo=UTC)
        world.poll()
        health = Health(
            instance="https://rsshub.app",
            failures=3,
            failing_since=world.clock(),
            paused_until=world.clock() + timedelta(hours=1),
        )
        world.database.transact(rsshub_store.save_health, health=[health])
        pause = Pause(server="127.0.0.1:1", until=world.clock(), reason="it refuses")
        world.database.transact(poll_store.pause_host, pause)
        site.clear()
        result = program.run("poll")
        assert result.code == 0
        assert "2 feeds were scheduled by a wrong clock and are due now" in result.out
        assert {request.path for request in site.requests} == {"/a", "/b"}
        assert world.query(poll_store.host_pauses) == {}
        assert world.query(rsshub_store.health)["https://rsshub.app"].paused_until is None
        assert all(
            feed.trust.document_at < datetime(2038, 1, 1, tzinfo=UTC)
            for feed in world.query(feed_store.every)
        )
        site.clear()
        assert program.run("poll").code == 0
        assert site.requests == []


def test_a_long_configured_interval_is_not_taken_for_a_wrong_clock(
    tmp_path: Path, sqlite_url: str
) -> None:
    world = World(tmp_path, sqlite_url)
    rarely = {"gone_interval": timedelta(days=60)}
    world.config = world.config.model_copy(update={"schedule": ScheduleConfig(**rarely)})
    with Site() as site:
        site.set("/a", rss(item(1)))
        site.set("/gone", status=410)
        own = world.add(site.url("/a"), interval="90d")
        gone = world.add(site.url("/gone"))
        world.poll()
    assert (seconds_until_poll(world, own) // 86400, seconds_until_poll(world, gone) // 86400) >= (
        90,
        60,
    )
    assert mend(world) == 0


def test_a_pause_from_a_wrong_clock_is_removed(world: World) -> None:
    far = world.clock() + timedelta(days=400)
    for server, until in (("a.example.cn", far), ("b.example.cn", world.clock())):
        pause = Pause(server=server, until=until, reason="it refuses connections")
        world.database.transact(poll_store.pause_host, pause)
    mend(world)
    assert list(world.database.query(poll_store.host_pauses)) == ["b.example.cn"]
