"""Count the results of a backfill, and list why documents were not stored.

A backfill consists of walks. A walk reads the old documents of one feed from one source.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.store.backfills import DONE, IN_PART, MISSING, PASSED_OVER, WAITING, walk_ids
from models import BackfillDocument, BackfillWalk, Entry


def counts(connection: sa.Connection, run_id: int) -> list[dict[str, Any]]:
    """Return a row for each feed and source of a run: numbers of documents and of entries."""
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
    connection: sa.Connection, run_id: int, state: str, *, once: str = "", limit: int = 1000
) -> list[dict[str, Any]]:
    """Return the documents of a run that have a certain state, each with the reason for the state.

    Documents without a reason are left out. For each reason that ends with `once`, only the first
    document is returned, with the number of `documents` that have this reason.
    """
    document = BackfillDocument
    is_once = document.reason.endswith(once, autoescape=True) if once else sa.false()
    first = sa.func.min(document.id).label("first")
    groups = (
        sa.select(first, sa.func.count().label("documents"))
        .where(
            document.walk_id.in_(walk_ids(run_id)),
            document.state == state,
            document.reason.is_not(None),
        )
        .group_by(document.reason, sa.case((is_once, 0), else_=document.id))
        .order_by(first)
        .limit(limit)
        .subquery()
    )
    query = sa.select(document.address, document.hints, document.reason, groups.c.documents)
    query = query.join(groups, groups.c.first == document.id).order_by(document.id)
    return [
        {
            "address": _place(row.address, row.hints),
            "reason": row.reason,
            "documents": row.documents,
        }
        for row in connection.execute(query)
    ]


def _place(address: str, hints: dict[str, Any]) -> str:
    """Return a document's address, followed by its path and its URL, if it has them.

    A document in a packed file has a path (`!path`), and a document in a WARC file has a URL.
    """
    member, url = hints.get("member"), hints.get("url")
    return f"{address}{f'!{member}' if member else ''}{f' {url}' if url else ''}"


def reach(connection: sa.Connection, feed_ids: Iterable[int]) -> dict[int, datetime]:
    """Return the oldest publication date of each feed's entries."""
    query = (
        sa.select(Entry.feed_id, sa.func.min(Entry.published_at).label("oldest"))
        .where(Entry.feed_id.in_(sorted(feed_ids)), Entry.published_at.is_not(None))
        .group_by(Entry.feed_id)
    )
    return {row.feed_id: row.oldest for row in connection.execute(query)}
