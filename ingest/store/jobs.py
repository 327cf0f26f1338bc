"""Ask about the queue of jobs that several processes share; procrastinate writes its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from ingest.config import EngineConfig
from ingest.store.statements import insert_into
from models import Setting

_SCHEMA = "queue_schema"
_JOBS = sa.table(
    "procrastinate_jobs",
    sa.column("queue_name", sa.Text),
    sa.column("queueing_lock", sa.Text),
    sa.column("status", sa.Text),
)
_WORKERS = sa.table(
    "procrastinate_workers", sa.column("last_heartbeat", sa.DateTime(timezone=True))
)
# The column is an enumeration of procrastinate's.
_STATUS = sa.cast(_JOBS.c.status, sa.Text)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """How many jobs wait and run, by queue, and how many processes take jobs."""

    waiting: Mapping[str, int]
    running: Mapping[str, int]
    workers: int

    def as_json(self) -> dict[str, object]:
        """Return the state as a JSON object."""
        return {
            "waiting": dict(self.waiting),
            "running": dict(self.running),
            "workers": self.workers,
        }


def waiting(connection: sa.Connection, queue: str) -> int:
    """Return how many jobs of a queue wait for a worker."""
    query = sa.select(sa.func.count()).select_from(_JOBS)
    return connection.scalar(query.where(_JOBS.c.queue_name == queue, _STATUS == "todo")) or 0


def queueing_locks(connection: sa.Connection) -> set[str]:
    """Return the queueing locks of the jobs that wait."""
    query = sa.select(_JOBS.c.queueing_lock).where(_STATUS == "todo")
    return set(connection.scalars(query.where(_JOBS.c.queueing_lock.is_not(None))))


def queue_state(connection: sa.Connection, engine: EngineConfig) -> QueueState | None:
    """Return the state of the queue; None if the service is one process, or has not run yet.

    Workers that are taken for dead are not counted.
    """
    if engine.kind == "local" or schema_of_queue(connection) is None:
        return None
    query = sa.select(_JOBS.c.queue_name, _STATUS.label("status"), sa.func.count())
    counts: dict[str, dict[str, int]] = {"todo": {}, "doing": {}}
    for queue, status, count in connection.execute(query.group_by("queue_name", "status")):
        if status in counts:
            counts[status][queue] = count
    alive = _WORKERS.c.last_heartbeat > sa.func.now() - engine.stalled_after
    workers = connection.scalar(sa.select(sa.func.count()).select_from(_WORKERS).where(alive))
    return QueueState(waiting=counts["todo"], running=counts["doing"], workers=workers or 0)


def schema_of_queue(connection: sa.Connection) -> str | None:
    """Return the last of procrastinate's SQL files that was applied; None if there is none."""
    return connection.scalar(sa.select(Setting.value).where(Setting.name == _SCHEMA))


def note_schema_of_queue(connection: sa.Connection, file: str) -> None:
    """Store the last of procrastinate's SQL files that was applied."""
    insert = insert_into(connection, Setting).values(name=_SCHEMA, value=file)
    connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"value": file}))
