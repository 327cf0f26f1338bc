"""The calendar of a feed: entries by day, and gaps where entries may be missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

WEEKS = 53
Gap: TypeAlias = Literal["silent", "failed", "unpolled"]
_DAY = timedelta(days=1)
# If a feed has this many entries in such days on average, silence is no chance (Poisson: 0.7 %).
_EXPECTED = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day: its entries, how many these are for the feed (0 to 4), and why some may be missing.

    `silent`: the feed usually has entries on such days. `failed`: no poll succeeded. `unpolled`:
    there was no poll.
    """

    day: date
    entries: int
    level: int
    gap: Gap | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The sums of a month, for people who read the calendar as a table."""

    month: date
    entries: int
    days_with_entries: int
    gaps: tuple[tuple[Gap, date, date], ...]


def days_of(
    entries: Mapping[date, int],
    *,
    successes: Collection[date],
    failures: Collection[date],
    added: date,
    every: timedelta,
    first: date,
    today: date,
) -> list[Day]:
    """Return the days from `first` to `today`; before `added`, the feed was not polled.

    `every` is the usual time between two polls. A day with entries is never a gap, nor is the day
    of today, which has not ended.
    """
    days = [first + n * _DAY for n in range((today - first).days + 1)]
    past = days[:-1]
    gaps: dict[date, Gap] = dict.fromkeys(_silent_days(past, entries), "silent")
    polled = [day for day in past if day >= added and not entries.get(day)]
    gaps |= _days_without_success(polled, successes, failures, every)
    most = max(entries.values(), default=0)
    return [
        Day(
            day=day,
            entries=entries.get(day, 0),
            level=_level(entries.get(day, 0), most),
            gap=gaps.get(day),
        )
        for day in days
    ]


def _days_without_success(
    days: Sequence[date], successes: Collection[date], failures: Collection[date], every: timedelta
) -> Iterator[tuple[date, Gap]]:
    """Yield the days on which no poll succeeded, except between two polls of a slow feed."""
    near = [n * _DAY for n in range(-every.days, every.days + 1)]
    for day in days:
        if day in failures and day not in successes:
            yield day, "failed"
        elif not any(day + distance in successes for distance in near) and day not in failures:
            yield day, "unpolled"


def _silent_days(days: Sequence[date], entries: Mapping[date, int]) -> set[date]:
    """Return the days without entries in runs in which the feed usually has several."""
    known = [day for day in days if day >= min(entries, default=date.max)]
    of_weekday: dict[int, list[int]] = defaultdict(list)
    for day in known:
        of_weekday[day.weekday()].append(entries.get(day, 0))
    usual = {weekday: sum(counts) / len(counts) for weekday, counts in of_weekday.items()}
    silent: set[date] = set()
    for run in _runs(known, entries):
        if sum(usual[day.weekday()] for day in run) >= _EXPECTED:
            silent.update(run)
    return silent


def _runs(days: Sequence[date], entries: Mapping[date, int]) -> Iterator[list[date]]:
    """Yield the runs of days without entries."""
    run: list[date] = []
    for day in days:
        if entries.get(day, 0):
            yield run
            run = []
        else:
            run.append(day)
    yield run


def _level(entries: int, most: int) -> int:
    return 0 if not entries else min(4, 1 + 4 * (entries - 1) // max(most, 4))


def months_of(days: Sequence[Day]) -> list[Month]:
    """Return the months of a calendar, the newest first."""
    by_month: dict[date, list[Day]] = defaultdict(list)
    for day in days:
        by_month[day.day.replace(day=1)].append(day)
    return [
        Month(
            month=month,
            entries=sum(day.entries for day in some),
            days_with_entries=sum(day.entries > 0 for day in some),
            gaps=tuple(_gaps(some)),
        )
        for month, some in sorted(by_month.items(), reverse=True)
    ]


def _gaps(days: Sequence[Day]) -> Iterator[tuple[Gap, date, date]]:
    """Yield the gaps as their kind, first and last day."""
    last: tuple[Gap, date, date] | None = None
    for day in days:
        if last and day.gap == last[0]:
            last = last[0], last[1], day.day
            continue
        if last:
            yield last
        last = (day.gap, day.day, day.day) if day.gap else None
    if last:
        yield last
