"""Backfills: their options, their queues of documents, and the result of each document.

A backfill consists of walks. A walk reads the old documents of one feed from one source, and has a
queue of documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.store.statements import in_batches, insert_into
from ingest.values import Counts, DocumentKind, Planned
from models import Backfill, BackfillDocument, BackfillWalk, Feed

WAITING, DONE, PASSED_OVER, MISSING = "waiting", "done", "passed over", "missing"
IN_PART = "in part"  # stored, but a part is missing, such as a page
_TO_ASK_AGAIN = (MISSING, IN_PART)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One backfill; `asked` has the options with which the user started it."""

    id: int
    asked: dict[str, Any]
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkState:
    """The state of a walk, which reads the documents of one source for one feed.

    If the source is a folder of files, `feed_id` is None, because the files may belong to any feed.
    """

    id: int
    feed_id: int | None
    source: str
    is_planned: bool
    note: str | None


def start(
    connection: sa.Connection,
    asked: dict[str, Any],
    walks: Iterable[tuple[int | None, str]],
    *,
    now: datetime,
) -> int:
    """Store a new run with these walks (feed id and source); return its id."""
    insert = sa.insert(Backfill).values(asked=asked, started_at=now, ended_at=None)
    run_id: int = connection.execute(insert.returning(Backfill.id)).scalar_one()
    rows = [
        {"backfill_id": run_id, "feed_id": feed, "source": source, "is_planned": False}
        for feed, source in walks
    ]
    if rows:
        connection.execute(sa.insert(BackfillWalk), rows)
    return run_id


def runs(connection: sa.Connection, limit: int = 20) -> list[Run]:
    """Return the last runs of backfills, newest first."""
    query = sa.select(*_columns(Run, Backfill)).order_by(Backfill.id.desc()).limit(limit)
    return [Run(**row) for row in connection.execute(query).mappings()]


def walks(connection: sa.Connection, run_id: int) -> list[WalkState]:
    """Return the walks of a run in order, without the walks of removed feeds.

    A walk reads the documents of one source for one feed.
    """
    query = (
        sa.select(*_columns(WalkState, BackfillWalk))
        .outerjoin(Feed, Feed.id == BackfillWalk.feed_id)
        .where(BackfillWalk.backfill_id == run_id, Feed.removed_at.is_(None))
        .order_by(BackfillWalk.id)
    )
    return [WalkState(**row) for row in connection.execute(query).mappings()]


def _columns(value: Any, table: Any) -> list[Any]:
    return [getattr(table, name) for name in value.__dataclass_fields__]


def plan(connection: sa.Connection, walk_id: int, documents: Sequence[Planned]) -> None:
    """Append documents to the queue of a walk; skip documents that the queue has already.

    A walk reads the documents of one source for one feed.
    """
    waiting = {
        "walk_id": walk_id,
        "state": WAITING,
        "new": 0,
        "earlier": 0,
        "edited": 0,
        "known": 0,
    }
    insert = insert_into(connection, BackfillDocument).on_conflict_do_nothing(
        index_elements=["walk_id", "key"]
    )
    for some in in_batches(documents):
        connection.execute(insert, [waiting | asdict(document) for document in some])


def begin_walk(connection: sa.Connection, walk_id: int, documents: Sequence[Planned]) -> None:
    """Put the first documents of a source into the queue of its walk; mark the walk as planned.

    A walk reads the documents of one source for one feed.
    """
    plan(connection, walk_id, documents)
    update = sa.update(BackfillWalk).where(BackfillWalk.id == walk_id)
    connection.execute(update.values(is_planned=True, note=None))


def note_walk(connection: sa.Connection, walk_id: int, note: str | None) -> None:
    """Store why a walk (the reading of one source for one feed) could not start or continue."""
    update = sa.update(BackfillWalk).where(BackfillWalk.id == walk_id)
    connection.execute(update.values(note=note))


def next_documents(
    connection: sa.Connection, walk_id: int, *, after: int = 0, limit: int = 100
) -> list[tuple[int, Planned]]:
    """Return the ids and the data of the next waiting documents of a walk.

    A walk reads the documents of one source for one feed. `after` is the id of the previous
    document; with it, the query is faster.
    """
    names = ("id", *Planned.__dataclass_fields__)
    query = sa.select(*(getattr(BackfillDocument, name) for name in names))
    query = query.where(
        BackfillDocument.id > after,
        BackfillDocument.walk_id == walk_id,
        BackfillDocument.state == WAITING,
    )
    rows = connection.execute(query.order_by(BackfillDocument.id).limit(limit)).mappings()
    return [_document_of(dict(row)) for row in rows]


def _document_of(columns: dict[str, Any]) -> tuple[int, Planned]:
    kind = DocumentKind(columns.pop("kind"))
    return columns.pop("id"), Planned(kind=kind, **columns)


def addresses_waiting(connection: sa.Connection, walk_id: int) -> list[str]:
    """Return the addresses of the documents that still have to be read in a walk, in order.

    A walk reads the documents of one source for one feed.
    """
    query = sa.select(BackfillDocument.address).where(
        BackfillDocument.walk_id == walk_id, BackfillDocument.state == WAITING
    )
    return list(connection.scalars(query.order_by(BackfillDocument.id)))


def waiting(connection: sa.Connection, walk_id: int) -> int:
    """Return how many documents still have to be read in a walk.

    A walk reads the documents of one source for one feed.
    """
    query = sa.select(sa.func.count()).where(
        BackfillDocument.walk_id == walk_id, BackfillDocument.state == WAITING
    )
    return connection.execute(query).scalar_one()


def has_pages(connection: sa.Connection, walk_id: int) -> bool:
    """Return whether a page of an article is among the documents of a walk.

    A walk reads the documents of one source for one feed.
    """
    pages = BackfillDocument.walk_id == walk_id, BackfillDocument.kind == DocumentKind.PAGE
    return connection.scalar(sa.select(sa.exists().where(*pages))) is True


def note_document(
    connection: sa.Connection,
    document_id: int,
    state: str,
    *,
    feed_id: int | None = None,
    reason: str | None = None,
    kept: Counts | None = None,
) -> None:
    """Store the result of a document."""
    update = sa.update(BackfillDocument).where(BackfillDocument.id == document_id)
    counts = asdict(kept or Counts())
    connection.execute(update.values(state=state, feed_id=feed_id, reason=reason, **counts))


def ask_again(connection: sa.Connection, run_id: int) -> None:
    """Put the missing and the partly stored documents of a run back into the queue."""
    missing = sa.update(BackfillDocument).where(
        BackfillDocument.walk_id.in_(walk_ids(run_id)), BackfillDocument.state.in_(_TO_ASK_AGAIN)
    )
    connection.execute(missing.values(state=WAITING, reason=None))


def list_again(connection: sa.Connection, run_id: int) -> None:
    """Put lists of documents, such as sitemaps, back into the queue of a run.

    The lists may have grown. Do nothing if a document of the run is waiting. Documents that are
    done stay done.
    """
    of_run = BackfillDocument.walk_id.in_(walk_ids(run_id))
    is_waiting = sa.exists().where(of_run, BackfillDocument.state == WAITING)
    if connection.scalar(sa.select(is_waiting)):
        return
    walks = sa.update(BackfillWalk).where(BackfillWalk.backfill_id == run_id)
    connection.execute(walks.values(is_planned=False))
    lists = sa.update(BackfillDocument).where(of_run, BackfillDocument.kind == DocumentKind.LIST)
    connection.execute(lists.values(state=WAITING, reason=None))


def walk_ids(run_id: int) -> sa.Select[Any]:
    """Return the query for the ids of a run's walks, each of which reads one source of one feed."""
    return sa.select(BackfillWalk.id).where(BackfillWalk.backfill_id == run_id)


def give_up_removed(connection: sa.Connection, run_id: int) -> None:
    """Skip the waiting documents of feeds that were removed since the run began."""
    removed = sa.select(Feed.id).where(Feed.removed_at.is_not(None))
    walk = (BackfillWalk.backfill_id == run_id, BackfillWalk.feed_id.in_(removed))
    ids = sa.select(BackfillWalk.id).where(*walk)
    passed = {"state": PASSED_OVER, "reason": "its feed was taken off the list"}
    connection.execute(
        sa.update(BackfillDocument)
        .where(BackfillDocument.walk_id.in_(ids), BackfillDocument.state.in_([WAITING, MISSING]))
        .values(passed)
    )
    connection.execute(sa.update(BackfillWalk).where(*walk).values(is_planned=True, note=None))


def end(connection: sa.Connection, run_id: int, *, now: datetime) -> None:
    """Store that a run has ended."""
    connection.execute(sa.update(Backfill).where(Backfill.id == run_id).values(ended_at=now))
