"""A daemon that polls and polls: its memory stays flat, and nothing blocks its loop."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

import psutil
import pytest

from tests.fleet import Fleet, Way, healthy, validated
from tests.running import Running
from tests.test_fleet import all_at_once

WAYS = (
    Way(name="validated", respond=validated),
    Way(name="plain", respond=healthy()),
    Way(name="same", respond=healthy(extra="<ttl>1</ttl>")),
)
SETTINGS = "[log]\nlevel = 'warning'\n"


@pytest.mark.parametrize(
    ("feeds", "warm", "polls"),
    [
        (100, 500, 1_200),
        pytest.param(1_000, 10_000, 60_000, marks=[pytest.mark.long, pytest.mark.timeout(1500)]),
    ],
)
def test_memory_stays_flat(tmp_path: Path, feeds: int, warm: int, polls: int) -> None:
    with Fleet(feeds // 3, {way.name: way for way in WAYS}) as fleet:
        daemon = Running(tmp_path, settings=SETTINGS)
        listed = "".join(
            f'[[feeds]]\nurl = "{fleet.url(number, WAYS[number % 3])}"\ninterval = "1s"\n'
            for number in range(feeds)
        )
        text = (tmp_path / "config.toml").read_text("utf-8")
        daemon.program.write_config(text + listed)
        all_at_once(daemon)
        daemon.start_ready()
        before = memory_after(daemon, fleet, warm)
        after = memory_after(daemon, fleet, polls)
        late = share_of_late_ticks(daemon)
        assert daemon.stop() == 0
    told = f"{len(fleet.asked)} polls: {before / 1e6:.1f} MB, then {after / 1e6:.1f} MB; {late:.2%}"
    print(told)
    assert after < before * 1.10, told
    assert late < 0.05, told  # of a machine that does other things as well
    assert "Traceback" not in daemon.said()
    assert len(daemon.entries()) == len({entry["link"] for entry in daemon.entries()})


def memory_after(daemon: Running, fleet: Fleet, polls: int) -> float:
    """What the daemon and its readers hold when so many polls were made: a middle of several."""
    while len(fleet.asked) < polls:
        assert daemon.process is not None
        assert daemon.process.poll() is None, daemon.said()
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


def share_of_late_ticks(daemon: Running) -> float:
    """How often the loop came to what was due more than 0.1 s late."""
    lines = dict(line.rpartition(" ")[::2] for line in daemon.get("/metrics")[1].splitlines())
    in_time = float(lines['guidang_loop_lag_seconds_bucket{le="0.1"}'])
    return 1 - in_time / float(lines["guidang_loop_lag_seconds_count"])
