"""The polls of each hour are summed up once, and shown as time series."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from ingest.store import charts, poll_hours
from ingest.views.charts import Bar, Hour, bars_of, start_of, steps_of
from models import PollRow
from tests.world import World

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def add(world: World, outcome: str, at: datetime, new: int = 0, number: int | None = None) -> None:
    row = {
        "feed_id": 1,
        "started_at": at,
        "seconds": 0.5,
        "outcome": outcome,
        "url": "https://news.example.cn/feed",
        "size": 0,
        "new": new,
        "edited": 0,
        "unchanged": 0,
        "replacement_count": 0,
    } | ({"id": number} if number else {})
    world.database.transact(lambda connection: connection.execute(sa.insert(PollRow), row))


def sum_up(world: World, now: datetime) -> list[Hour]:
    while world.database.transact(poll_hours.sum_up, now):
        pass
    return world.database.view(charts.hours, NOW - timedelta(days=9))


def hour(start: int, **counts: float) -> Hour:
    facts = dict.fromkeys(("news", "no_news", "not_modified", "failed", "new", "edited"), 0)
    at = NOW.replace(hour=start, minute=0)
    return Hour(hour=at, **{**facts, "seconds": 0.0, **counts})  # type: ignore[arg-type]


def test_each_poll_is_counted_once_in_its_hour(world: World) -> None:
    world.add("https://news.example.cn/feed")
    add(world, "news", NOW - timedelta(hours=2), new=3)
    add(world, "failed", NOW - timedelta(hours=2, minutes=5))
    first = [hour(10, news=1, failed=1, new=3, seconds=1.0)]
    assert sum_up(world, NOW) == first
    assert sum_up(world, NOW) == first
    add(world, "not_modified", NOW - timedelta(hours=2, minutes=9), number=100_000)
    add(world, "no_news", NOW - timedelta(minutes=1), number=100_001)
    late = hour(10, news=1, failed=1, not_modified=1, new=3, seconds=1.5)
    assert sum_up(world, NOW) == [late]  # the poll of the last minute is not counted yet
    later = NOW + timedelta(minutes=10)
    assert sum_up(world, later) == [late, hour(12, no_news=1, seconds=0.5)]


def test_planned_polls_are_counted_by_hour(world: World) -> None:
    for number in range(3):
        world.add(f"https://news{number}.example.cn/feed")
    now = world.clock()
    counts = world.database.view(charts.planned, now, now + timedelta(days=1))
    assert counts == {now.replace(minute=0): 3}


@pytest.mark.parametrize(
    ("span", "steps", "first"),
    [("day", 24, "02-28 21:00"), ("month", 30, "01-31 00:00"), ("year", 53, "02-24 00:00")],
)
def test_a_series_ends_now(span: str, steps: int, first: str) -> None:
    found = steps_of([hour(12, news=2, failed=1, new=5, seconds=3.0)], span, NOW, SHANGHAI)  # type: ignore[arg-type]
    assert (len(found), f"{found[0].at:%m-%d %H:%M}") == (steps, first)
    assert found[0].at == start_of(span, NOW, SHANGHAI)  # type: ignore[arg-type]
    last = found[-1]
    assert (last.polls, last.new, last.seconds) == ((2, 0, 0, 1), 5, 1.0)
    assert all(sum(step.polls) == 0 for step in found[:-1])


def test_days_are_those_of_the_zone() -> None:
    evening = Hour(**dict.fromkeys(Hour.__dataclass_fields__, 0) | {"hour": NOW, "news": 1})  # type: ignore[arg-type]
    at = NOW.replace(hour=17)
    steps = steps_of([evening, hour(16, news=1)], "month", at, SHANGHAI)
    assert [step.polls[0] for step in steps[-2:]] == [1, 1]


def test_bars_are_stacked() -> None:
    assert bars_of([(1, 3), (0, 0), (2, 0)]) == [
        Bar(place=0, part=0, top=75.0, height=25.0),
        Bar(place=0, part=1, top=0.0, height=75.0),
        Bar(place=2, part=0, top=50.0, height=50.0),
    ]
