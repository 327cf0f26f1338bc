"""The calendar of a feed marks days on which entries may be missing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ingest.views.heat import Day, days_of, months_of

DAY = timedelta(days=1)
FIRST = date(2026, 3, 2)  # a Monday
EVERY_DAY = [FIRST + n * DAY for n in range(56)]
TODAY = EVERY_DAY[-1]


def days(
    entries: dict[date, int], *, failures: set[date] | None = None, **more: object
) -> list[Day]:
    facts = {"successes": set(EVERY_DAY), "added": FIRST, "every": timedelta(hours=1)} | more
    return days_of(entries, failures=failures or set(), first=FIRST, today=TODAY, **facts)  # type: ignore[arg-type]


def gaps(some: list[Day]) -> dict[date, str]:
    return {day.day: day.gap for day in some if day.gap}


@pytest.mark.parametrize(
    ("a_day", "silent", "marked"),
    [
        (6, 1, True),  # a busy feed
        (3, 1, False),  # three a day may be none on one day,
        (3, 2, True),  # but not on two days
        (0.5, 5, False),  # a quiet feed
    ],
)
def test_days_with_fewer_entries_than_usual_are_marked(
    a_day: float, silent: int, marked: bool
) -> None:
    step = max(1, round(1 / a_day))
    entries = {day: max(1, round(a_day)) for day in EVERY_DAY[::step]}
    quiet = EVERY_DAY[20 : 20 + silent]
    for day in quiet:
        entries.pop(day, None)
    assert set(gaps(days(entries))) == (set(quiet) if marked else set())


def test_a_feed_that_rests_on_sundays_has_no_gaps_then() -> None:
    entries = {day: 9 for day in EVERY_DAY if day.weekday() != 6}
    assert gaps(days(entries)) == {}


def test_days_without_a_successful_poll_are_marked() -> None:
    down, off = EVERY_DAY[10], EVERY_DAY[11]
    successes = set(EVERY_DAY) - {down, off}
    marked = gaps(days({}, successes=successes, failures={down}))
    assert marked == {down: "failed", off: "unpolled"}
    with_entries = days({down: 1, off: 1}, successes=successes, failures={down})
    assert gaps(with_entries) == {}


def test_a_feed_that_is_polled_weekly_has_no_gaps_between_polls() -> None:
    successes = {day for day in EVERY_DAY if day.weekday() == 0}
    assert gaps(days({}, successes=successes, every=timedelta(days=7))) == {}


def test_before_a_feed_was_added_it_was_not_polled() -> None:
    added = EVERY_DAY[30]
    successes = set(EVERY_DAY[30:])
    assert gaps(days({}, successes=successes, added=added)) == {}


def test_months_sum_up_days_and_gaps() -> None:
    entries = {day: 8 for day in EVERY_DAY if day not in EVERY_DAY[3:6]}
    april, march = months_of(days(entries))
    assert (april.month, april.entries, april.gaps) == (date(2026, 4, 1), 26 * 8, ())
    assert march.days_with_entries == 27
    assert march.gaps == (("silent", date(2026, 3, 5), date(2026, 3, 7)),)


def test_levels_are_relative_to_the_busiest_day() -> None:
    entries = dict(zip(EVERY_DAY, (0, 1, 10, 20, 40), strict=False))
    assert [day.level for day in days(entries)[:5]] == [0, 1, 1, 2, 4]
