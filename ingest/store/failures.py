"""Store a failed poll and plan the next poll. Each function may run again after a rollback."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from ingest import schedule
from ingest.config import ScheduleConfig
from ingest.errors import SourceError
from ingest.feed import FeedState
from ingest.manners import Pause
from ingest.manners.health import Health
from ingest.store import polls, rsshub
from ingest.values import Poll

# Times are stored in whole seconds. One second is added to each wait, so that rounding does not
# make it too short.
_CLOCK_STEP = timedelta(seconds=1)


def commit_failure(
    connection: sa.Connection,
    feed: FeedState,
    error: SourceError,
    poll: Poll,
    *,
    rules: ScheduleConfig,
    now: datetime,
    pause: Pause | None = None,
    health: Sequence[Health] = (),
) -> Poll:
    """Store a failed poll, the time of the next poll, and the pause of its server, if any.

    `health` is the changed health of RSSHub instances.
    """
    plan = _plan_after_failure(feed, error, rules, now)
    polls.record_poll(connection, poll, plan, address=feed.url)
    if pause is not None:
        polls.pause_host(connection, pause)
    rsshub.save_health(connection, health=health)
    return poll


def back_off(
    connection: sa.Connection,
    feed: FeedState,
    error: SourceError,
    *,
    rules: ScheduleConfig,
    now: datetime,
) -> None:
    """Plan the next poll after a failure that could not be stored."""
    after = _plan_after_failure(feed, error, rules, now).next_poll
    polls.put_off(connection, feed.id, after.at, after.reason)


def _plan_after_failure(
    feed: FeedState, error: SourceError, rules: ScheduleConfig, now: datetime
) -> schedule.Plan:
    at = now + _CLOCK_STEP
    return schedule.after_failure(
        rules,
        feed.settings,
        feed.ways,
        error,
        failures=feed.failures + 1,
        now=at,
        phase=schedule.phase(feed.id, at),
    )
