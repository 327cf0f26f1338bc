"""A fleet of hosts: limits and wishes are respected, and no fault stops other feeds."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import defaultdict
from itertools import cycle, islice, pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.fleet import WAYS, Fleet, Way
from tests.running import Running

PER_HOST, DELAY = 2, 0.2
JITTER = 1.5  # seconds by which a busy machine may record a request too late
SETTINGS = """\
[fetch]
idle_timeout = "3s"
total_timeout = "5s"
connect_timeout = "3s"
max_size = "200KiB"
concurrency = 32
[schedule]
interval = "2s"
min_interval = "2s"
max_interval = "1h"
"""
ENV = {"GUIDANG_FETCH__HOST_DELAY": f"{DELAY}s", "GUIDANG_FETCH__PER_HOST": str(PER_HOST)}


@pytest.mark.parametrize(
    ("hosts", "feeds", "seconds"),
    [
        (30, 100, 15),
        pytest.param(300, 1000, 120, marks=[pytest.mark.long, pytest.mark.timeout(600)]),
    ],
)
def test_a_fleet_is_polled_politely(tmp_path: Path, hosts: int, feeds: int, seconds: float) -> None:
    with Fleet(hosts) as fleet:
        ways = list(islice(cycle(WAYS), feeds))
        urls = {fleet.url(number, way): way for number, way in enumerate(ways)}
        odd = [f"https://{fleet.names[-1]}:{fleet.port}/plain/tls", "http://nobody.invalid/feed"]
        daemon = Running(tmp_path, settings=SETTINGS, env=ENV)
        daemon.program.write_config(
            (tmp_path / "config.toml").read_text("utf-8")
            + "".join(map(config_of, urls, urls.values()))
            + "".join(f'[[feeds]]\nurl = "{url}"\n' for url in odd)
        )
        began = time.monotonic()
        daemon.start_ready()
        make_all_due(daemon)
        time.sleep(seconds)
        assert daemon.is_ready()
        assert daemon.stop() == 0
        ended = time.monotonic()
    assert "Traceback" not in daemon.log_text()
    check_limits(fleet, ended - began)
    check_wishes(fleet, urls, ended)
    check_pauses(fleet, urls)
    check_errors(daemon, urls, odd)
    check_healthy_feeds(daemon, fleet, urls, seconds)


def config_of(url: str, way: Way) -> str:
    """Return the configuration of a feed; healthy feeds without wishes are polled every 2 s."""
    interval = "" if way.kind or way.apart else 'interval = "2s"\n'
    return f'[[feeds]]\nurl = "{url}"\n{interval}'


def make_all_due(daemon: Running) -> None:
    """Make all feeds due now, instead of spread over time."""
    with sqlite3.connect(daemon.folder / "guidang.db") as database:
        database.execute("UPDATE feed SET next_poll_at = '2020-01-01 00:00:00.000000'")
    database.close()


def check_limits(fleet: Fleet, seconds: float) -> None:
    assert max(fleet.peak.values()) <= PER_HOST
    of_host = defaultdict(list)
    for request in fleet.requests:
        of_host[request.host].append(request.at)
    for times in of_host.values():
        assert len(times) <= seconds / DELAY + PER_HOST
    gaps = sorted(after - before for times in of_host.values() for before, after in pairwise(times))
    # The delay holds for the start of requests. On a busy machine, some arrive closer.
    assert gaps[len(gaps) // 10] > DELAY / 2


def check_wishes(fleet: Fleet, urls: dict[str, Way], ended: float) -> None:
    polls = defaultdict(list)
    for request in fleet.requests:
        polls[f"http://{request.host}:{fleet.port}{request.path}"].append(request.at)
    for url, way in urls.items():
        # A feed of a paused host may never be polled.
        assert polls[url] or way.for_host, f"{url} was never polled"
        if way.apart:
            gaps = [after - before for before, after in pairwise(polls[url])]
            assert all(gap >= way.apart - JITTER for gap in gaps), (url, gaps)


def check_pauses(fleet: Fleet, urls: dict[str, Way]) -> None:
    """Check that a host with a Retry-After gets no request for any feed before its end."""
    apart = {urlsplit(url).hostname: 0.0 for url, way in urls.items() if way.for_host}
    for url, way in urls.items():
        if way.for_host:
            host = urlsplit(url).hostname
            apart[host] = min(apart[host] or way.apart, way.apart)
    for host, wait in apart.items():
        times = [request.at for request in fleet.requests if request.host == host]
        assert times, host
        # Requests in flight when the host answered arrive as well.
        for before, after in zip(times, times[PER_HOST:], strict=False):
            assert after - before > wait - JITTER, (host, times)


def check_errors(daemon: Running, urls: dict[str, Way], odd: list[str]) -> None:
    listed = {one["url"]: one for one in json.loads(daemon.program.good("feeds", "list", "--json"))}
    kinds = error_kinds(daemon)
    for url, way in urls.items():
        if way.for_host and not kinds[url]:
            continue
        assert kinds[url] == {way.kind}, (url, kinds[url])
        assert (listed[url]["failures"] == 0) == (way.kind is None), listed[url]
    assert all(listed[url]["failures"] for url in odd)


def error_kinds(daemon: Running) -> dict[str, set[str | None]]:
    """Return the error kinds of each feed's polls; None for a success."""
    kinds = defaultdict(set)
    with sqlite3.connect(daemon.folder / "guidang.db") as database:
        query = "SELECT feed.url, poll.error_kind FROM poll JOIN feed ON feed.id = poll.feed_id"
        for url, kind in database.execute(query):
            kinds[url].add(kind)
    database.close()
    return kinds


def check_healthy_feeds(
    daemon: Running, fleet: Fleet, urls: dict[str, Way], seconds: float
) -> None:
    links = [entry["link"] for entry in daemon.entries()]
    assert len(links) == len(set(links))
    polls = defaultdict(int)
    for request in fleet.requests:
        polls[request.path] += 1
    kept = defaultdict(int)
    for entry in daemon.entries():
        kept[entry["feed_url"]] += 1
    for url, way in urls.items():
        if way.name == "plain":
            path = url.partition(f":{fleet.port}")[2]
            assert polls[path] >= seconds / 12, (url, polls[path])
            assert kept[url] == min(1 + polls[path] // 2, 10), (url, polls[path])
