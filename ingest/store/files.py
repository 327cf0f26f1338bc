"""Query the records to write to the outputs, and store the path of each entry's file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.config import parse_duration
from ingest.store.due import is_due_for, mark_due_for
from ingest.store.outputs import follower_of
from ingest.store.statements import in_batches, insert_if_new, table_of
from ingest.values import Author, Record
from models import ArchiveFile, Embargo, Entry, Feed, Revision

_PATHS_AT_ONCE = 100


def records(connection: sa.Connection, output: str, entry_ids: Sequence[int]) -> list[Record]:
    """Return the records of these entries by id; deleted entries are left out."""
    rows = connection.execute(_RECORDS, {"of_output": output, "entries": entry_ids})
    return [_record(row) for row in rows.all()]


def every(connection: sa.Connection, output: str, *, after: int, limit: int) -> list[Record]:
    """Return up to `limit` records with ids above `after`, in order."""
    rows = connection.execute(_EVERY, {"of_output": output, "most": limit, "after": after})
    return [_record(row) for row in rows.all()]


def without_path(connection: sa.Connection, output: str, *, after: int, limit: int) -> list[Record]:
    """Return up to `limit` records that have no path and no embargo, with ids above `after`."""
    rows = connection.execute(_WITHOUT, {"of_output": output, "most": limit, "after": after})
    return [_record(row) for row in rows.all()]


def _select_records() -> sa.Select[Any]:
    of_output = sa.and_(
        ArchiveFile.entry_id == Entry.id, ArchiveFile.output == sa.bindparam("of_output")
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
            ArchiveFile.digest,
            ArchiveFile.fact,
        )
        .join(Feed, Feed.id == Entry.feed_id)
        .outerjoin(ArchiveFile, of_output)
        .order_by(Entry.id)
    )


_SELECT = _select_records()
_COLUMNS = tuple(_SELECT.selected_columns.keys())
_EVERY = _SELECT.where(Entry.id > sa.bindparam("after")).limit(sa.bindparam("most"))
_IS_UNDER_EMBARGO = sa.exists().where(
    Embargo.entry_id == Entry.id, Embargo.output == sa.bindparam("of_output")
)
_WITHOUT = _EVERY.where(ArchiveFile.path.is_(None), sa.not_(_IS_UNDER_EMBARGO))
_RECORDS = _SELECT.where(Entry.id.in_(sa.bindparam("entries", expanding=True)))


def _record(row: sa.Row[Any]) -> Record:
    columns = dict(zip(_COLUMNS, row, strict=True))
    settings = columns.pop("settings")
    known_categories = columns.pop("known_categories")
    columns["feed_title"] = settings.get("title") or columns["feed_title"]
    columns["feed_slug"] = settings.get("folder") or columns["feed_slug"]
    columns["authors"] = tuple(Author(**author) for author in columns["authors"])
    columns["tags"] = tuple(columns["tags"])
    return Record(
        **columns,
        set_author=settings.get("author"),
        feed_categories=tuple(settings.get("categories") or known_categories),
        excerpt_only=settings.get("excerpt_only", False),
        noindex=settings.get("noindex", False),
        publish_after=parse_duration(settings.get("publish_after", "0s")),
    )


def give_paths(connection: sa.Connection, output: str, paths: Mapping[int, str]) -> dict[int, str]:
    """Store the path of each entry's file before it is written; return the stored paths.

    If an entry already has a path, for example from another process, this path is kept. If another
    entry has the path, the entry gets no path.
    """
    rows = [{"entry_id": entry, "output": output, "path": path} for entry, path in paths.items()]
    insert = insert_if_new(connection.dialect.name, ArchiveFile)
    counted = {"preserve_rowcount": True}
    if connection.execute(insert, rows, execution_options=counted).rowcount == len(rows):
        return dict(paths)
    return dict(connection.execute(_PATHS, {"of_output": output, "entries": list(paths)}).all())


def change_path(connection: sa.Connection, output: str, entry_id: int, path: str) -> bool:
    """Change the path of an entry's file, and mark the file as not written.

    Change nothing and return False if another entry has that path.
    """
    of_entry = sa.and_(_FILE.c.output == output, _FILE.c.entry_id == entry_id)
    has_it = sa.and_(_FILE.c.output == output, _FILE.c.path == path, sa.not_(of_entry))
    if connection.execute(sa.select(_FILE.c.path).where(has_it)).first():
        return False
    moved = {"path": path, "digest": None, "written_at": None}
    connection.execute(sa.update(_FILE).where(of_entry).values(moved))
    return True


_FILE = table_of(ArchiveFile)
_PATHS = sa.select(_FILE.c.entry_id, _FILE.c.path).where(
    _FILE.c.output == sa.bindparam("of_output"),
    _FILE.c.entry_id.in_(sa.bindparam("entries", expanding=True)),
)
_WRITTEN = (
    sa.update(_FILE)
    .where(_FILE.c.entry_id == sa.bindparam("entry"), _FILE.c.output == sa.bindparam("of_output"))
    .values(
        digest=sa.bindparam("sha256"), fact=sa.bindparam("of_site"), written_at=sa.bindparam("now")
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file that was written for an entry; `digest` is its SHA-256.

    `fact` is a text about the entry, such as its author, which the files of the whole site need. It
    comes from `Layout.fact`, and is None if these files need nothing.
    """

    entry_id: int
    digest: bytes
    fact: str | None


def note_written(
    connection: sa.Connection, output: str, written: Sequence[Written], *, now: datetime
) -> None:
    """Store that files were written at `now`, with the digest and the fact of each `Written`."""
    if not written:
        return
    rows = [
        {
            "entry": one.entry_id,
            "sha256": one.digest,
            "of_site": one.fact,
            "of_output": output,
            "now": now,
        }
        for one in written
    ]
    connection.execute(_WRITTEN, rows)


def files(connection: sa.Connection, output: str) -> Iterator[tuple[str, bytes | None, bool]]:
    """Yield every file: its path, its SHA-256 (None if not written yet), and whether it is due."""
    query = (
        sa.select(ArchiveFile.path, ArchiveFile.digest, is_due_for(follower_of(output)))
        .join(Entry, Entry.id == ArchiveFile.entry_id)
        .where(ArchiveFile.output == output)
        .order_by(ArchiveFile.path)
    )
    yield from connection.execute(query)


def written_paths(connection: sa.Connection, output: str) -> Iterator[str]:
    """Yield the paths of all written files."""
    last = 0
    query = (
        sa.select(ArchiveFile.entry_id, ArchiveFile.path)
        .where(ArchiveFile.output == output, ArchiveFile.digest.is_not(None))
        .order_by(ArchiveFile.entry_id)
        .limit(_PATHS_AT_ONCE)
    )
    while rows := connection.execute(query.where(ArchiveFile.entry_id > last)).all():
        yield from (row.path for row in rows)
        last = rows[-1].entry_id


def take_paths(connection: sa.Connection, output: str, entry_ids: Sequence[int]) -> None:
    """Delete the paths of entries whose files were deleted."""
    rows = [{"entry": entry_id, "of_output": output} for entry_id in entry_ids]
    if rows:
        connection.execute(_TAKE_PATH, rows)


_TAKE_PATH = sa.delete(_FILE).where(
    _FILE.c.entry_id == sa.bindparam("entry"), _FILE.c.output == sa.bindparam("of_output")
)


def mark_paths_due(
    connection: sa.Connection, output: str, paths: Sequence[str], *, now: datetime
) -> None:
    """Mark the entries of these files as due for the output, so that it writes the files again."""
    for part in in_batches(paths):
        some = sa.select(ArchiveFile.entry_id).where(
            ArchiveFile.output == output, ArchiveFile.path.in_(part)
        )
        mark_due_for(connection, follower_of(output), connection.scalars(some), now)


def paths_of_feed(connection: sa.Connection, output: str, feed_id: int) -> list[str]:
    """Return the paths of a feed's files in an output."""
    query = sa.select(ArchiveFile.path).join(Entry, Entry.id == ArchiveFile.entry_id)
    return list(
        connection.scalars(query.where(Entry.feed_id == feed_id, ArchiveFile.output == output))
    )


def paths_of_entry(connection: sa.Connection, output: str, entry_id: int) -> list[str]:
    """Return the path of an entry's file in an output, if it has one."""
    query = sa.select(ArchiveFile.path).where(ArchiveFile.entry_id == entry_id)
    return list(connection.scalars(query.where(ArchiveFile.output == output)))
