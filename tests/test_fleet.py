"""Manners, measured at the hosts: no limit is passed, no wish is broken, no fault stops others."""

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
def test_a_fleet_is_asked_with_manners(
    tmp_path: Path, hosts: int, feeds: int, seconds: float
) -> None:
    with Fleet(hosts) as fleet:
        ways = list(islice(cycle(WAYS), feeds))
        urls = {fleet.url(number, way): way for number, way in enumerate(ways)}
        odd = [f"https://{fleet.names[-1]}:{fleet.port}/plain/tls", "http://nobody.invalid/feed"]
        daemon = Running(tmp_path, settings=SETTINGS, env=ENV)
        daemon.program.write_config(
            (tmp_path / "config.toml").read_text("utf-8")
            + "".join(map(configured, urls, urls.values()))
            + "".join(f'[[feeds]]\nurl = "{url}"\n' for url in odd)
        )
        began = time.monotonic()
        daemon.start_ready()
        all_at_once(daemon)
        time.sleep(seconds)
        assert daemon.is_ready()
        assert daemon.stop() == 0
        ended = time.monotonic()
    assert "Traceback" not in daemon.log_text()
    hosts_are_spared(fleet, ended - began)
    wishes_are_kept(fleet, urls, ended)
    pauses_are_of_the_whole_host(fleet, urls)
    faults_are_named(daemon, urls, odd)
    healthy_feeds_are_whole(daemon, fleet, urls, seconds)


def configured(url: str, way: Way) -> str:
    """A feed of the file; those without faults and wishes are looked at again and again."""
    interval = "" if way.kind or way.apart else 'interval = "2s"\n'
    return f'[[feeds]]\nurl = "{url}"\n{interval}'


def all_at_once(daemon: Running) -> None:
    """Let all feeds be due now, and not spread as they would be."""
    with sqlite3.connect(daemon.folder / "guidang.db") as database:
        database.execute("UPDATE feed SET next_poll_at = '2020-01-01 00:00:00.000000'")
    database.close()


def hosts_are_spared(fleet: Fleet, seconds: float) -> None:
    assert max(fleet.peak.values()) <= PER_HOST
    of_host = defaultdict(list)
    for asked in fleet.requests:
        of_host[asked.host].append(asked.at)
    for times in of_host.values():
        assert len(times) <= seconds / DELAY + PER_HOST
    gaps = sorted(after - before for times in of_host.values() for before, after in pairwise(times))
    # They are kept where the requests begin; on the way to the server some jitter comes in.
    assert gaps[len(gaps) // 20] > DELAY / 2


def wishes_are_kept(fleet: Fleet, urls: dict[str, Way], ended: float) -> None:
    looks = defaultdict(list)
    for asked in fleet.requests:
        looks[f"http://{asked.host}:{fleet.port}{asked.path}"].append(asked.at)
    for url, way in urls.items():
        # One whose server speaks for all its feeds may have to wait from the beginning.
        assert looks[url] or way.for_host, f"{url} was never asked"
        if way.apart:
            gaps = [after - before for before, after in pairwise(looks[url])]
            assert all(gap >= way.apart - 0.2 for gap in gaps), (url, gaps)


def pauses_are_of_the_whole_host(fleet: Fleet, urls: dict[str, Way]) -> None:
    """Once a host has asked all of us to wait, none of its feeds is asked for before."""
    apart = {urlsplit(url).hostname: 0.0 for url, way in urls.items() if way.for_host}
    for url, way in urls.items():
        if way.for_host:
            host = urlsplit(url).hostname
            apart[host] = min(apart[host] or way.apart, way.apart)
    for host, wait in apart.items():
        times = [asked.at for asked in fleet.requests if asked.host == host]
        assert times, host
        # Those that were under way when it spoke are answered as well.
        for before, after in zip(times, times[PER_HOST:], strict=False):
            assert after - before >= wait - 0.2, (host, times)


def faults_are_named(daemon: Running, urls: dict[str, Way], odd: list[str]) -> None:
    listed = {one["url"]: one for one in json.loads(daemon.program.good("feeds", "list", "--json"))}
    kinds = kinds_of_polls(daemon)
    for url, way in urls.items():
        if way.for_host and not kinds[url]:
            continue
        assert kinds[url] == {way.kind}, (url, kinds[url])
        assert (listed[url]["failures"] == 0) == (way.kind is None), listed[url]
    assert all(listed[url]["failures"] for url in odd)


def kinds_of_polls(daemon: Running) -> dict[str, set[str | None]]:
    """What the looks at each feed failed of; None for those that did not."""
    kinds = defaultdict(set)
    with sqlite3.connect(daemon.folder / "guidang.db") as database:
        query = "SELECT feed.url, poll.error_kind FROM poll JOIN feed ON feed.id = poll.feed_id"
        for url, kind in database.execute(query):
            kinds[url].add(kind)
    database.close()
    return kinds


def healthy_feeds_are_whole(
    daemon: Running, fleet: Fleet, urls: dict[str, Way], seconds: float
) -> None:
    links = [entry["link"] for entry in daemon.entries()]
    assert len(links) == len(set(links))
    looks = defaultdict(int)
    for asked in fleet.requests:
        looks[asked.path] += 1
    kept = defaultdict(int)
    for entry in daemon.entries():
        kept[entry["feed_url"]] += 1
    for url, way in urls.items():
        if way.name == "plain":
            path = url.partition(f":{fleet.port}")[2]
            assert looks[path] >= seconds / 12, (url, looks[path])
            assert kept[url] == min(1 + looks[path] // 2, 10), (url, looks[path])
