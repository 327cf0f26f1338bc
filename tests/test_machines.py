"""A service of several processes does what one process does: each feed once, no site too often."""

from __future__ import annotations

import json
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest.database import Database
from ingest.store import leases, polls
from ingest.store.images.uses import listed_with, note_settings
from models import Feed
from tests.machines import ENGINE, processes
from tests.program import Program
from tests.running import running
from tests.site import Site
from tests.support import item, rss
from tests.world import World

HOUR = timedelta(hours=1)


@pytest.fixture
def machines(tmp_path: Path, postgres_url: str) -> Iterator[World]:
    """Yield a world on PostgreSQL, whose feeds are never requested."""
    world = World(tmp_path, postgres_url)
    yield world
    world.database.dispose()


def add_feeds(world: World, *sites: str, each: int) -> None:
    for site in sites:
        for number in range(each):
            world.add(f"https://{site}/{number}.xml")


def claim(world: World, *, sites: int = 1000, per_site: int = 50) -> list[leases.Claim]:
    now = world.clock()
    return world.database.transact(leases.claim, now, now + HOUR, sites=sites, per_site=per_site)


def feed_ids(claims: Sequence[leases.Claim]) -> list[int]:
    return sorted(feed for one in claims for feed in one.feed_ids)


def leased(world: World) -> int:
    query = sa.select(sa.func.count()).where(Feed.leased_until.is_not(None))
    return int(world.query(lambda connection: connection.scalar(query)))


def test_several_schedulers_at_once_lease_each_due_feed_once(machines: World) -> None:
    add_feeds(machines, *(f"site{n}.example" for n in range(60)), each=3)
    now = machines.clock()

    def lease(_: int) -> list[int]:
        database = Database(machines.config.database.url)
        try:
            return feed_ids(
                [
                    one
                    for _ in range(4)
                    for one in database.transact(
                        leases.claim, now, now + HOUR, sites=10, per_site=50
                    )
                ]
            )
        finally:
            database.dispose()

    with ThreadPoolExecutor(4) as schedulers:
        claimed = Counter(feed for ids in schedulers.map(lease, range(4)) for feed in ids)
    claimed.update(feed_ids(claim(machines)))
    assert set(claimed.values()) == {1}


def test_several_processes_may_store_the_settings_of_pictures_at_once(machines: World) -> None:
    with ThreadPoolExecutor(1) as other, machines.database.engine.begin() as connection:
        note_settings(connection, "link 2560")
        stored = other.submit(machines.database.transact, note_settings, "keep 2560")
        is_waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while not connection.scalar(is_waiting):
            time.sleep(0.01)
    stored.result()
    assert machines.query(listed_with) == "keep 2560"


def test_a_claim_has_one_site_and_at_most_so_many_feeds(machines: World) -> None:
    add_feeds(machines, "a.example", "b.example", each=5)
    claims = claim(machines, per_site=3)
    assert sorted((one.site, len(one.feed_ids)) for one in claims) == [
        ("a.example", 3),
        ("b.example", 3),
    ]
    assert leased(machines) == 6


def test_a_site_with_leased_feeds_is_left_out_until_the_lease_is_over(machines: World) -> None:
    add_feeds(machines, "a.example", each=5)
    first = claim(machines, per_site=3)
    assert claim(machines) == []
    machines.clock.move(hours=2)
    assert set(feed_ids(first)) < set(feed_ids(claim(machines)))


def test_a_poll_by_command_ends_the_lease_so_the_job_does_not_repeat_it(
    machines: World, site: Site
) -> None:
    site.set("/feed.xml", rss(item(1)))
    feed = machines.add(site.url("/feed.xml"))
    until = machines.clock() + HOUR
    claim(machines)
    assert machines.query(lambda c: len(leases.leased(c, [feed.id], until))) == 1
    machines.poll()
    assert machines.query(lambda c: leases.leased(c, [feed.id], until)) == []


@pytest.mark.parametrize("way", ["put off", "failed"])
def test_every_end_of_a_poll_ends_the_lease(machines: World, site: Site, way: str) -> None:
    feed = machines.add(site.url("/missing.xml"))
    claim(machines)
    if way == "failed":
        machines.poll()
    else:
        machines.database.transact(polls.put_off, feed.id, machines.clock() + HOUR, "a reason")
    assert leased(machines) == 0


def test_a_job_that_is_late_neither_polls_nor_ends_a_newer_lease(machines: World) -> None:
    feed = machines.add("https://a.example/")
    old = machines.clock() + HOUR
    claim(machines)
    machines.clock.move(hours=2)
    claim(machines)
    assert machines.query(lambda c: leases.leased(c, [feed.id], old)) == []
    machines.database.transact(leases.give_back, [feed.id], old)
    assert leased(machines) == 1


@pytest.mark.parametrize(
    ("settings", "arguments", "message"),
    [
        (ENGINE, [], "needs PostgreSQL"),
        ("", ["--role=work"], '--role needs several processes: [engine] kind = "procrastinate"'),
    ],
)
def test_what_needs_several_processes_is_refused_without_them(
    tmp_path: Path, settings: str, arguments: list[str], message: str
) -> None:
    program = Program(tmp_path)
    program.write_config(settings + '[web]\nlisten = ""\n')
    result = program.run("run", *arguments)
    assert result.code == 2
    assert message in result.err


def test_an_unknown_role_is_refused_with_the_known_ones(tmp_path: Path, postgres_url: str) -> None:
    program = Program(tmp_path, postgres_url)
    program.write_config(ENGINE)
    result = program.run("run", "--role=cook")
    assert result.code == 2
    assert "there are: schedule, work, files, web" in result.err


def test_two_workers_poll_store_and_write_as_one_process_does(
    tmp_path: Path, postgres_url: str
) -> None:
    sites = [Site(f"127.50.0.{n}") for n in range(1, 5)]
    feeds = [site.url(f"/{n}.xml") for site in sites for n in range(2)]
    for site in sites:
        site.set_default(lambda request: rss(item(f"{request.headers['host']}{request.path}")))
        site.__enter__()
    roles = ("schedule", "work", "work", "files")
    try:
        with processes(tmp_path, postgres_url, feeds, roles) as started:
            schedule, *workers, files = started

            def is_done() -> bool:
                return len(list((tmp_path / "posts").rglob("*.md"))) == len(feeds) and all(
                    "no_news" in worker.log_text() for worker in workers
                )

            files.wait_until(is_done)
            status = json.loads(schedule.program.good("status", "--json"))
            assert "running; 4 processes take jobs" in schedule.program.good("status")
            assert schedule.program.run("db", "check").code == 0
            assert [one.stop() for one in started] == [0, 0, 0, 0]
    finally:
        for site in sites:
            site.close()
    assert status["queue"]["workers"] == 4
    assert len(schedule.titles()) == len(set(schedule.titles())) == len(feeds)
    assert all(site.peak == 1 for site in sites)
    names = {line.split()[2] for worker in workers for line in worker.log_text().splitlines()}
    assert len(names) == 2  # each line of the log names its worker
    assert all("procrastinate" not in one.log_text() for one in started)
    database = Database(postgres_url)
    jobs = sa.text("SELECT count(*) FROM procrastinate_jobs WHERE status <> 'todo'")
    assert database.query(lambda connection: connection.scalar(jobs)) == 0
    database.dispose()


def test_one_process_may_have_all_roles_and_reads_its_configuration_again(
    tmp_path: Path, postgres_url: str, site: Site
) -> None:
    site.set("/a.xml", rss(item(1)))
    site.set("/b.xml", rss(item(2)))
    with running(
        tmp_path, site.url("/a.xml"), database_url=postgres_url, settings=ENGINE, web=True
    ) as one:
        one.wait_until(lambda: len(one.titles()) == 1)
        one.configure(site.url("/a.xml"), site.url("/b.xml"))
        one.signal(signal.SIGHUP)
        one.wait_until(lambda: len(one.titles()) == 2)
        one.wait_until(lambda: "guidang_workers 1.0" in one.get("/metrics")[1])
        alone = Program(tmp_path, postgres_url, {"GUIDANG_ENGINE__KIND": "local"})
        refused = alone.run("run")
        assert one.stop() == 0
    assert refused.code == 3
    assert "another daemon works with" in refused.err
