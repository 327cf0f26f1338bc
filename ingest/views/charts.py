"""Time series for display: sums of polls in steps of an hour, a day or a week, as bars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Literal, TypeAlias

Span: TypeAlias = Literal["day", "month", "year"]
_STEPS: dict[Span, int] = {"day": 24, "month": 30, "year": 53}
OUTCOMES = ("news", "no_news", "not_modified", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """The sums of the polls that began in an hour; `seconds` is their duration together."""

    hour: datetime
    news: int
    no_news: int
    not_modified: int
    failed: int
    new: int
    edited: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The sums of an hour, a day or a week; `at` is its start in the zone of the archive.

    `seconds` is the average duration of a poll.
    """

    at: datetime
    polls: tuple[int, ...]
    new: int
    edited: int
    seconds: float


def start_of(span: Span, now: datetime, zone: tzinfo) -> datetime:
    """Return where the time series of a span begins."""
    return _starts(span, now, zone)[0]


def steps_of(hours: Iterable[Hour], span: Span, now: datetime, zone: tzinfo) -> list[Step]:
    """Return the time series of a span: 24 hours, 30 days or 53 weeks, up to now."""
    starts = _starts(span, now, zone)
    groups: list[list[Hour]] = [[] for _ in starts]
    place = -1
    for hour in sorted(hours, key=lambda one: one.hour):
        while place + 1 < len(starts) and starts[place + 1] <= hour.hour:
            place += 1
        if place >= 0:
            groups[place].append(hour)
    return [_step(start, group) for start, group in zip(starts, groups, strict=True)]


def _starts(span: Span, now: datetime, zone: tzinfo) -> list[datetime]:
    count = _STEPS[span]
    if span == "day":
        this = now.replace(minute=0, second=0, microsecond=0)
        return [(this - timedelta(hours=n)).astimezone(zone) for n in reversed(range(count))]
    today = now.astimezone(zone).date()
    last = today if span == "month" else today - timedelta(days=today.weekday())
    length = timedelta(days=1 if span == "month" else 7)
    return [datetime.combine(last - n * length, time(), zone) for n in reversed(range(count))]


def _step(start: datetime, hours: Sequence[Hour]) -> Step:
    polls = tuple(sum(getattr(hour, name) for hour in hours) for name in OUTCOMES)
    return Step(
        at=start,
        polls=polls,
        new=sum(hour.new for hour in hours),
        edited=sum(hour.edited for hour in hours),
        seconds=sum(hour.seconds for hour in hours) / max(sum(polls), 1),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A part of a bar, in units of a picture whose height is 100: its top and its height."""

    place: int
    part: int
    top: float
    height: float


def bars_of(rows: Sequence[Sequence[float]]) -> list[Bar]:
    """Return the bars of a chart; each row has the parts of one bar, from the bottom up."""
    most = max(map(sum, rows), default=0) or 1
    bars = []
    for place, row in enumerate(rows):
        top = 100.0
        for part, value in enumerate(row):
            height = round(100 * value / most, 1)
            top = round(top - height, 1)
            if value:
                bars.append(Bar(place=place, part=part, top=max(top, 0), height=height))
    return bars
