from __future__ import annotations

from datetime import timedelta

import pytest

from ingest import schedule
from ingest.config import FeedSettings, ScheduleConfig
from ingest.errors import BadStatus, SourceError, Unreachable
from tests.support import NOON

CONFIG = ScheduleConfig()
HOUR = timedelta(hours=1)
DOWN = Unreachable("https://a.example.cn/", "connection refused")


def asked(wait: timedelta) -> SourceError:
    return BadStatus("https://a.example.cn/", 429, retry_after=wait)


@pytest.mark.parametrize(
    ("config", "own", "wait"),
    [
        (CONFIG, None, HOUR),
        (CONFIG, 6 * HOUR, 6 * HOUR),
        (CONFIG, timedelta(minutes=1), timedelta(minutes=1)),
        (ScheduleConfig(interval=timedelta(minutes=1)), None, timedelta(minutes=15)),
        (ScheduleConfig(interval=timedelta(days=9)), None, timedelta(days=1)),
    ],
)
def test_after_an_answer_the_interval_passes(
    config: ScheduleConfig, own: timedelta | None, wait: timedelta
) -> None:
    found = schedule.after_success(config, FeedSettings(interval=own), now=NOON)
    assert found.at - NOON == wait


@pytest.mark.parametrize(
    ("error", "failures", "wait"),
    [
        (DOWN, 1, HOUR),
        (DOWN, 2, 2 * HOUR),
        (DOWN, 4, 8 * HOUR),
        (DOWN, 6, 24 * HOUR),
        (DOWN, 10_000, 24 * HOUR),
        (asked(3 * HOUR), 1, 3 * HOUR),
        (asked(timedelta(seconds=5)), 1, HOUR),
        (asked(72 * HOUR), 9, 72 * HOUR),
    ],
)
def test_after_a_failure_the_wait_doubles_to_a_cap(
    error: SourceError, failures: int, wait: timedelta
) -> None:
    settings = FeedSettings()
    found = schedule.after_failure(CONFIG, settings, error, failures=failures, now=NOON)
    assert found.at - NOON == wait


def test_the_reason_is_said() -> None:
    failed = schedule.after_failure(CONFIG, FeedSettings(), DOWN, failures=3, now=NOON)
    assert failed.reason == "it failed 3 times in a row; waiting 4h"
    waited = schedule.after_failure(CONFIG, FeedSettings(), asked(3 * HOUR), failures=1, now=NOON)
    assert waited.reason == "its server asks to wait 3h"
    fine = schedule.after_success(CONFIG, FeedSettings(interval=HOUR), now=NOON)
    assert fine.reason == "the interval set for it is 1h"
