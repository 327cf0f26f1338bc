from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from ingest import schedule
from ingest.config import FeedSettings, ScheduleConfig
from ingest.config.kinds import parse_duration
from ingest.errors import BadStatus, Gone, SourceError, Unreachable
from ingest.manners.pauses import pause_after
from ingest.schedule import Observed, Ways, habits, hints, moves, waits
from ingest.schedule.habits import Habits
from ingest.schedule.moves import NOWHERE, Move
from ingest.values import ParsedFeed
from tests.support import NOON

CONFIG = ScheduleConfig()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ADDRESS = "https://a.example.cn/"
DOWN = Unreachable(ADDRESS, "connection refused")


def answers() -> Iterator[list[str]]:
    file = Path(__file__).parent / "data" / "schedule" / "answers.tsv"
    for line in file.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def named(text: str) -> dict[str, str]:
    pairs = (word.partition("=") for word in text.split() if word != "-")
    return {name: value for name, _, value in pairs}


def asked(words: dict[str, str]) -> hints.Hints:
    feed = ParsedFeed(
        format="rss20",
        ttl=words.get("ttl"),
        update_period=words.get("period"),
        update_frequency=words.get("frequency"),
        skip_hours=tuple(words.get("skip_hours", "").split(",")),
        skip_days=tuple(words.get("skip_days", "").split(",")),
    )
    return hints.with_headers(hints.of_document(feed), list(headers(words)), NOON)


def headers(words: dict[str, str]) -> Iterator[tuple[str, str]]:
    if "max-age" in words:
        age, _, since = words["max-age"].partition(",age=")
        yield "cache-control", f"public, max-age={age}"
        yield "cache-control", "must-revalidate"
        yield "age", since
    if "no-cache" in words:
        yield "cache-control", "no-cache"
    if "expires" in words:
        yield "date", format_datetime(NOON, usegmt=True)
        yield "expires", expires(words["expires"])


def expires(text: str) -> str:
    if text[0] not in "+-":
        return text
    wait = parse_duration(text[1:])
    return format_datetime(NOON + (wait if text[0] == "+" else -wait), usegmt=True)


@pytest.mark.parametrize(("own", "known", "asked_for", "wait", "reason"), list(answers()))
def test_the_wait_after_an_answer_and_its_reason(
    own: str, known: str, asked_for: str, wait: str, reason: str
) -> None:
    facts = named(known)
    found = waits.after_success(
        CONFIG,
        FeedSettings.model_validate(named(own)),
        Habits(
            per_day=float(facts["per_day"]) if "per_day" in facts else None,
            interval=parse_duration(facts["interval"]) if "interval" in facts else None,
        ),
        asked(named(asked_for)),
        now=NOON,
        is_gap="gap" in facts,
    )
    assert found.at - NOON == parse_duration(wait)
    assert found.reason.startswith(reason)


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
def test_a_feed_with_unknown_habits_has_the_configured_interval(
    config: ScheduleConfig, own: timedelta | None, wait: timedelta
) -> None:
    seen = Observed(at=NOON, since=None)
    found = schedule.after_answer(config, FeedSettings(interval=own), Ways(), seen)
    assert found.next_poll.at - NOON == wait


def plan_after(error: SourceError, failures: int, config: ScheduleConfig = CONFIG) -> Any:
    return waits.after_failure(
        config, FeedSettings(), hints.Hints(), error, failures=failures, now=NOON
    )


def retry_after(wait: timedelta, status: int = 429) -> SourceError:
    return BadStatus(ADDRESS, status, retry_after=wait)


@pytest.mark.parametrize(
    ("error", "failures", "wait"),
    [
        (DOWN, 1, HOUR),
        (DOWN, 2, 2 * HOUR),
        (DOWN, 4, 8 * HOUR),
        (DOWN, 6, 24 * HOUR),
        (DOWN, 10_000, 24 * HOUR),
        (retry_after(3 * HOUR), 1, 3 * HOUR),
        (retry_after(3 * HOUR, 503), 1, 3 * HOUR),
        (retry_after(timedelta(seconds=5)), 1, HOUR),
        (retry_after(72 * HOUR), 9, 72 * HOUR),
        (Gone(ADDRESS, 404), 1, HOUR),
        (Gone(ADDRESS, 404), 2, 2 * HOUR),
        (Gone(ADDRESS, 404), 3, 7 * DAY),
        (Gone(ADDRESS, 410), 1, 7 * DAY),
        (Gone(ADDRESS, 410), 500, 7 * DAY),
    ],
)
def test_after_a_failure_the_wait_doubles_to_a_cap(
    error: SourceError, failures: int, wait: timedelta
) -> None:
    assert plan_after(error, failures).at - NOON == wait


@pytest.mark.parametrize(
    ("error", "wished", "wait"),
    [
        (DOWN, {"skip_hours": frozenset({13, 14})}, 3 * HOUR),
        (retry_after(3 * HOUR), {"skip_hours": frozenset({15})}, 4 * HOUR),
        # NOON is on a Sunday
        (Gone(ADDRESS, 410), {"skip_days": frozenset({6})}, 7 * DAY + 12 * HOUR),
    ],
)
def test_skip_hours_and_days_are_respected_after_failures_too(
    error: SourceError, wished: dict[str, frozenset[int]], wait: timedelta
) -> None:
    ways = Ways(hints=hints.Hints(**wished))
    plan = schedule.after_failure(CONFIG, FeedSettings(), ways, error, failures=1, now=NOON)
    assert plan.next_poll.at - NOON == wait
    assert plan.next_poll.reason == "it asks to be skipped until then"


def test_a_late_poll_that_falls_into_skip_hours_is_postponed() -> None:
    ways = Ways(hints=hints.Hints(skip_hours=frozenset({12, 13})))
    found = schedule.skipped_until(FeedSettings(), ways, NOON)
    assert found is not None
    assert found.at == NOON + 2 * HOUR
    assert schedule.skipped_until(FeedSettings(), ways, NOON + 2 * HOUR) is None
    assert schedule.skipped_until(FeedSettings(interval=HOUR), ways, NOON) is None


@pytest.mark.parametrize("wished", ["expires=+1h", "max-age=3600", "ttl=60", "period=hourly"])
def test_documents_that_expire_together_are_requested_at_different_times(wished: str) -> None:
    waited = {
        waits.after_success(
            CONFIG,
            FeedSettings(),
            Habits(per_day=48.0),
            asked(named(wished)),
            now=NOON,
            phase=schedule.phase(feed_id, NOON),
        ).at
        - NOON
        for feed_id in range(1000)
    }
    assert min(waited) >= HOUR
    assert len(waited) > 300


def test_the_reason_for_a_wait_is_given() -> None:
    assert plan_after(DOWN, 3).reason == "it failed 3 times in a row; waiting 4h"
    assert plan_after(retry_after(3 * HOUR), 1).reason == "its server asks to wait 3h"
    gone = plan_after(Gone(ADDRESS, 410), 1)
    assert gone.reason == "its server says that it is gone; polling every 7d"


def test_the_random_part_only_lengthens_waits_and_spreads_feeds() -> None:
    waited = set()
    for feed_id in range(1000):
        phase = schedule.phase(feed_id, NOON)
        found = waits.after_success(
            CONFIG, FeedSettings(), Habits(), hints.Hints(), now=NOON, phase=phase
        )
        waited.add(found.at - NOON)
    assert min(waited) >= HOUR
    assert max(waited) <= timedelta(minutes=66, seconds=1)
    assert len(waited) > 300


def test_feeds_added_together_are_first_polled_one_after_another() -> None:
    few = schedule.first_polls(3, NOON)
    assert [(at - NOON).total_seconds() for at in few] == [0, 1, 2]
    many = schedule.first_polls(10_000, NOON)
    assert many[-1] - NOON < HOUR
    assert len(set(many)) == 10_000


def test_hints_survive_conversion_to_json() -> None:
    full = asked(named("ttl=60 period=daily max-age=5 skip_hours=1,2 skip_days=Monday"))
    assert hints.from_json(full.as_json()) == full
    assert hints.Hints().as_json() == {}


# Habits


def test_habits_are_estimated_from_the_dates_of_the_first_document() -> None:
    dates = [NOON - timedelta(hours=3 * n) for n in range(1, 17)]
    assert habits.begin(dates, NOON).per_day == pytest.approx(8)
    assert habits.begin([], NOON).per_day is None
    assert habits.begin([None, NOON + DAY], NOON).per_day is None
    assert habits.begin([NOON], NOON).per_day == pytest.approx(4)


@pytest.mark.parametrize(("per_day", "hours"), [(1, 24), (24, 1), (480, 1)])
def test_habits_converge_to_the_real_rate(per_day: float, hours: float) -> None:
    known = Habits(per_day=3.0)
    for _ in range(int(30 * 24 / hours)):
        new = round(per_day * hours / 24)
        known = habits.after_poll(known, new=new, since=timedelta(hours=hours))
    assert known.per_day == pytest.approx(per_day, rel=0.05)


def test_a_feed_that_falls_silent_is_polled_less_and_less_often() -> None:
    ways, at, intervals = Ways(habits=Habits(per_day=48.0)), NOON, []
    while at < NOON + 60 * DAY:
        since = (ways.habits.interval or HOUR) * 1.05
        at += since
        plan = schedule.after_answer(CONFIG, FeedSettings(), ways, Observed(at=at, since=since))
        intervals.append(plan.next_poll.interval)
        ways = plan.ways
    assert intervals == sorted(intervals)
    assert intervals[-1] == DAY


def test_a_gap_is_counted_and_shortens_the_wait() -> None:
    ways = Ways(habits=Habits(per_day=1.0, interval=12 * HOUR))
    seen = Observed(at=NOON, since=12 * HOUR, feed=ParsedFeed(format="rss20"), new=20)
    plan = schedule.after_answer(CONFIG, FeedSettings(), ways, replace(seen, is_familiar=False))
    assert plan.ways.habits.gaps == 1
    assert plan.next_poll.interval <= 6 * HOUR
    familiar = schedule.after_answer(CONFIG, FeedSettings(), ways, seen)
    assert familiar.ways.habits.gaps == 0
    first = schedule.after_answer(CONFIG, FeedSettings(), Ways(), replace(seen, since=None))
    assert first.ways.habits.gaps == 0


# Moves

NEW = "https://b.example.cn/feed"


def follow(move: Move, days: float, to: str | None = NEW, *, same: bool = True) -> Move:
    return moves.after_answer(move, to, is_same_feed=same, now=NOON + days * DAY)


def test_a_permanent_redirect_to_the_same_feed_is_adopted_after_days() -> None:
    move = follow(NOWHERE, 0)
    assert move.address is None
    move = follow(follow(move, 1), 4)
    assert move.address is None
    move = follow(move, 5)
    assert move.address == NEW


@pytest.mark.parametrize(
    ("to", "same"), [(None, True), (NEW, False), ("https://c.example.cn/", True)]
)
def test_a_redirect_that_changes_is_not_adopted(to: str | None, same: bool) -> None:
    move = follow(follow(NOWHERE, 0), 4)
    move = follow(move, 5, to, same=same)
    assert follow(move, 6).address is None


def test_two_polls_are_not_enough_to_adopt_a_redirect() -> None:
    assert follow(follow(NOWHERE, 0), 30).address is None


def test_a_move_is_undone_when_the_new_address_fails() -> None:
    taken = Move(to=NEW, since=NOON, polls=3, taken_at=NOON)
    assert moves.after_failure(taken, 2) == taken
    assert moves.after_failure(taken, 3) == NOWHERE


# Hosts


@pytest.mark.parametrize(
    ("error", "refusals", "wait"),
    [
        (Unreachable(ADDRESS, "connection refused", connection_refused=True), 0, 60),
        (Unreachable(ADDRESS, "connection refused", connection_refused=True), 3, 480),
        (Unreachable(ADDRESS, "connection refused", connection_refused=True), 99, 3600),
        (retry_after(timedelta(seconds=120)), 0, 120),
        (retry_after(timedelta(seconds=120), 503), 0, None),
        (BadStatus(ADDRESS, 429), 0, None),
        (Unreachable(ADDRESS, "the server fell silent"), 0, None),
        (Gone(ADDRESS, 404), 0, None),
    ],
)
def test_a_server_is_paused_for_refused_connections_and_429_with_retry_after(
    error: SourceError, refusals: int, wait: float | None
) -> None:
    found = pause_after(error, server="a.example.cn", refusals=refusals, now=NOON)
    assert (found and (found.until - NOON).total_seconds()) == wait


def test_a_server_is_not_paused_for_an_answer_of_another_server() -> None:
    elsewhere = "https://b.example.cn/"
    for error in (
        BadStatus(elsewhere, 429, retry_after=HOUR),
        Unreachable(elsewhere, "connection refused", connection_refused=True),
    ):
        assert pause_after(error, server="a.example.cn", refusals=0, now=NOON) is None
        assert pause_after(error, server="b.example.cn", refusals=0, now=NOON)


def test_a_route_has_no_server_to_pause() -> None:
    assert pause_after(retry_after(HOUR), server="", refusals=0, now=NOON) is None
