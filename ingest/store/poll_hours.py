"""Sum up the polls of each hour, outside of the transactions of polls.

Each poll is counted once, in the order of ids. The id of the last counted poll is a setting of the
database. Polls of the last minutes are not counted yet, because PostgreSQL may commit a lower id
after a higher one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ingest.store.statements import insert_into, lock_out_others, table_of
from ingest.values import Outcome
from models import PollHour, PollRow, Setting

_UP_TO = "poll_hours"
_NOT_YET = timedelta(minutes=5)
_AT_ONCE = 20_000  # polls in one transaction, a tenth of a second
_OUTCOMES = (Outcome.NEWS, Outcome.NO_NEWS, Outcome.NOT_MODIFIED, Outcome.FAILED)
_HOUR = table_of(PollHour)


def sum_up(connection: sa.Connection, now: datetime) -> bool:
    """Add some polls that are not counted yet to their hours; return whether there were any."""
    lock_out_others(connection, _UP_TO)
    setting = sa.select(Setting.value).where(Setting.name == _UP_TO)
    before = int(connection.scalar(setting) or 0)
    last = _last(connection, before, now)
    if last is None:
        return False
    for row in connection.execute(_sums(connection, before, last)).mappings():
        _add(connection, dict(row))
    name = insert_into(connection, Setting).values(name=_UP_TO, value=str(last))
    connection.execute(
        name.on_conflict_do_update(index_elements=["name"], set_={"value": str(last)})
    )
    return True


def _last(connection: sa.Connection, before: int, now: datetime) -> int | None:
    """Return the id of the last poll to count now; None if there is none."""
    some = sa.select(PollRow.id, PollRow.started_at)
    some = some.where(PollRow.id > before, PollRow.id <= before + _AT_ONCE)
    each = some.subquery()
    early = sa.select(sa.func.min(each.c.id)).where(each.c.started_at > now - _NOT_YET)
    first_early = connection.scalar(early)
    query = sa.select(sa.func.max(each.c.id))
    if first_early is not None:
        query = query.where(each.c.id < first_early)
    last: int | None = connection.scalar(query)
    if last is None and first_early is None:
        return _before_a_hole(connection, before)
    return last


def _before_a_hole(connection: sa.Connection, before: int) -> int | None:
    """Return the id before the next poll, if more ids than are counted at once are missing."""
    following = connection.scalar(sa.select(sa.func.min(PollRow.id)).where(PollRow.id > before))
    return None if following is None else following - 1


def _sums(connection: sa.Connection, before: int, last: int) -> Any:
    start: Any = PollRow.started_at
    if connection.dialect.name == "postgresql":
        start = sa.func.to_char(start, "YYYY-MM-DD HH24:MI")
    hour = sa.func.substr(start, 1, len("2026-11-28 01"), type_=sa.Text).label("hour")
    counts = (
        sa.func.count(sa.case((PollRow.outcome == one.value, 1))).label(one.value)
        for one in _OUTCOMES
    )
    return (
        sa.select(
            hour,
            *counts,
            sa.func.sum(PollRow.new).label("new"),
            sa.func.sum(PollRow.edited).label("edited"),
            sa.func.sum(PollRow.seconds).label("seconds"),
        )
        .where(PollRow.id > before, PollRow.id <= last)
        .group_by(hour)
        .order_by(hour)
    )


def _add(connection: sa.Connection, row: dict[str, Any]) -> None:
    row["hour"] = datetime.fromisoformat(f"{row['hour']}:00+00:00")
    insert = insert_into(connection, _HOUR).values(row)
    sums = {name: _HOUR.c[name] + insert.excluded[name] for name in row if name != "hour"}
    connection.execute(insert.on_conflict_do_update(index_elements=["hour"], set_=sums))
