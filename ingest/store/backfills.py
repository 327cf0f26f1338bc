"""Backfills: what was asked for, the queue of documents, and what came of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.store.changes import Counts
from ingest.store.statements import in_batches, insert_into
from ingest.values import DocumentKind, Planned
from models import Backfill, BackfillDocument, BackfillWalk, Entry, Feed

WAITING, DONE, PASSED_OVER, MISSING = "waiting", "done", "passed over", "missing"
IN_PART = "in part"  # kept, without something that belongs to it
_TO_ASK_AGAIN = (MISSING, IN_PART)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One backfill; `asked` is what the command was asked for."""

    id: int
    asked: dict[str, Any]
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkState:
    """The way through one source of one feed (or of whatever feeds, for files)."""

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
    """Begin a run with these walks (feed and source); return its number."""
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
    """The last runs, newest first."""
    query = sa.select(*_columns(Run, Backfill)).order_by(Backfill.id.desc()).limit(limit)
    return [Run(**row) for row in connection.execute(query).mappings()]


def walks(connection: sa.Connection, run_id: int) -> list[WalkState]:
    """The walks of a run, in their order; not those of feeds that were taken off the list."""
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
    """Put documents at the end of a walk's queue; those that were in it already stay there."""
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
    """Put the first documents into a walk's queue."""
    plan(connection, walk_id, documents)
    update = sa.update(BackfillWalk).where(BackfillWalk.id == walk_id)
    connection.execute(update.values(is_planned=True, note=None))


def note_walk(connection: sa.Connection, walk_id: int, note: str | None) -> None:
    """Write down why a walk could not begin, or does not go on."""
    update = sa.update(BackfillWalk).where(BackfillWalk.id == walk_id)
    connection.execute(update.values(note=note))


def next_document(
    connection: sa.Connection, walk_id: int, *, after: int = 0
) -> tuple[int, Planned] | None:
    """The first document of a walk that waits, and its number; None if there is none.

    It is found at once if all those up to number `after` are known not to wait.
    """
    names = ("id", *Planned.__dataclass_fields__)
    query = sa.select(*(getattr(BackfillDocument, name) for name in names))
    query = query.where(
        BackfillDocument.id > after,
        BackfillDocument.walk_id == walk_id,
        BackfillDocument.state == WAITING,
    )
    row = connection.execute(query.order_by(BackfillDocument.id).limit(1)).mappings().first()
    if row is None:
        return None
    columns = dict(row)
    kind = DocumentKind(columns.pop("kind"))
    return columns.pop("id"), Planned(kind=kind, **columns)


def addresses_waiting(connection: sa.Connection, walk_id: int) -> list[str]:
    """The addresses of the documents of a walk that wait, in their order."""
    query = sa.select(BackfillDocument.address).where(
        BackfillDocument.walk_id == walk_id, BackfillDocument.state == WAITING
    )
    return list(connection.scalars(query.order_by(BackfillDocument.id)))


def waiting(connection: sa.Connection, walk_id: int) -> int:
    """How many documents of a walk wait."""
    query = sa.select(sa.func.count()).where(
        BackfillDocument.walk_id == walk_id, BackfillDocument.state == WAITING
    )
    return connection.execute(query).scalar_one()


def has_pages(connection: sa.Connection, walk_id: int) -> bool:
    """Whether any list of a walk has led to a page."""
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
    """Write down what came of a document."""
    update = sa.update(BackfillDocument).where(BackfillDocument.id == document_id)
    counts = asdict(kept or Counts())
    connection.execute(update.values(state=state, feed_id=feed_id, reason=reason, **counts))


def ask_again(connection: sa.Connection, run_id: int) -> None:
    """Let what was missing, or kept in part, wait once more."""
    missing = sa.update(BackfillDocument).where(
        BackfillDocument.walk_id.in_(_walk_ids(run_id)), BackfillDocument.state.in_(_TO_ASK_AGAIN)
    )
    connection.execute(missing.values(state=WAITING, reason=None))


def list_again(connection: sa.Connection, run_id: int) -> None:
    """Let the lists of a run be asked for anew, if nothing of it waits: they may have grown.

    What they list that was taken stays taken.
    """
    of_run = BackfillDocument.walk_id.in_(_walk_ids(run_id))
    is_waiting = sa.exists().where(of_run, BackfillDocument.state == WAITING)
    if connection.scalar(sa.select(is_waiting)):
        return
    walks = sa.update(BackfillWalk).where(BackfillWalk.backfill_id == run_id)
    connection.execute(walks.values(is_planned=False))
    lists = sa.update(BackfillDocument).where(of_run, BackfillDocument.kind == DocumentKind.LIST)
    connection.execute(lists.values(state=WAITING, reason=None))


def _walk_ids(run_id: int) -> sa.Select[Any]:
    return sa.select(BackfillWalk.id).where(BackfillWalk.backfill_id == run_id)


def give_up_removed(connection: sa.Connection, run_id: int) -> None:
    """Pass over what waits of feeds that were taken off the list since the run began."""
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
    """Write down that a run has nothing more to do."""
    connection.execute(sa.update(Backfill).where(Backfill.id == run_id).values(ended_at=now))


def counts(connection: sa.Connection, run_id: int) -> list[dict[str, Any]]:
    """What came of each walk of a run: feed, source, documents by state, entries by kind."""
    document = BackfillDocument
    feed = sa.func.coalesce(document.feed_id, BackfillWalk.feed_id)

    def in_state(name: str, *states: str) -> Any:
        return sa.func.count().filter(document.state.in_(states)).label(name)

    def total(column: Any) -> Any:
        return sa.func.coalesce(sa.func.sum(column), 0).label(column.key)

    query = (
        sa.select(
            BackfillWalk.id.label("walk_id"),
            feed.label("feed_id"),
            BackfillWalk.source,
            BackfillWalk.is_planned,
            BackfillWalk.note,
            in_state("documents", DONE, IN_PART),
            in_state("waiting", WAITING),
            in_state("passed_over", PASSED_OVER),
            in_state("in_part", IN_PART),
            in_state("missing", MISSING),
            *(total(c) for c in (document.new, document.earlier, document.edited, document.known)),
        )
        .outerjoin(document, document.walk_id == BackfillWalk.id)
        .where(BackfillWalk.backfill_id == run_id)
        .group_by(BackfillWalk.id, feed)
        .order_by(BackfillWalk.id, feed)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def reasons(
    connection: sa.Connection, run_id: int, state: str, limit: int = 1000
) -> list[dict[str, Any]]:
    """Return the first documents of a run that are in a state, and why, where there is a reason."""
    query = (
        sa.select(BackfillDocument.address, BackfillDocument.hints, BackfillDocument.reason)
        .where(
            BackfillDocument.walk_id.in_(_walk_ids(run_id)),
            BackfillDocument.state == state,
            BackfillDocument.reason.is_not(None),
        )
        .order_by(BackfillDocument.id)
        .limit(limit)
    )
    return [
        {"address": _place(row.address, row.hints), "reason": row.reason}
        for row in connection.execute(query)
    ]


def _place(address: str, hints: dict[str, Any]) -> str:
    """Name a document, with its name in the archive, or its address in the WARC file, it is in."""
    member, url = hints.get("member"), hints.get("url")
    return f"{address}{f'!{member}' if member else ''}{f' {url}' if url else ''}"


def reach(connection: sa.Connection, feed_ids: Iterable[int]) -> dict[int, datetime]:
    """How far back the entries of feeds go: the oldest publication of each."""
    query = (
        sa.select(Entry.feed_id, sa.func.min(Entry.published_at).label("oldest"))
        .where(Entry.feed_id.in_(sorted(feed_ids)), Entry.published_at.is_not(None))
        .group_by(Entry.feed_id)
    )
    return {row.feed_id: row.oldest for row in connection.execute(query)}
