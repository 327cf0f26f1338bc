"""Processes of a service are killed at random: nothing is lost, doubled, or asked too often."""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from ingest.database import Database
from ingest.store import due
from models import Feed
from tests.fleet import WAYS, Fleet, Way
from tests.machines import processes
from tests.postgres import Server
from tests.running import Running

ROLES = ("schedule", "schedule", "work", "work", "work", "files")
DELAY = 0.5
KILLING_FOR = 30.0  # seconds, twice
SETTINGS = """\
[fetch]
idle_timeout = "3s"
total_timeout = "5s"
[schedule]
interval = "2s"
min_interval = "2s"
"""
ENV = {"GUIDANG_FETCH__HOST_DELAY": f"{DELAY}s"}
CHOSEN = ("plain", "validated", "moved", "broken", "reset", "missing", "all-busy")
SEED = 25


@pytest.mark.long
@pytest.mark.timeout(600)
def test_kills_of_any_role_lose_double_and_hurry_nothing(
    tmp_path: Path, postgres: Server, postgres_url: str
) -> None:
    ways = {way.name: way for way in WAYS if way.name in CHOSEN}
    with Fleet(30, ways) as fleet:
        names = [CHOSEN[n % len(CHOSEN)] if n % 2 else "plain" for n in range(100)]
        urls = {fleet.url(number, ways[name]): ways[name] for number, name in enumerate(names)}
        with processes(
            tmp_path, postgres_url, list(urls), ROLES, settings=SETTINGS, env=ENV
        ) as running:
            began = time.monotonic()
            make_all_due(postgres_url)
            kills = kill_at_random(running, KILLING_FOR)
            postgres.refuse_connections(postgres_url)
            time.sleep(3)
            postgres.allow_connections(postgres_url)
            kills += kill_at_random(running, KILLING_FOR)
            settle(running, postgres_url)
            seconds = time.monotonic() - began
    assert kills > 10, kills
    assert all("a bug in Guidang" not in one.log_text() for one in running)
    check_hosts(fleet, seconds)
    check_pauses(fleet, urls)
    check_entries(running[0], urls)
    assert running[-1].program.run("archive", "--check").code == 0


def make_all_due(database_url: str) -> None:
    """Make all feeds due now, instead of spread over time."""
    database = Database(database_url)
    now = sa.update(Feed).values(next_poll_at=sa.func.now())
    database.transact(lambda connection: connection.execute(now))
    database.dispose()


def kill_at_random(running: Sequence[Running], seconds: float) -> int:
    """Kill and start random processes; return how many were killed."""
    chance, kills, end = random.Random(SEED), 0, time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(chance.uniform(0.2, 2))
        victim = chance.choice(running)
        victim.kill()
        victim.start()
        kills += 1
    for one in running:
        one.wait_until(one.is_ready)
    return kills


def settle(running: Sequence[Running], database_url: str) -> None:
    """Stop the schedulers, wait until the others have done what is left, and stop them."""
    database = Database(database_url)
    for one in running:
        if "schedule" in one.roles:
            # A job of a process that was killed is put back by the scheduler.
            one.wait_until(lambda: stalled(database) == 0)
    for one in running[1:2]:
        assert one.stop() == 0
    pause_feeds(database)
    ends = time.monotonic() + 60
    while (found := left(database)) != (0, 0, 0):
        assert time.monotonic() < ends, (found, unfinished(database), running[0].log_text())
        time.sleep(0.5)
    for one in (running[0], *running[2:]):
        assert one.stop() == 0
    database.dispose()


def pause_feeds(database: Database) -> None:
    """Let no more feeds become due; their times stay as they are."""
    paused = sa.update(Feed).values(paused_at=sa.func.now())
    database.transact(lambda connection: connection.execute(paused))


def stalled(database: Database) -> int:
    """Return how many jobs have no worker."""
    query = sa.text(
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' AND worker_id IS NULL"
    )
    return int(database.query(lambda connection: connection.scalar(query)))


def unfinished(database: Database) -> object:
    """Return the jobs that are not done, and the leases, to explain a failure."""
    jobs = sa.text("SELECT * FROM procrastinate_jobs")
    leases = sa.select(Feed.url, Feed.leased_until, Feed.last_polled_at)
    leases = leases.where(Feed.leased_until.is_not(None))
    return (
        database.query(lambda connection: connection.execute(jobs).all()),
        database.query(lambda connection: connection.execute(leases).all()),
    )


def left(database: Database) -> tuple[int, int, int]:
    """Return how many feeds are leased, how many jobs are there, and entries that are due."""
    leased = sa.select(sa.func.count()).where(Feed.leased_until > sa.func.now())
    jobs = sa.text("SELECT count(*) FROM procrastinate_jobs WHERE queue_name <> 'house'")
    return (
        database.query(lambda connection: connection.scalar(leased)),
        database.query(lambda connection: connection.scalar(jobs)),
        sum(lag.due for lag in database.query(due.lags)),
    )


def check_hosts(fleet: Fleet, seconds: float) -> None:
    """Check, by the server's log, that each host was asked once at a time, with the delay."""
    assert max(fleet.peak.values()) == 1
    of_host = defaultdict(list)
    for request in fleet.requests:
        of_host[request.host].append(request.at)
    assert all(len(times) <= seconds / DELAY + 1 for times in of_host.values())
    gaps = sorted(after - before for times in of_host.values() for before, after in pairwise(times))
    # The delay holds for the start of requests. On a busy machine, some arrive closer.
    assert gaps[len(gaps) // 50] > DELAY / 2


def check_pauses(fleet: Fleet, urls: dict[str, Way]) -> None:
    """Check that hosts that asked for a pause were left alone by all processes.

    A process that is killed, or cut off, before it stores a pause forgets it; so a few requests may
    come early.
    """
    gaps: list[float] = []
    for host in {urlsplit(url).hostname for url, way in urls.items() if way.for_host}:
        times = [request.at for request in fleet.requests if request.host == host]
        assert times
        gaps += [after - before for before, after in pairwise(times)]
    assert sorted(gaps)[len(gaps) // 5] > 9 - 1.5, sorted(gaps)


def check_entries(one: Running, urls: dict[str, Way]) -> None:
    """Check that each entry is stored once, and that each healthy feed has all of its entries."""
    entries = one.entries()
    links = Counter((entry["feed_url"], entry["link"]) for entry in entries)
    assert set(links.values()) == {1}
    stored = {entry["feed_url"] for entry in entries}
    assert {url for url, way in urls.items() if way.kind is None and not way.apart} == stored
