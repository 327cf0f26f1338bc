"""Repair times that a wrong clock stored in the future."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from ingest.feed import FeedState
from ingest.schedule import first_polls
from ingest.store.feed_state import listed, state_of
from ingest.store.polls import put_off
from models import Feed, HostPause, RsshubInstance

# A larger difference means a wrong clock. Normal corrections of a clock are smaller.
_CLOCKS_AGREE = timedelta(minutes=1)
_REASON = "it was planned by a clock that was wrong"


def mend(
    connection: sa.Connection, now: datetime, most: timedelta, *, at_once: bool = False
) -> int:
    """Reschedule feeds whose polls a wrong clock planned too late; return how many there were.

    `most` is the longest allowed time until a poll. With `at_once`, the feeds are due now;
    otherwise, their polls are spread over time. Pauses of servers and of RSSHub instances that are
    too long are ended.
    """
    wrong = _planned_wrongly(connection, now, most)
    times = [now] * len(wrong) if at_once else first_polls(len(wrong), now)
    for feed, at in zip(wrong, times, strict=True):
        put_off(connection, feed.id, at, _REASON)
    passed = now + _CLOCKS_AGREE
    for column in (Feed.document_at, Feed.distrusted_at):
        in_future = sa.update(Feed).where(column > passed)
        connection.execute(in_future.values({column.key: now}))
    connection.execute(sa.delete(HostPause).where(HostPause.until > now + most))
    is_wrong = sa.or_(
        RsshubInstance.failing_since > passed, RsshubInstance.paused_until > now + most
    )
    columns = {"failing_since": now, "paused_until": None}
    connection.execute(sa.update(RsshubInstance).where(is_wrong).values(columns))
    return len(wrong)


def _planned_wrongly(connection: sa.Connection, now: datetime, most: timedelta) -> list[FeedState]:
    """Return the feeds that were polled in the future or are planned too far ahead."""
    passed = now + _CLOCKS_AGREE
    query = listed().where(sa.or_(Feed.last_polled_at > passed, Feed.next_poll_at > now + most))
    feeds = [state_of(row) for row in connection.execute(query).mappings()]
    return [
        feed
        for feed in feeds
        if (feed.last_polled_at or now) > passed
        or feed.next_poll_at > now + most + 2 * (feed.settings.interval or timedelta(0))
    ]
