"""Query the time series of the first web page: past polls, and polls that are planned."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from ingest.views.charts import Hour
from models import Feed, PollHour


def hours(connection: sa.Connection, since: datetime) -> list[Hour]:
    """Return the sums of the polls of each hour from `since` on, oldest first."""
    query = (
        sa.select(*PollHour.__table__.columns).where(PollHour.hour >= since).order_by(PollHour.hour)
    )
    return [Hour(**row) for row in connection.execute(query).mappings()]


def planned(connection: sa.Connection, now: datetime, until: datetime) -> Counter[datetime]:
    """Return how many polls are planned in each hour until `until`; overdue ones are due now."""
    at: Any = Feed.next_poll_at
    if connection.dialect.name == "postgresql":
        at = sa.func.to_char(at, "YYYY-MM-DD HH24:MI")
    hour = sa.func.substr(at, 1, len("2026-11-28 01"), type_=sa.Text)
    is_active = Feed.removed_at.is_(None), Feed.paused_at.is_(None)
    query = sa.select(hour, sa.func.count()).where(*is_active, Feed.next_poll_at < until)
    this = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    counts: Counter[datetime] = Counter()
    for text, count in connection.execute(query.group_by(hour)):
        counts[max(datetime.fromisoformat(f"{text}:00+00:00"), this)] += count
    return counts


def size_of(connection: sa.Connection) -> int:
    """Return the size of the database in bytes."""
    if connection.dialect.name == "postgresql":
        return connection.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0
    pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    return connection.scalar(sa.text(pages)) or 0
