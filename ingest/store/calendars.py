"""Count the entries and the polls of a feed by day, and the days of an archive with entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ingest.store.conditions import entry_date
from ingest.values import Outcome
from models import Entry, PollRow


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDays:
    """The number of entries of a feed by day, and the days of polls that succeeded or failed."""

    entries: dict[date, int]
    successes: set[date]
    failures: set[date]


def feed_days(
    connection: sa.Connection, feed_id: int, since: datetime, until: datetime, zone: ZoneInfo
) -> FeedDays:
    """Count the entries and polls of a feed from `since` until `until`, by day of a zone."""
    bucket = _bucket(connection, entry_date)
    query = sa.select(bucket, sa.func.count()).where(
        Entry.feed_id == feed_id, entry_date >= since, entry_date < until
    )
    entries: Counter[date] = Counter()
    for text, count in connection.execute(query.group_by(bucket)):
        entries[_day(text, zone)] += count
    bucket = _bucket(connection, PollRow.started_at)
    failed = (PollRow.outcome == Outcome.FAILED.value).label("failed")
    polls = sa.select(bucket, failed).where(
        PollRow.feed_id == feed_id, PollRow.started_at >= since, PollRow.started_at < until
    )
    days: dict[bool, set[date]] = {False: set(), True: set()}
    for text, has_failed in connection.execute(polls.distinct()):
        days[bool(has_failed)].add(_day(text, zone))
    return FeedDays(entries=dict(entries), successes=days[False], failures=days[True])


def _bucket(connection: sa.Connection, at: Any) -> sa.ColumnElement[str]:
    """Return an instant as text without the last digit of its minute.

    The days of all zones begin at a multiple of ten minutes (UTC), except in Nepal and on Chatham
    Island, where they are five minutes off.
    """
    if connection.dialect.name == "postgresql":
        at = sa.func.to_char(at, "YYYY-MM-DD HH24:MI")
    return sa.func.substr(at, 1, len("2026-11-28 01:2"), type_=sa.Text)


def _day(bucket: str, zone: ZoneInfo) -> date:
    return datetime.fromisoformat(f"{bucket}0").replace(tzinfo=UTC).astimezone(zone).date()


def spans_with_entries(connection: sa.Connection, bounds: Sequence[datetime]) -> list[bool]:
    """Return whether there is an entry in each span between two bounds."""
    spans = ({"start": start, "end": end} for start, end in pairwise(bounds))
    return [connection.scalar(_WITHIN, span) is not None for span in spans]


# Built only once, because building takes longer than running it.
_WITHIN = (
    sa.select(Entry.id)
    .where(entry_date >= sa.bindparam("start"), entry_date < sa.bindparam("end"))
    .limit(1)
)


def first_and_last(connection: sa.Connection) -> tuple[datetime, datetime] | None:
    """Return the dates of the oldest and the newest entry; None if there is no entry."""
    orders: tuple[Callable[[sa.ColumnElement[datetime]], sa.ColumnElement[datetime]], ...]
    orders = sa.asc, sa.desc
    ends = [
        connection.scalar(
            sa.select(entry_date).select_from(Entry).order_by(order(entry_date)).limit(1)
        )
        for order in orders
    ]
    return (ends[0], ends[1]) if ends[0] and ends[1] else None
