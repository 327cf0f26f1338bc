"""The backfills that the service carries out, one after the other, each of one feed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.store import backfill_counts, backfills
from ingest.store.backfills import Run
from models import Backfill, BackfillWalk

_REASONS = 20  # of missing documents


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """The last backfill that read documents of a feed, and what it has stored for this feed so far.

    `rows` has a row for each source, as `backfill_counts.counts` returns it. `missing` has the
    address and the reason of some documents of the run.
    """

    run: Run
    is_queued: bool
    rows: list[dict[str, Any]]
    missing: list[dict[str, Any]]
    reaches_back_to: datetime | None


def queue(
    connection: sa.Connection, feed_id: int, sources: Iterable[str], *, now: datetime
) -> None:
    """Queue a backfill of one feed from these sources.

    An unfinished run with the same options continues: it fetches its lists again, and the documents
    that were missing.
    """
    asked = {"feeds": [feed_id], "source": "auto"}
    waiting = (run for run in backfills.runs(connection) if not run.ended_at)
    number = next((run.id for run in waiting if _options_of(run.asked) == asked), None)
    if number is None:
        walks = [(feed_id, source) for source in sources]
        number = backfills.start(connection, asked, walks, now=now)
    else:
        backfills.list_again(connection, number)
        backfills.ask_again(connection, number)
    _mark(connection, number, now)


def _options_of(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a run that have a value."""
    return {name: value for name, value in asked.items() if value}


def first(connection: sa.Connection) -> Run | None:
    """Return the backfill that the service carries out now, or None."""
    query = sa.select(Backfill.id, Backfill.asked, Backfill.started_at, Backfill.ended_at)
    query = query.where(Backfill.queued_at.is_not(None)).order_by(Backfill.queued_at, Backfill.id)
    row = connection.execute(query.limit(1)).mappings().first()
    return None if row is None else Run(**row)


def leave(connection: sa.Connection, run_id: int) -> None:
    """Take a backfill off the queue, because it was carried out or is not wanted any more."""
    _mark(connection, run_id, None)


def leave_of_feed(connection: sa.Connection, feed_id: int) -> None:
    """Take the last backfill of a feed off the queue."""
    run = _last(connection, feed_id)
    if run is not None:
        leave(connection, run.id)


def _mark(connection: sa.Connection, run_id: int, at: datetime | None) -> None:
    connection.execute(sa.update(Backfill).where(Backfill.id == run_id).values(queued_at=at))


def last_of(connection: sa.Connection, feed_id: int) -> LastRun | None:
    """Return the last backfill of a feed, or None."""
    row = _last(connection, feed_id)
    if row is None:
        return None
    rows = backfill_counts.counts(connection, row.id)
    return LastRun(
        run=Run(id=row.id, asked=row.asked, started_at=row.started_at, ended_at=row.ended_at),
        is_queued=row.queued_at is not None,
        rows=[one for one in rows if one["feed_id"] == feed_id],
        missing=backfill_counts.reasons(connection, row.id, backfills.MISSING, limit=_REASONS),
        reaches_back_to=backfill_counts.reach(connection, [feed_id]).get(feed_id),
    )


def _last(connection: sa.Connection, feed_id: int) -> sa.Row[Any] | None:
    query = sa.select(Backfill).join(BackfillWalk, BackfillWalk.backfill_id == Backfill.id)
    query = query.where(BackfillWalk.feed_id == feed_id).order_by(Backfill.id.desc())
    return connection.execute(query.limit(1)).first()
