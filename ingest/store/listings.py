"""Query entries for display: listings, one entry with all its columns, and totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from ingest.outputs.naming import author_of
from ingest.reading.html import text_of
from ingest.store import addresses, supplements, unread
from ingest.store.likeness import listing as duplicates
from ingest.store.newest import newest_first
from ingest.store.statements import in_batches
from ingest.urls import without_secrets
from models import ArchiveFile, Due, Entry, Feed, Revision

if TYPE_CHECKING:
    from ingest.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The entries to list; `until` is exclusive, and None sets no bound.

    An entry's date is its publication date, or when it was first seen. `category` is a category of
    the feed or of the entry; Traditional and Simplified characters are the same, and so are cases.
    """

    feed_id: int | None = None
    category: str | None = None
    since: datetime | None = None
    until: datetime | None = None


_IN_ONE_PAGE = 500


class Key(NamedTuple):
    """The position of an entry in a listing: its date and its id."""

    at: datetime
    id: int


def listing(
    database: Database, selection: Selection | None = None, *, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """Yield entries with their feed, text, files and number of edits, newest first.

    Rows are read page by page, to limit memory.
    """
    selection = selection or Selection()
    size = min(limit or _IN_ONE_PAGE, _IN_ONE_PAGE)
    return islice(_rows(database, selection, size), limit)


def _rows(database: Database, selection: Selection, size: int) -> Iterator[dict[str, Any]]:
    after: Key | None = None
    while rows := database.query(page, selection, after=after, size=size):
        yield from rows
        after = key_of(rows[-1])


def key_of(row: dict[str, Any]) -> Key:
    """Return the position of an entry in a listing: its date and its id."""
    return Key(row["published_at"] or row["first_seen_at"], row["id"])


def page(
    connection: sa.Connection, selection: Selection, *, after: Key | None, size: int
) -> list[dict[str, Any]]:
    """Return the next entries of a selection, after `after`, newest first."""
    query = sa.select(*_LISTED).join(Feed, Feed.id == Entry.feed_id)
    query = newest_first(connection, query, selection, after=after, size=size)
    return _rows_of(connection, query)


def by_ids(connection: sa.Connection, entry_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Return entries in the form of `listing`, in order of their ids, without deleted entries."""
    query = sa.select(*_LISTED).join(Feed, Feed.id == Entry.feed_id)
    found = {row["id"]: row for row in _rows_of(connection, query.where(Entry.id.in_(entry_ids)))}
    return [found[one] for one in entry_ids if one in found]


def _rows_of(connection: sa.Connection, query: sa.Select[Any]) -> list[dict[str, Any]]:
    rows = [_for_display(row) for row in connection.execute(query).mappings()]
    files = _files(connection, [row["id"] for row in rows])
    return [row | {"files": files.get(row["id"], [])} for row in rows]


_LISTED = (
    Entry.id,
    Feed.url.label("feed_url"),
    Entry.feed_title,
    Entry.guid,
    Entry.link,
    Entry.title,
    Entry.authors,
    Entry.feed_author,
    Feed.settings,
    Feed.categories.label("feed_categories"),
    Entry.categories,
    Entry.published_at,
    Entry.published_method,
    Entry.published_precision,
    Entry.first_seen_at,
    Entry.updated_at,
    Entry.lead_image,
    Entry.language,
    Entry.html,
    (Entry.version - 1).label("revisions"),
)


def _for_display(row: sa.RowMapping) -> dict[str, Any]:
    """Return a row for display: one author, the feed's display name, text instead of HTML."""
    settings = row["settings"]
    feed_title = settings.get("title") or row["feed_title"]
    feed_categories = settings.get("categories") or row["feed_categories"]
    author = author_of(
        [author["name"] for author in row["authors"]],
        set_author=settings.get("author"),
        feed_author=row["feed_author"],
        feed_categories=feed_categories,
        feed_title=feed_title,
    )
    shown = {"author" if name == "authors" else name: value for name, value in row.items()}
    shown |= {
        "author": author,
        "feed_url": without_secrets(row["feed_url"]),
        "feed_title": feed_title,
        "feed_categories": feed_categories or [],
        "text": text_of(row["html"]),
    }
    return {name: value for name, value in shown.items() if name not in _NOT_LISTED}


_NOT_LISTED = frozenset({"feed_author", "settings", "html"})


def _files(connection: sa.Connection, entry_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the files of entries: paths in the archive, `NAME:PATH` in other outputs."""
    files: dict[int, list[str]] = {}
    for some in in_batches(entry_ids):
        for entry_id, output, path in connection.execute(_FILES, {"ids": some}):
            shown = path if output == "archive" else f"{output}:{path}"
            files.setdefault(entry_id, []).append(shown)
    return files


# Built only once, because building takes longer than running it.
_FILES = (
    sa.select(ArchiveFile.entry_id, ArchiveFile.output, ArchiveFile.path)
    .where(
        ArchiveFile.entry_id.in_(sa.bindparam("ids", expanding=True)),
        ArchiveFile.digest.is_not(None),
    )
    .order_by(ArchiveFile.output, ArchiveFile.path)
)
_WRITES_FILES = Due.follower.like("files%")
_IS_DUE = sa.exists().where(_WRITES_FILES, Due.entry_id == Entry.id)
_RENDER_DUE = sa.cast(_IS_DUE, sa.Integer).label("render_due")


def show(connection: sa.Connection, entry_id: int) -> dict[str, Any] | None:
    """Return all that is stored of one entry, with its revisions, oldest first; None if unknown."""
    facts = facts_of(connection, entry_id)
    if facts is None:
        return None
    earlier = sa.select(*(c for c in Revision.__table__.columns if c.key not in _INTERNAL))
    earlier = earlier.where(Revision.entry_id == entry_id).order_by(Revision.version)
    revisions = [dict(revision) for revision in connection.execute(earlier).mappings()]
    return facts | {"revisions": revisions}


def facts_of(connection: sa.Connection, entry_id: int) -> dict[str, Any] | None:
    """Return all that is stored of one entry, without its revisions; None if it is unknown."""
    row = connection.execute(_FACTS, {"id": entry_id}).mappings().first()
    if row is None:
        return None
    return dict(row) | {
        "feed_url": without_secrets(row["feed_url"]),
        "other_links": addresses.others(connection, entry_id),
        "files": _files(connection, [entry_id]).get(entry_id, []),
    }


_INTERNAL = frozenset(
    (
        "feed_id entry_id key link_key item_digest text_digest capture_id page_capture_id "
        "full_text_tries"
    ).split()
)
_FACTS = (
    sa.select(
        Feed.url.label("feed_url"),
        *(column for column in Entry.__table__.columns if column.key not in _INTERNAL),
        _RENDER_DUE,
    )
    .join(Feed, Feed.id == Entry.feed_id)
    .where(Entry.id == sa.bindparam("id"))
)


def overview(connection: sa.Connection, now: datetime) -> dict[str, float]:
    """Return counts of entries and feeds; `lag_seconds` is the delay of the most overdue poll."""
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


# The join leaves out the marks of deleted entries.
_FILES_DUE = (
    sa.select(sa.func.count())
    .select_from(Due)
    .join(Entry, Entry.id == Due.entry_id)
    .where(_WRITES_FILES)
)


def totals(connection: sa.Connection) -> dict[str, int]:
    """Return how many entries, revisions, duplicates and files to write there are."""
    return {
        "without_full_text": supplements.lacking_full_text(connection),
        "unread": unread.count(connection),
        "entries": connection.scalar(sa.select(sa.func.count(Entry.id))) or 0,
        "revisions": connection.scalar(sa.select(sa.func.count(Revision.id))) or 0,
        "files_due": connection.scalar(_FILES_DUE) or 0,
        **duplicates.totals(connection),
    }
