"""The charts of the first page: their names, bars and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from ingest.messages import message
from ingest.views.charts import OUTCOMES, Bar, Span, Step, bars_of
from ingest.views.heat import Day

SPANS: dict[Span, str] = {
    "day": message("the last 24 hours"),
    "month": message("the last 30 days"),
    "year": message("the last year"),
}
NAMES = {
    "news": message("news"),
    "no_news": message("no news"),
    "not_modified": message("not modified"),
    "failed": message("failed"),
}
_DAYS = 30  # in the chart of a feed
_FORMS: dict[Span, str] = {"day": "%m-%d %H:00", "month": "%m-%d", "year": "%Y-%m-%d"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart: its name, the names of the parts of its bars, and the bars.

    `total` is the sum or the average that describes it, shown with `decimals` digits after the
    point. `most` is the value of the highest bar.
    """

    name: str
    parts: tuple[str, ...]
    bars: list[Bar]
    total: float
    most: float
    decimals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The charts of a span, the names of their steps, and the rows of a table with all values."""

    charts: tuple[Chart, ...]
    steps: list[str]
    rows: list[tuple[str, tuple[int, ...], int, int, float]]


def series_of(steps: Sequence[Step], span: Span) -> Series:
    """Return the charts for the steps of a span."""
    names = [f"{step.at:{_FORMS[span]}}" for step in steps]
    polls = sum(sum(step.polls) for step in steps)
    seconds = sum(step.seconds * sum(step.polls) for step in steps)
    return Series(
        charts=(
            _chart(
                message("Polls"),
                [step.polls for step in steps],
                polls,
                tuple(NAMES[one] for one in OUTCOMES),
            ),
            _chart(message("New entries"), [(step.new,) for step in steps]),
            _chart(
                message("Seconds a poll"),
                [(step.seconds,) for step in steps],
                seconds / max(polls, 1),
                decimals=2,
            ),
        ),
        steps=names,
        rows=[
            (name, step.polls, step.new, step.edited, step.seconds)
            for name, step in zip(names, steps, strict=True)
        ],
    )


def _chart(
    name: str,
    rows: Sequence[tuple[float, ...]],
    total: float | None = None,
    parts: tuple[str, ...] = (),
    decimals: int = 0,
) -> Chart:
    return Chart(
        name=name,
        parts=parts,
        bars=bars_of(rows),
        total=sum(map(sum, rows)) if total is None else total,
        most=max(map(sum, rows), default=0),
        decimals=decimals,
    )


def entries_a_day(days: Sequence[Day]) -> Series:
    """Return the chart of a feed's entries, by day."""
    last = days[-_DAYS:]
    rows = [(day.entries,) for day in last]
    names = [f"{day.day:%m-%d}" for day in last]
    average = sum(day.entries for day in last) / max(len(last), 1)
    return Series(
        charts=(_chart(message("Entries a day"), rows, average, decimals=1),),
        steps=names,
        rows=_counts(names, rows),
    )


def _counts(
    names: Sequence[str], rows: Sequence[tuple[int]]
) -> list[tuple[str, tuple[int, ...], int, int, float]]:
    return [(name, row, 0, 0, 0.0) for name, row in zip(names, rows, strict=True)]


def upcoming(counts: Mapping[datetime, int], now: datetime, zone: tzinfo) -> Series:
    """Return the chart of the polls that the schedule has planned for the next hours."""
    this = now.replace(minute=0, second=0, microsecond=0)
    hours = [this + timedelta(hours=n) for n in range(24)]
    rows = [(counts.get(hour, 0),) for hour in hours]
    names = [f"{hour.astimezone(zone):%m-%d %H:00}" for hour in hours]
    return Series(
        charts=(_chart(message("Planned polls"), rows),),
        steps=names,
        rows=_counts(names, rows),
    )
