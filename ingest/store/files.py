"""The files of the archive folder: the records to write, and the path of each entry's file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.store.due import is_due_for, mark_all_due_for, mark_due_for
from ingest.store.statements import in_batches, insert_if_new, insert_into, table_of
from ingest.values import Author, Record
from models import ArchiveFile, Entry, Feed, Revision, Setting

_PATHS_AT_ONCE = 100
_RENDERED_WITH = "archive.rendered_with"
FILES = "files"  # This follower writes the files.
IS_DUE = is_due_for(FILES)


def rendered_with(connection: sa.Connection) -> str | None:
    """Return the settings that the current files were rendered with."""
    return connection.scalar(sa.select(Setting.value).where(Setting.name == _RENDERED_WITH))


def render_all_with(connection: sa.Connection, settings: str, *, now: datetime) -> None:
    """Mark every record due and store the settings to render them with."""
    insert = insert_into(connection, Setting).values(name=_RENDERED_WITH, value=settings)
    connection.execute(
        insert.on_conflict_do_update(index_elements=["name"], set_={"value": settings})
    )
    mark_all_due_for(connection, FILES, now)


def records(connection: sa.Connection, layout: str, entry_ids: Sequence[int]) -> list[Record]:
    """Return the records of these entries by id; deleted entries are left out."""
    rows = connection.execute(_RECORDS, {"layout": layout, "entries": entry_ids})
    return [_record(row) for row in rows.all()]


def every(connection: sa.Connection, layout: str, *, after: int, limit: int) -> list[Record]:
    """Return up to `limit` records with ids above `after`, in order."""
    rows = connection.execute(_EVERY, {"layout": layout, "most": limit, "after": after})
    return [_record(row) for row in rows.all()]


def _select_records() -> sa.Select[Any]:
    of_layout = sa.and_(
        ArchiveFile.entry_id == Entry.id, ArchiveFile.layout == sa.bindparam("layout")
    )
    last_edit = (
        sa.select(sa.func.max(Revision.replaced_at))
        .where(Revision.entry_id == Entry.id)
        .scalar_subquery()
    )
    return (
        sa.select(
            Entry.id.label("entry_id"),
            Entry.key,
            Feed.url.label("feed_url"),
            Feed.slug.label("feed_slug"),
            Feed.settings,
            Feed.categories.label("known_categories"),
            Entry.feed_title,
            Entry.feed_author,
            Entry.title,
            Entry.link,
            Entry.guid,
            Entry.authors,
            Entry.categories.label("tags"),
            Entry.published_at,
            Entry.updated_at,
            Entry.first_seen_at,
            Entry.lead_image,
            Entry.html,
            Entry.language,
            last_edit.label("edited_at"),
            ArchiveFile.path,
        )
        .join(Feed, Feed.id == Entry.feed_id)
        .outerjoin(ArchiveFile, of_layout)
        .order_by(Entry.id)
    )


_SELECT = _select_records()
_COLUMNS = tuple(_SELECT.selected_columns.keys())
_EVERY = _SELECT.where(Entry.id > sa.bindparam("after")).limit(sa.bindparam("most"))
_RECORDS = _SELECT.where(Entry.id.in_(sa.bindparam("entries", expanding=True)))


def _record(row: sa.Row[Any]) -> Record:
    columns = dict(zip(_COLUMNS, row, strict=True))
    settings = columns.pop("settings")
    known_categories = columns.pop("known_categories")
    columns["feed_title"] = settings.get("title") or columns["feed_title"]
    columns["authors"] = tuple(Author(**author) for author in columns["authors"])
    columns["tags"] = tuple(columns["tags"])
    return Record(
        **columns,
        set_author=settings.get("author"),
        feed_categories=tuple(settings.get("categories") or known_categories),
    )


def give_paths(connection: sa.Connection, layout: str, paths: Mapping[int, str]) -> dict[int, str]:
    """Store the path of each entry's file before it is written; return the stored paths.

    An entry that has a path already keeps it, for example one given by another process. An entry
    whose path belongs to another entry gets none.
    """
    rows = [{"entry_id": entry, "layout": layout, "path": path} for entry, path in paths.items()]
    insert = insert_if_new(connection.dialect.name, ArchiveFile)
    counted = {"preserve_rowcount": True}
    if connection.execute(insert, rows, execution_options=counted).rowcount == len(rows):
        return dict(paths)
    return dict(connection.execute(_PATHS, {"of_layout": layout, "entries": list(paths)}).all())


def change_path(connection: sa.Connection, layout: str, entry_id: int, path: str) -> bool:
    """Give an entry another path, marked as not written; return False if another entry has it."""
    of_entry = sa.and_(_FILE.c.layout == layout, _FILE.c.entry_id == entry_id)
    has_it = sa.and_(_FILE.c.path == path, sa.not_(of_entry))
    if connection.execute(sa.select(_FILE.c.path).where(has_it)).first():
        return False
    moved = {"path": path, "digest": None, "written_at": None}
    connection.execute(sa.update(_FILE).where(of_entry).values(moved))
    return True


_FILE = table_of(ArchiveFile)
_PATHS = sa.select(_FILE.c.entry_id, _FILE.c.path).where(
    _FILE.c.layout == sa.bindparam("of_layout"),
    _FILE.c.entry_id.in_(sa.bindparam("entries", expanding=True)),
)
_WRITTEN = (
    sa.update(_FILE)
    .where(_FILE.c.entry_id == sa.bindparam("entry"), _FILE.c.layout == sa.bindparam("of_layout"))
    .values(digest=sa.bindparam("sha256"), written_at=sa.bindparam("now"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file that was written for an entry; `digest` is its SHA-256."""

    entry_id: int
    digest: bytes


def note_written(
    connection: sa.Connection, layout: str, written: Sequence[Written], *, now: datetime
) -> None:
    """Store the digests of written files."""
    if not written:
        return
    rows = [
        {
            "entry": one.entry_id,
            "sha256": one.digest,
            "of_layout": layout,
            "now": now,
        }
        for one in written
    ]
    connection.execute(_WRITTEN, rows)


def files(connection: sa.Connection, layout: str) -> Iterator[tuple[str, bytes | None, bool]]:
    """Yield every file: its path, its SHA-256 (None if not written yet), and whether it is due."""
    query = (
        sa.select(ArchiveFile.path, ArchiveFile.digest, IS_DUE)
        .join(Entry, Entry.id == ArchiveFile.entry_id)
        .where(ArchiveFile.layout == layout)
        .order_by(ArchiveFile.path)
    )
    yield from connection.execute(query)


def written_paths(connection: sa.Connection, layout: str) -> Iterator[str]:
    """Yield the paths of all written files."""
    last = 0
    query = (
        sa.select(ArchiveFile.entry_id, ArchiveFile.path)
        .where(ArchiveFile.layout == layout, ArchiveFile.digest.is_not(None))
        .order_by(ArchiveFile.entry_id)
        .limit(_PATHS_AT_ONCE)
    )
    while rows := connection.execute(query.where(ArchiveFile.entry_id > last)).all():
        yield from (row.path for row in rows)
        last = rows[-1].entry_id


def missing_paths(connection: sa.Connection, layout: str) -> int:
    """Return how many entries have no path yet."""
    with_file = sa.select(ArchiveFile.entry_id).where(ArchiveFile.layout == layout)
    query = sa.select(sa.func.count(Entry.id)).where(Entry.id.not_in(with_file))
    return connection.scalar(query) or 0


def mark_paths_due(connection: sa.Connection, paths: Sequence[str], *, now: datetime) -> None:
    """Mark the entries of these files due."""
    for part in in_batches(paths):
        some = sa.select(ArchiveFile.entry_id).where(ArchiveFile.path.in_(part))
        mark_due_for(connection, FILES, connection.scalars(some), now)


def paths_of_feed(connection: sa.Connection, feed_id: int) -> list[str]:
    """Return the paths of a feed's files, in all layouts."""
    query = sa.select(ArchiveFile.path).join(Entry, Entry.id == ArchiveFile.entry_id)
    return list(connection.scalars(query.where(Entry.feed_id == feed_id)))
