"""What is shown of entries: lists, one in whole, how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.layouts.naming import author_of
from ingest.reading.links import without_secrets
from ingest.store import full_texts
from ingest.store.archive import IS_DUE
from ingest.store.statements import in_batches
from models import ArchiveFile, Entry, Feed, Revision


def listing(
    connection: sa.Connection, *, feed_id: int | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """Entries with their feed's address, their files and how often they were edited.

    Newest first; all, unless there is a limit.
    """
    query = (
        sa.select(
            Entry.id,
            Feed.url.label("feed_url"),
            Entry.guid,
            Entry.link,
            Entry.title,
            Entry.authors,
            Entry.feed_author,
            Entry.feed_title,
            Feed.settings,
            Feed.categories.label("known_categories"),
            Entry.categories,
            Entry.published_at,
            Entry.first_seen_at,
            Entry.updated_at,
            Entry.lead_image,
            Entry.language,
            (Entry.version - 1).label("revisions"),
        )
        .join(Feed, Feed.id == Entry.feed_id)
        .order_by(Entry.first_seen_at.desc(), Entry.id.desc())
        .limit(limit)
    )
    if feed_id is not None:
        query = query.where(Entry.feed_id == feed_id)
    rows = [_listed(row) for row in connection.execute(query).mappings()]
    files = _files(connection, [row["id"] for row in rows])
    return [row | {"files": files.get(row["id"], [])} for row in rows]


def _listed(row: sa.RowMapping) -> dict[str, Any]:
    """A row as it is shown: in place of the fields an author may come from, the author."""
    settings = row["settings"]
    author = author_of(
        [author["name"] for author in row["authors"]],
        set_author=settings.get("author"),
        feed_author=row["feed_author"],
        feed_categories=settings.get("categories") or row["known_categories"],
        feed_title=settings.get("title") or row["feed_title"],
    )
    shown = {"author" if name == "authors" else name: value for name, value in row.items()}
    shown |= {"author": author, "feed_url": without_secrets(row["feed_url"])}
    return {name: value for name, value in shown.items() if name not in _ONLY_FOR_AUTHOR}


_ONLY_FOR_AUTHOR = frozenset({"feed_author", "feed_title", "settings", "known_categories"})


def _files(connection: sa.Connection, entry_ids: Sequence[int]) -> dict[int, list[str]]:
    files: dict[int, list[str]] = {}
    for some in in_batches(entry_ids):
        query = sa.select(ArchiveFile.entry_id, ArchiveFile.path)
        query = query.where(ArchiveFile.entry_id.in_(some), ArchiveFile.digest.is_not(None))
        for entry_id, path in connection.execute(query.order_by(ArchiveFile.path)):
            files.setdefault(entry_id, []).append(path)
    return files


def show(connection: sa.Connection, entry_id: int) -> dict[str, Any] | None:
    """One entry with everything kept of it, its revisions oldest first."""
    columns = [column for column in Entry.__table__.columns if column.key not in _INTERNAL]
    query = sa.select(Feed.url.label("feed_url"), *columns)
    query = query.join(Feed, Feed.id == Entry.feed_id).where(Entry.id == entry_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    earlier = sa.select(*(c for c in Revision.__table__.columns if c.key not in _INTERNAL))
    earlier = earlier.where(Revision.entry_id == entry_id).order_by(Revision.version)
    return dict(row) | {
        "feed_url": without_secrets(row["feed_url"]),
        "files": _files(connection, [entry_id]).get(entry_id, []),
        "revisions": [dict(revision) for revision in connection.execute(earlier).mappings()],
    }


_INTERNAL = frozenset(
    (
        "feed_id entry_id key link_key item_digest text_digest capture_id page_capture_id "
        "full_text_tries"
    ).split()
)


def overview(connection: sa.Connection, now: datetime) -> dict[str, float]:
    """What is kept and how the feeds are, in numbers; `lag_seconds` is that of the latest feed."""
    is_active = sa.and_(Feed.removed_at.is_(None), Feed.paused_at.is_(None))
    is_due = sa.and_(is_active, Feed.next_poll_at <= now)

    def count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count(sa.case((condition, 1)))

    row = connection.execute(
        sa.select(
            count(is_active).label("active"),
            count(sa.and_(is_active, Feed.failures > 0)).label("failing"),
            count(sa.and_(Feed.removed_at.is_(None), Feed.paused_at.is_not(None))).label("paused"),
            count(is_due).label("due"),
            sa.func.min(sa.case((is_due, Feed.next_poll_at))).label("latest"),
        )
    ).one()
    lag = (now - row.latest).total_seconds() if row.latest else 0.0
    counts = {name: getattr(row, name) for name in ("active", "failing", "paused", "due")}
    return counts | totals(connection) | {"lag_seconds": lag}


def totals(connection: sa.Connection) -> dict[str, int]:
    """How much is kept: entries, revisions, files to be rendered."""
    return {
        "without_full_text": full_texts.lacking(connection),
        "entries": connection.scalar(sa.select(sa.func.count(Entry.id))) or 0,
        "revisions": connection.scalar(sa.select(sa.func.count(Revision.id))) or 0,
        "files_due": connection.scalar(sa.select(sa.func.count(Entry.id)).where(IS_DUE)) or 0,
    }
