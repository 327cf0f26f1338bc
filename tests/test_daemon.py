"""The daemon as a process: polling, reloading, stopping, and losing its database or disk."""

from __future__ import annotations

import contextlib
import random
import signal
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.daemon.watch import ClockWatch
from tests.postgres import Server
from tests.relay import Relay
from tests.running import Running, free_port, running
from tests.site import Answer, Site
from tests.support import NOON, item, rss


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        site.set("/a", rss(item(1)))
        yield site


def was_requested(site: Site, path: str, times: int = 1) -> bool:
    return len(site.requests_to(path)) >= times


def test_due_feeds_are_polled_until_sigterm(tmp_path: Path, site: Site) -> None:
    with running(tmp_path, site.url("/a"), in_new_process=True) as daemon:
        daemon.wait_until(lambda: was_requested(site, "/a", 2))
        site.set("/a", rss(item(1), item(2)))
        daemon.wait_until(lambda: len(list(tmp_path.rglob("source/**/*.md"))) == 2)
        assert daemon.stop() == 0
        assert daemon.titles() == ["第1条新闻", "第2条新闻"]
        assert daemon.program.run("archive", "--check").code == 0
        assert "INFO    [江海新闻] news: 1 new" in daemon.log_text()
        assert "Traceback" not in daemon.log_text()


def test_the_search_index_is_rebuilt_while_the_service_runs(tmp_path: Path, site: Site) -> None:
    with running(tmp_path, site.url("/a")) as daemon:

        def is_found() -> bool:
            return daemon.program.run("search", "--ids", "新闻").out.split() == ["1"]

        daemon.wait_until(is_found)
        daemon.program.good("follow", "rebuild", "search")
        daemon.wait_until(is_found)
        assert daemon.stop() == 0


def test_health_and_metrics_are_served(tmp_path: Path, site: Site) -> None:
    with running(tmp_path, site.url("/a"), site.url("/missing"), web=True) as daemon:
        daemon.wait_until(lambda: was_requested(site, "/missing"))
        daemon.wait_until(
            lambda: 'guidang_failures_total{kind="gone"} ' in daemon.get("/metrics")[1]
        )
        daemon.wait_until(
            lambda: 'guidang_entries_total{verdict="new"} 1.0' in daemon.get("/metrics")[1]
        )
        assert daemon.get("/healthz") == (200, '{"status":"ok"}')
        assert daemon.get("/readyz") == (200, '{"status":"ok"}')
        metrics = daemon.get("/metrics")[1]
        assert 'guidang_up{part="database"} 1.0' in metrics
        assert "guidang_fetch_seconds_count 0" not in metrics


def test_missed_entries_are_counted_and_backfill_is_suggested(tmp_path: Path, site: Site) -> None:
    with running(tmp_path, site.url("/a"), web=True) as daemon:
        daemon.wait_until(lambda: "1 new" in daemon.log_text())
        site.set("/a", rss(item(8), item(9)))
        daemon.wait_until(lambda: "\nguidang_gaps_total 1.0" in daemon.get("/metrics")[1])
        assert "to bring them in: guidang backfill 1" in daemon.log_text()
        shown = [daemon.program.good(*words) for words in (["status"], ["feeds", "explain", "1"])]
        assert ["guidang backfill 1" in text for text in shown] == [True, True]


def test_a_second_daemon_is_refused(tmp_path: Path, database_url: str, site: Site) -> None:
    with running(tmp_path, site.url("/a"), database_url=database_url) as daemon:
        result = daemon.program.run("run")
        assert result.code == 3
        assert "another daemon works with" in result.err
        assert daemon.stop() == 0
        daemon.start_ready()


def test_a_second_daemon_is_refused_through_any_link_to_the_database(
    tmp_path: Path, site: Site
) -> None:
    with running(tmp_path, site.url("/a")) as daemon:
        (tmp_path / "link.db").symlink_to(tmp_path / "guidang.db")
        second = replace(daemon.program, database_url=f"sqlite:///{tmp_path}/link.db")
        result = second.run("run")
    assert (result.code, "another daemon works with" in result.err) == (3, True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_sigterm_stops_a_daemon_that_waits_for_its_database(
    tmp_path: Path, number: signal.Signals
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://me@127.0.0.1:{silent.getsockname()[1]}/archive"
        daemon = Running(tmp_path, url)
        daemon.start()
        asking, _ = silent.accept()
        daemon.signal(signal.SIGHUP)
        daemon.signal(number)
        assert daemon.wait() == 0
        asking.close()
    assert "Traceback" not in daemon.log_text()


@pytest.mark.parametrize("moment", ["start", "reload"])
def test_the_daemon_is_not_ready_with_an_unwritable_folder(
    tmp_path: Path, site: Site, moment: str
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    if moment == "start":
        daemon = Running(tmp_path, settings=f'[archive]\npath = "{closed}"')
        result = daemon.program.run("run", powerless=True)
        assert (result.code, "cannot be written" in result.err) == (3, True)
        return
    daemon = Running(tmp_path, feeds=[site.url("/a")], web=True)
    daemon.start(powerless=True)
    try:
        daemon.wait_until(daemon.is_ready)
        daemon.configure(site.url("/a"), more=f'[archive]\npath = "{closed}"')
        daemon.signal(signal.SIGHUP)
        daemon.wait_until(lambda: "going on with the old configuration" in daemon.log_text())
        assert daemon.is_ready()
    finally:
        daemon.kill()


def test_a_port_in_use_is_reported(tmp_path: Path, site: Site) -> None:
    daemon = Running(tmp_path, web=True)
    with socket.create_server(("127.0.0.1", daemon.port)):
        result = daemon.program.run("run")
    assert result.code == 2
    assert f"[web] listen: 127.0.0.1:{daemon.port} cannot bind" in result.err


def test_sighup_applies_a_changed_configuration(tmp_path: Path, site: Site) -> None:
    site.set("/b", rss(item(2)))
    with running(tmp_path, site.url("/a")) as daemon:
        daemon.configure(site.url("/b"))
        daemon.signal(signal.SIGHUP)
        daemon.wait_until(lambda: was_requested(site, "/b"))
        assert "the configuration was read again" in daemon.log_text()
        count = len(site.requests_to("/a"))
        daemon.wait_until(lambda: was_requested(site, "/b", 3))
        assert len(site.requests_to("/a")) == count
        assert daemon.stop() == 0


INVALID = [
    ("[fetch]\nconcurency = 3", "did you mean concurrency"),
    ("this is no TOML", "not TOML"),
    ('[archive]\npath = "/dev/null/posts"', "/dev/null"),
    ('[fetch]\nca_file = "not-there.pem"', "not-there.pem"),
    ('[archive]\npath = "a\\u0000b"', "NUL"),
    ('[database]\nurl = "sqlite:///other.db"', "another database needs a restart"),
]


def test_an_invalid_configuration_keeps_the_old_one(tmp_path: Path, site: Site) -> None:
    with running(tmp_path, site.url("/a")) as daemon:
        for number, (more, words) in enumerate(INVALID, start=1):
            daemon.configure(more=more)
            daemon.signal(signal.SIGHUP)
            daemon.wait_until(
                lambda: daemon.log_text().count("going on with the old configuration") == number  # noqa: B023
            )
            assert words in daemon.log_text()
        count = len(site.requests_to("/a"))
        daemon.wait_until(lambda: was_requested(site, "/a", count + 2))


def test_a_slow_site_delays_no_other_after_a_reload(tmp_path: Path, site: Site) -> None:
    with Site("127.0.0.2") as slow:
        slow.set("/b", rss(item(1)), delay=40)
        with running(tmp_path, site.url("/a"), slow.url("/b")) as daemon:
            daemon.wait_until(lambda: was_requested(slow, "/b") and was_requested(site, "/a"))
            daemon.signal(signal.SIGHUP)
            daemon.wait_until(lambda: "the configuration was read again" in daemon.log_text())
            count = len(site.requests_to("/a"))
            daemon.wait_until(lambda: was_requested(site, "/a", count + 1), seconds=12)


def test_an_invalid_configuration_changes_no_feed(tmp_path: Path, site: Site) -> None:
    with running(tmp_path, site.url("/a")) as daemon:
        daemon.configure(site.url("/b"), more='[archive]\npath = "/dev/null/posts"')
        daemon.signal(signal.SIGHUP)
        daemon.wait_until(lambda: "going on with the old configuration" in daemon.log_text())
        assert rows(daemon, "SELECT url, paused_at FROM feed") == [(site.url("/a"), None)]


def rows(daemon: Running, query: str) -> list[Any]:
    """Run a query on the database; a command would first read the configured feeds."""
    with contextlib.closing(sqlite3.connect(daemon.folder / "guidang.db")) as database, database:
        return database.execute(query).fetchall()


def test_a_changed_listen_address_needs_a_restart(tmp_path: Path, site: Site) -> None:
    with running(tmp_path, site.url("/a"), web=True) as daemon:
        daemon.program.write_config(f'[web]\nlisten = "127.0.0.1:{free_port()}"')
        daemon.signal(signal.SIGHUP)
        daemon.wait_until(lambda: "another address needs a restart" in daemon.log_text())
        assert daemon.is_ready()


def test_polls_that_take_too_long_are_cancelled_at_shutdown(tmp_path: Path, site: Site) -> None:
    site.set("/slow", rss(item(7)), delay=60)
    settings = '[daemon]\nshutdown_timeout = "1s"'
    with running(tmp_path, site.url("/slow"), settings=settings) as daemon:
        daemon.wait_until(lambda: was_requested(site, "/slow"))
        assert daemon.stop() == 0
        assert "gave up on 1 polls" in daemon.log_text()
        site.set("/slow", rss(item(7)))
        daemon.start_ready()
        daemon.wait_until(lambda: daemon.titles() == ["第7条新闻"])


def test_polls_in_flight_are_finished_at_shutdown(tmp_path: Path, site: Site) -> None:
    site.set("/slow", rss(item(7)), delay=2)
    with running(tmp_path, site.url("/slow")) as daemon:
        daemon.wait_until(lambda: was_requested(site, "/slow"))
        assert daemon.stop() == 0
        assert daemon.titles() == ["第7条新闻"]


def test_a_slow_site_delays_no_other(tmp_path: Path, site: Site) -> None:
    with Site("127.0.0.2") as slow:
        for number in range(12):
            slow.set(f"/{number}", rss(item(number)), delay=60)
        settings = "[fetch]\nconcurrency = 2"
        feeds = [site.url("/a"), *(slow.url(f"/{number}") for number in range(12))]
        with running(tmp_path, *feeds, settings=settings) as daemon:
            daemon.wait_until(lambda: len(slow.requests) >= 4, seconds=30)
            count = len(site.requests_to("/a"))
            daemon.wait_until(lambda: was_requested(site, "/a", count + 3), seconds=20)


def test_the_daemon_continues_when_the_archive_is_writable_again(
    tmp_path: Path, site: Site
) -> None:
    with running(tmp_path, site.url("/a"), web=True) as daemon:
        daemon.wait_until(lambda: len(list(tmp_path.rglob("source/**/*.md"))) == 1)
        posts = tmp_path / "source" / "_posts"
        posts.rename(tmp_path / "away")
        posts.write_text("a file where the folder should be")
        site.set("/a", rss(item(1), item(2)))
        daemon.wait_until(lambda: daemon.get("/readyz")[0] == 503)
        assert "archive" in daemon.get("/readyz")[1]
        assert daemon.get("/healthz")[0] == 200
        posts.unlink()
        (tmp_path / "away").rename(posts)
        daemon.wait_until(lambda: len(list(posts.rglob("*.md"))) == 2, seconds=60)
        daemon.wait_until(lambda: daemon.get("/readyz")[0] == 200)
        assert "the archive can be used again" in daemon.log_text()


@pytest.mark.long
def test_the_daemon_continues_when_the_database_is_back(
    tmp_path: Path, postgres: Server, postgres_url: str, site: Site
) -> None:
    with running(tmp_path, site.url("/a"), database_url=postgres_url, web=True) as daemon:
        daemon.wait_until(lambda: was_requested(site, "/a"))
        postgres.refuse_connections(postgres_url)
        daemon.wait_until(lambda: daemon.get("/readyz")[0] == 503)
        assert "the database cannot be used" in daemon.log_text()
        assert daemon.get("/healthz")[0] == 200
        count = len(site.requests_to("/a"))
        site.set("/a", rss(item(1), item(2)))
        postgres.allow_connections(postgres_url)
        daemon.wait_until(lambda: daemon.get("/readyz")[0] == 200, seconds=60)
        assert len(site.requests_to("/a")) <= count + 2
        daemon.wait_until(lambda: daemon.titles() == ["第1条新闻", "第2条新闻"], seconds=90)
        assert "the database can be used again" in daemon.log_text()


def test_the_service_manager_is_notified(tmp_path: Path, site: Site) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(30)
        env = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "3000000"}
        with running(tmp_path, site.url("/a"), env=env) as daemon:
            messages = {manager.recv(1000).decode() for _ in range(3)}
            assert "READY=1\nSTATUS=polling feeds" in messages
            assert "WATCHDOG=1" in messages
            daemon.signal(signal.SIGHUP)
            while not manager.recv(1000).startswith(b"RELOADING=1\nMONOTONIC_USEC="):
                pass
            while not manager.recv(1000).startswith(b"READY=1"):
                pass
            assert daemon.stop() == 0
            while manager.recv(1000) != b"STOPPING=1":
                pass


def test_a_plan_made_by_a_wrong_clock_is_corrected(tmp_path: Path, site: Site) -> None:
    with running(tmp_path, site.url("/a")) as daemon:
        daemon.wait_until(lambda: was_requested(site, "/a"))
        assert daemon.stop() == 0
        rows(daemon, "UPDATE feed SET next_poll_at = '2099-01-01 00:00:00.000000'")
        site.clear()
        daemon.start_ready()
        daemon.wait_until(lambda: was_requested(site, "/a"))


@pytest.mark.parametrize(
    ("passed", "ticks", "jump"),
    [
        (10, 10, 0),
        (10, 11.5, 0),
        (10 + 8 * 3600, 10, 8 * 3600),  # the machine was suspended
        (10 - 86400, 10, -86400),  # the clock was set back
    ],
)
def test_a_clock_change_or_suspend_is_noticed_once(
    passed: float, ticks: float, jump: float
) -> None:
    watch = ClockWatch(NOON, 1000.0)
    now = NOON + timedelta(seconds=passed)
    assert watch.jump(now, 1000.0 + ticks) == timedelta(seconds=jump)
    assert not watch.jump(now + timedelta(seconds=10), 1010.0 + ticks)


def test_a_late_feed_is_not_polled_in_its_skipped_hours(tmp_path: Path, site: Site) -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24) if hour != distant_hour())
    wish = f"<skipHours>{hours}</skipHours>"
    site.set("/a", rss(item(1)).replace("<description>d<", f"{wish}<description>d<", 1))
    with running(tmp_path, settings=f'[[feeds]]\nurl = "{site.url("/a")}"') as daemon:
        daemon.wait_until(lambda: "1 new" in daemon.log_text())
        assert daemon.stop() == 0
        rows(daemon, "UPDATE feed SET next_poll_at = '2020-01-01 00:00:00.000000'")
        daemon.start_ready()
        planned = "SELECT next_poll_reason, next_poll_at > '2021' FROM feed"
        put_off = [("it asks to be skipped until then", True)]
        daemon.wait_until(lambda: rows(daemon, planned) == put_off)
    assert len(site.requests_to("/a")) == 1


def test_a_slow_redirect_target_of_many_feeds_delays_no_other(tmp_path: Path, site: Site) -> None:
    settings = "[fetch]\nconcurrency = 3"  # 24 polls at once
    env = {"GUIDANG_FETCH__PER_HOST": "2"}
    with Site("127.0.0.2") as slow, contextlib.ExitStack() as stack:
        others = [stack.enter_context(Site(f"127.0.4.{number}")) for number in range(1, 31)]
        for other in others:
            other.redirect("/feed", slow.url("/feed"))
        slow.set("/feed", rss(item(1)), delay=25)
        feeds = [site.url("/a"), *(other.url("/feed") for other in others)]
        with running(tmp_path, *feeds, settings=settings, env=env) as daemon:
            rows(daemon, "UPDATE feed SET next_poll_at = '2020-01-01 00:00:00.000000'")
            daemon.wait_until(lambda: all(was_requested(other, "/feed") for other in others[:20]))
            time.sleep(2)
            count = len(site.requests_to("/a"))
            daemon.wait_until(lambda: was_requested(site, "/a", count + 3), seconds=15)


TICK_OF_TWO_SECONDS = {"GUIDANG_DAEMON__TICK": "2s"}


def test_late_feeds_are_not_polled_all_at_once(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        sites = [stack.enter_context(Site(f"127.0.5.{number}")) for number in range(1, 61)]
        for number, site in enumerate(sites):
            site.set("/feed", rss(item(number)))
        listed = "".join(f'[[feeds]]\nurl = "{site.url("/feed")}"\n' for site in sites)
        with running(tmp_path, settings=listed, env=TICK_OF_TWO_SECONDS) as daemon:
            assert daemon.stop() == 0
            rows(daemon, "UPDATE feed SET next_poll_at = '2020-01-01 00:00:00.000000'")
            for site in sites:
                site.clear()
            daemon.start_ready()
            daemon.wait_until(lambda: all(was_requested(site, "/feed") for site in sites))
        times = sorted(site.requests[0].at for site in sites)
    # Twenty feeds a second are due, and due feeds are polled every two seconds.
    assert sum(at < times[0] + 1 for at in times) <= 45


@pytest.mark.parametrize("sent", [b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 2_000])
def test_a_client_that_reads_nothing_does_not_prevent_shutdown(
    tmp_path: Path, site: Site, sent: bytes
) -> None:
    with running(tmp_path, site.url("/a"), web=True) as daemon, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", daemon.port))
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            client.send(sent)
        time.sleep(0.5)
        began = time.monotonic()
        assert daemon.stop() == 0
        assert time.monotonic() - began < 30


def test_a_silent_database_does_not_prevent_shutdown(
    tmp_path: Path, site: Site, postgres_url: str
) -> None:
    with Relay(postgres_url) as relay:
        settings = '[daemon]\nshutdown_timeout = "1s"'
        with running(tmp_path, site.url("/a"), database_url=relay.url, settings=settings) as daemon:
            daemon.wait_until(lambda: was_requested(site, "/a", 2))
            relay.is_silent.set()
            time.sleep(0.5)  # the daemon queries the database every fifth of a second
            assert daemon.stop() == 0
            assert "stopped without it" in daemon.log_text()


def distant_hour() -> int:
    """Return the hour of the day (UTC) in twelve hours."""
    return (datetime.now(UTC).hour + 12) % 24


@pytest.mark.parametrize(
    "kills", [6, pytest.param(200, marks=[pytest.mark.long, pytest.mark.timeout(1500)])]
)
def test_repeated_kills_lose_and_duplicate_nothing(
    tmp_path: Path, database_url: str, kills: int
) -> None:
    feeds, chance = range(5), random.Random(3)
    with Site() as site:
        daemon = Running(
            tmp_path,
            database_url,
            [site.url(f"/{feed}") for feed in feeds],
            in_new_process=kills > 6,
        )
        for number in range(kills):
            publish(site, feeds, 2 * number)
            daemon.start()
            run_for_a_while(daemon, site, chance, lambda n=number: publish(site, feeds, 2 * n + 1))
            daemon.kill()
        last = 2 * kills
        publish(site, feeds, last)
        daemon.start_ready()
        daemon.wait_until(lambda: len(daemon.entries()) == len(feeds) * (last + 1), seconds=120)
        # The number may not be 1: PostgreSQL does not reuse numbers of rolled back rows.
        first = next(e["id"] for e in daemon.entries() if e["link"].endswith("/0-0.html"))
        daemon.wait_until(
            lambda: f"第{last}次" in daemon.program.good("entries", "show", str(first))
        )
        assert daemon.stop() == 0
    links = [entry["link"] for entry in daemon.entries()]
    assert len(set(links)) == len(links) == len(feeds) * (last + 1)
    assert daemon.program.run("archive", "--check").code == 0
    assert daemon.program.run("db", "check").code == 0


def run_for_a_while(
    daemon: Running, site: Site, chance: random.Random, change: Callable[[], None]
) -> None:
    """Wait a random time after the start of the daemon, and change the site meanwhile.

    One run in five ends while the daemon starts, most during its first polls, some much later.
    """
    if chance.random() < 0.2:
        time.sleep(chance.uniform(0, 1))
        return
    before = len(site.requests)
    daemon.wait_until(lambda: len(site.requests) > before)
    change()
    time.sleep(chance.choice((0.05, 0.2, 0.4, 2.5)) * chance.random())


def publish(site: Site, feeds: range, number: int) -> None:
    """Set each feed to `number` + 1 entries, and edit its first entry."""
    for feed in feeds:
        first = item(f"{feed}-0", description=f"正文，第{number}次改过。")
        site.set(f"/{feed}", rss(first, *(item(f"{feed}-{n}") for n in range(1, number + 1))))


def test_the_daemon_runs_without_a_listener(tmp_path: Path, site: Site) -> None:
    daemon = Running(tmp_path, feeds=[site.url("/a")])
    daemon.start()
    daemon.wait_until(lambda: was_requested(site, "/a"))
    assert daemon.stop() == 0


def test_retry_after_is_respected_for_all_feeds_of_the_server(tmp_path: Path) -> None:
    with Site() as site:
        site.script("/busy", Answer(status=429, headers={"Retry-After": "3600"}))
        site.set("/beside", rss(item(1)))
        with Site("127.0.0.2") as other:
            other.set("/a", rss(item(2)))
            feeds = [site.url("/busy"), site.url("/beside"), other.url("/a")]
            with running(tmp_path, *feeds) as daemon:
                daemon.wait_until(lambda: was_requested(other, "/a", 4))
                assert len(site.requests_to("/busy")) == 1
                assert len(site.requests_to("/beside")) <= 1
