"""What the archive folder shows of the store: which records are due, and which file each has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.store.statements import in_batches, insert_if_new, insert_into, table_of
from ingest.values import Author, Record
from models import ArchiveFile, Entry, Feed, Revision, Setting

_PATHS_AT_ONCE = 100
_RENDERED_WITH = "archive.rendered_with"
# As in the index, whose order is kept below: ordered by id, SQLite would go through all entries.
IS_DUE = Entry.render_due > sa.literal_column("0")


def rendered_with(connection: sa.Connection) -> str | None:
    """The settings that the present files were rendered with."""
    return connection.scalar(sa.select(Setting.value).where(Setting.name == _RENDERED_WITH))


def render_all_with(connection: sa.Connection, settings: str) -> None:
    """Make every record due, to be rendered with other settings."""
    insert = insert_into(connection, Setting).values(name=_RENDERED_WITH, value=settings)
    connection.execute(
        insert.on_conflict_do_update(index_elements=["name"], set_={"value": settings})
    )
    connection.execute(sa.update(Entry).values(render_due=Entry.render_due + 1))


def due(connection: sa.Connection, layout: str, *, feed_id: int | None, limit: int) -> list[Record]:
    """Records whose file is missing or outdated, feed by feed, oldest entries first."""
    values = {"layout": layout, "most": limit, "of_feed": feed_id}
    rows = connection.execute(_DUE if feed_id is None else _DUE_OF_FEED, values)
    return [_record(row) for row in rows.all()]


def every(connection: sa.Connection, layout: str, *, after: int, limit: int) -> list[Record]:
    """All records by number, from the one after `after` on."""
    rows = connection.execute(_EVERY, {"layout": layout, "most": limit, "after": after})
    return [_record(row) for row in rows.all()]


def _records() -> sa.Select[Any]:
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
            Entry.render_due,
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
            last_edit.label("edited_at"),
            ArchiveFile.path,
        )
        .join(Feed, Feed.id == Entry.feed_id)
        .outerjoin(ArchiveFile, of_layout)
        .limit(sa.bindparam("most"))
    )


_EVERY = _records().where(Entry.id > sa.bindparam("after")).order_by(Entry.id)
_COLUMNS = tuple(_EVERY.selected_columns.keys())
_DUE = _records().where(IS_DUE).order_by(Entry.feed_id, Entry.id)
_DUE_OF_FEED = _DUE.where(Entry.feed_id == sa.bindparam("of_feed"))


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
    """Write down the file of each entry before it is made; return the files they now have.

    Once given, a path stays: where another process was faster, its choice holds. An entry whose
    path is another entry's already has none.
    """
    rows = [{"entry_id": entry, "layout": layout, "path": path} for entry, path in paths.items()]
    insert = insert_if_new(connection.dialect.name, ArchiveFile)
    counted = {"preserve_rowcount": True}
    if connection.execute(insert, rows, execution_options=counted).rowcount == len(rows):
        return dict(paths)
    return dict(connection.execute(_PATHS, {"of_layout": layout, "entries": list(paths)}).all())


def change_path(connection: sa.Connection, layout: str, entry_id: int, path: str) -> bool:
    """Give an entry another file, whose first one cannot be; say whether nobody else has it."""
    of_entry = sa.and_(_FILE.c.layout == layout, _FILE.c.entry_id == entry_id)
    has_it = sa.and_(_FILE.c.path == path, sa.not_(of_entry))
    if connection.execute(sa.select(_FILE.c.path).where(has_it)).first():
        return False
    connection.execute(sa.update(_FILE).where(of_entry).values(path=path))
    return True


_FILE, _ENTRY = table_of(ArchiveFile), table_of(Entry)
_PATHS = sa.select(_FILE.c.entry_id, _FILE.c.path).where(
    _FILE.c.layout == sa.bindparam("of_layout"),
    _FILE.c.entry_id.in_(sa.bindparam("entries", expanding=True)),
)
_WRITTEN = (
    sa.update(_FILE)
    .where(_FILE.c.entry_id == sa.bindparam("entry"), _FILE.c.layout == sa.bindparam("of_layout"))
    .values(digest=sa.bindparam("sha256"), written_at=sa.bindparam("now"))
)
_NO_LONGER_DUE = (
    sa.update(_ENTRY)
    .where(_ENTRY.c.id == sa.bindparam("entry"), _ENTRY.c.render_due == sa.bindparam("was_due"))
    .values(render_due=0)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file that shows what was due of an entry; `digest` is its SHA-256."""

    entry_id: int
    render_due: int
    digest: bytes


def mark_written(
    connection: sa.Connection, layout: str, written: Sequence[Written], *, now: datetime
) -> None:
    """Note which files are up to date; an entry that changed meanwhile stays due."""
    if not written:
        return
    rows = [
        {
            "entry": one.entry_id,
            "was_due": one.render_due,
            "sha256": one.digest,
            "of_layout": layout,
            "now": now,
        }
        for one in written
    ]
    connection.execute(_WRITTEN, rows)
    connection.execute(_NO_LONGER_DUE, rows)


def files(connection: sa.Connection, layout: str) -> Iterator[tuple[str, bytes | None, bool]]:
    """Every file: its path, its SHA-256 as written (None: not yet), whether it is due again."""
    query = (
        sa.select(ArchiveFile.path, ArchiveFile.digest, IS_DUE)
        .join(Entry, Entry.id == ArchiveFile.entry_id)
        .where(ArchiveFile.layout == layout)
        .order_by(ArchiveFile.path)
    )
    yield from connection.execute(query)


def written_paths(connection: sa.Connection, layout: str) -> Iterator[str]:
    """The files that must be there: written, and not due again, as after a rename.

    They are read as long as they are asked for.
    """
    last = 0
    query = (
        sa.select(ArchiveFile.entry_id, ArchiveFile.path)
        .join(Entry, Entry.id == ArchiveFile.entry_id)
        .where(ArchiveFile.layout == layout, ArchiveFile.digest.is_not(None), Entry.render_due == 0)
        .order_by(ArchiveFile.entry_id)
        .limit(_PATHS_AT_ONCE)
    )
    while rows := connection.execute(query.where(ArchiveFile.entry_id > last)).all():
        yield from (row.path for row in rows)
        last = rows[-1].entry_id


def missing_paths(connection: sa.Connection, layout: str) -> int:
    """How many entries have been given no file yet."""
    with_file = sa.select(ArchiveFile.entry_id).where(ArchiveFile.layout == layout)
    query = sa.select(sa.func.count(Entry.id)).where(Entry.id.not_in(with_file))
    return connection.scalar(query) or 0


def make_due(connection: sa.Connection, paths: Sequence[str]) -> None:
    """Have the records of these files rendered again."""
    for part in in_batches(paths):
        some = sa.select(ArchiveFile.entry_id).where(ArchiveFile.path.in_(part))
        due_again = sa.update(Entry).where(Entry.id.in_(some))
        connection.execute(due_again.values(render_due=Entry.render_due + 1))


def paths_of_feed(connection: sa.Connection, feed_id: int) -> list[str]:
    """The files of one feed, in any layout."""
    query = sa.select(ArchiveFile.path).join(Entry, Entry.id == ArchiveFile.entry_id)
    return list(connection.scalars(query.where(Entry.feed_id == feed_id)))
