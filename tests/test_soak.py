"""A daemon that polls for a long time: its memory stays flat, and nothing blocks its loop."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

import psutil
import pytest

from tests.fleet import Fleet, Way, healthy, with_etag
from tests.running import Running
from tests.site import Site
from tests.support import item, rss
from tests.test_fleet import make_all_due

WAYS = (
    Way(name="validated", respond=with_etag),
    Way(name="plain", respond=healthy()),
    Way(name="same", respond=healthy(extra="<ttl>1</ttl>")),
)
SETTINGS = "[log]\nlevel = 'warning'\n"


@pytest.mark.parametrize(
    ("feeds", "warm", "polls"),
    [
        (100, 300, 700),
        pytest.param(1_000, 10_000, 60_000, marks=[pytest.mark.long, pytest.mark.timeout(1500)]),
    ],
)
def test_memory_stays_flat(tmp_path: Path, feeds: int, warm: int, polls: int) -> None:
    with Fleet(feeds // 3, {way.name: way for way in WAYS}) as fleet:
        daemon = Running(tmp_path, settings=SETTINGS, in_new_process=True, web=True)
        listed = "".join(
            f'[[feeds]]\nurl = "{fleet.url(number, WAYS[number % 3])}"\ninterval = "1s"\n'
            for number in range(feeds)
        )
        text = (tmp_path / "config.toml").read_text("utf-8")
        daemon.program.write_config(text + listed)
        daemon.start_ready()
        make_all_due(daemon)
        before = memory_after(daemon, fleet, warm)
        after = memory_after(daemon, fleet, polls)
        late, ticks = late_ticks(daemon)
        assert daemon.stop() == 0
    result = (
        f"{len(fleet.requests)} polls: {before / 1e6:.1f} MB, then {after / 1e6:.1f} MB; "
        f"{late} of {ticks} ticks late"
    )
    print(result)
    assert after < before * 1.10, result
    assert late < 0.05 * ticks, result
    assert "Traceback" not in daemon.log_text()
    assert len(daemon.entries()) == len({entry["link"] for entry in daemon.entries()})


def memory_after(daemon: Running, fleet: Fleet, polls: int) -> float:
    """Return the median memory, in bytes, of the daemon and its workers after so many polls."""
    while len(fleet.requests) < polls:
        assert daemon.process is not None
        assert daemon.process.poll() is None, daemon.log_text()
        time.sleep(0.2)
    samples = []
    for _ in range(5):
        samples.append(memory_of(daemon))
        time.sleep(0.4)
    return median(samples)


def memory_of(daemon: Running) -> int:
    assert daemon.process is not None
    process = psutil.Process(daemon.process.pid)
    family = [process, *process.children(recursive=True)]
    return sum(one.memory_full_info().pss for one in family if one.is_running())


def seconds_without_a_core(daemon: Running) -> float:
    """Return how long the threads of the daemon were ready to run while others had the cores."""
    assert daemon.process is not None
    threads = Path(f"/proc/{daemon.process.pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[1]) for thread in threads) / 1e9


def late_ticks(daemon: Running) -> tuple[int, int]:
    """Return the number of late ticks of the loop, and the number of all ticks.

    A tick is late after more than 0.1 s. For each 0.1 s that a thread of the daemon waited for a
    core, one late tick is not counted: the machine was busy.
    """
    lines = dict(line.rpartition(" ")[::2] for line in daemon.get("/metrics")[1].splitlines())
    ticks = int(float(lines["guidang_loop_lag_seconds_count"]))
    late = ticks - int(float(lines['guidang_loop_lag_seconds_bucket{le="0.1"}']))
    return max(0, late - int(seconds_without_a_core(daemon) / 0.1)), ticks


# The number and size of entries; each document is near the largest that is accepted.
LARGE = {"/many": (5_000, 3_500), "/long": (2, 9_000_000), "/small": (9_900, 1_200)}


@pytest.mark.parametrize(
    "large",
    [
        {"/many": (1_000, 3_500)},
        pytest.param(LARGE, marks=[pytest.mark.long, pytest.mark.timeout(600)]),
    ],
)
def test_no_document_holds_up_the_loop(
    tmp_path: Path, site: Site, large: dict[str, tuple[int, int]]
) -> None:
    """Other programs on the machine may delay the loop, so one try of three must be clean."""
    sizes = large | {f"/{number}": (3, 100) for number in range(9)}
    tries = []
    for attempt in range(3):
        (tmp_path / str(attempt)).mkdir()
        feeds = [site.url(path) for path in sizes]
        daemon = Running(tmp_path / str(attempt), feeds=feeds, in_new_process=True, web=True)
        publish(site, sizes)
        late, ticks = late_while_reading(daemon, site, large)
        tries.append(f"{late} of {ticks}")
        if not late:
            return
    pytest.fail(f"ticks over 0.1 s late, in each of three tries: {'; '.join(tries)}")


def late_while_reading(
    daemon: Running, site: Site, large: dict[str, tuple[int, int]]
) -> tuple[int, int]:
    """Let the daemon read new and unchanged documents, then some with one more entry."""
    daemon.start_ready()
    try:
        for more in (0, 1):
            publish(site, large, more)
            asked = {path: len(site.requests_to(path)) for path in large}
            daemon.wait_until(
                lambda asked=asked: all(  # type: ignore[misc]
                    len(site.requests_to(path)) > times + 1 for path, times in asked.items()
                ),
                seconds=120,
            )
        return late_ticks(daemon)
    finally:
        assert daemon.stop() == 0


def publish(site: Site, sizes: dict[str, tuple[int, int]], more: int = 0) -> None:
    for path, (count, size) in sizes.items():
        text = "这是一段很长的正文。" * (size // 30)
        body = f"&lt;p&gt;{text}&lt;/p&gt;"
        items = [item(f"{path}{n}", description=body) for n in range(count + more)]
        site.set(path, rss(*items, title=path))
