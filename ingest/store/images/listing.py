"""Query pictures for the command line, and delete what nothing needs any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from ingest.store.statements import in_batches, table_of
from ingest.urls import without_secrets
from models import Entry, Feed, Image, ImageFile, ImageUse

_IMAGE, _FILE, _USE = table_of(Image), table_of(ImageFile), table_of(ImageUse)
_AT_ONCE = 5000

State = Literal["kept", "failed", "wanted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A kept picture as the database has it."""

    id: int
    digest: bytes
    media_type: str
    size: int


def listed(
    connection: sa.Connection,
    *,
    states: Iterable[State],
    feed_ids: Sequence[int] = (),
    limit: int | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield the addresses of pictures in these states, in the order in which they were found."""
    query = sa.select(
        _IMAGE.c.id, _IMAGE.c.url, _IMAGE.c.source, _IMAGE.c.first_seen_at, _IMAGE.c.kept_at,
        _IMAGE.c.error, _IMAGE.c.failures, _IMAGE.c.failed_at, _IMAGE.c.next_try_at,
        _FILE.c.digest, _FILE.c.media_type, _FILE.c.width, _FILE.c.height, _FILE.c.size,
        sa.select(sa.func.count()).where(_USE.c.image_id == _IMAGE.c.id).scalar_subquery()
        .label("entries"),
    ).outerjoin(_FILE, _FILE.c.id == _IMAGE.c.file_id)  # fmt: skip
    query = query.where(sa.or_(*(_CONDITIONS[state] for state in states)))
    if feed_ids:
        of_feeds = sa.select(_USE.c.image_id).join(Entry, Entry.id == _USE.c.entry_id)
        query = query.where(_IMAGE.c.id.in_(of_feeds.where(Entry.feed_id.in_(feed_ids))))
    for row in connection.execute(query.order_by(_IMAGE.c.id).limit(limit)).mappings():
        yield _as_json(dict(row))


_CONDITIONS: dict[State, sa.ColumnElement[bool]] = {
    "kept": _IMAGE.c.file_id.is_not(None),
    "failed": _IMAGE.c.error.is_not(None),
    "wanted": sa.and_(_IMAGE.c.next_try_at.is_not(None), _IMAGE.c.error.is_(None)),
}


def _as_json(row: dict[str, Any]) -> dict[str, Any]:
    digest = row.pop("digest")
    state = "failed" if row["error"] else "kept" if digest else "wanted"
    return {
        "state": state,
        **row,
        "url": without_secrets(row["url"]),
        "sha256": digest.hex() if digest else None,
    }


def files(connection: sa.Connection, *, after: int) -> list[StoredFile]:
    """Return the next several thousand kept files, with ids above `after`, in order."""
    query = sa.select(_FILE.c.id, _FILE.c.digest, _FILE.c.media_type, _FILE.c.size)
    query = query.where(_FILE.c.id > after).order_by(_FILE.c.id).limit(_AT_ONCE)
    return [StoredFile(**row._asdict()) for row in connection.execute(query)]


def unknown_digests(connection: sa.Connection, digests: Sequence[bytes]) -> set[bytes]:
    """Return which of these digests belong to no kept file."""
    unknown = set(digests)
    for some in in_batches(digests):
        known = connection.scalars(sa.select(_FILE.c.digest).where(_FILE.c.digest.in_(some)))
        unknown.difference_update(known)
    return unknown


def try_again(connection: sa.Connection, *, feed_ids: Sequence[int] = (), now: datetime) -> int:
    """Make failed pictures due now; return how many."""
    failed = sa.update(_IMAGE).where(_IMAGE.c.error.is_not(None))
    if feed_ids:
        of_feeds = sa.select(_USE.c.image_id).join(Entry, Entry.id == _USE.c.entry_id)
        failed = failed.where(_IMAGE.c.id.in_(of_feeds.where(Entry.feed_id.in_(feed_ids))))
    return connection.execute(failed.values(next_try_at=now, failures=0)).rowcount


def fetch_again(connection: sa.Connection, file_ids: Sequence[int], *, now: datetime) -> None:
    """Forget files that are gone from the folder, and make their addresses due now."""
    for some in in_batches(file_ids):
        uses, images = _USE.c.file_id.in_(some), _IMAGE.c.file_id.in_(some)
        addresses = sa.select(_USE.c.image_id).where(uses)
        due = sa.or_(images, _IMAGE.c.id.in_(addresses))
        connection.execute(sa.update(_IMAGE).where(due).values(next_try_at=now))
        connection.execute(sa.update(_IMAGE).where(images).values(file_id=None, kept_at=None))
        connection.execute(sa.update(_USE).where(uses).values(file_id=None))
        connection.execute(sa.delete(_FILE).where(_FILE.c.id.in_(some)))


_HAS_USE = sa.exists().where(_USE.c.image_id == _IMAGE.c.id)
_IS_NEEDED = sa.or_(
    sa.exists().where(_USE.c.file_id == _FILE.c.id),
    sa.exists().where(_IMAGE.c.file_id == _FILE.c.id, _HAS_USE),
)


def unneeded_files(connection: sa.Connection) -> list[StoredFile]:
    """Return the files that no entry needs, not even for an earlier version."""
    query = sa.select(_FILE.c.id, _FILE.c.digest, _FILE.c.media_type, _FILE.c.size)
    rows = connection.execute(query.where(~_IS_NEEDED).order_by(_FILE.c.id))
    return [StoredFile(**row._asdict()) for row in rows]


def delete_unneeded(connection: sa.Connection) -> list[StoredFile]:
    """Delete the rows of pictures that no entry needs; return the files to delete."""
    gone = unneeded_files(connection)
    connection.execute(sa.delete(_IMAGE).where(~_HAS_USE))
    for some in in_batches([file.id for file in gone]):
        connection.execute(sa.delete(_FILE).where(_FILE.c.id.in_(some)))
    return gone


def files_only_of(connection: sa.Connection, entry_ids: Sequence[int]) -> list[StoredFile]:
    """Return the files that only these entries show."""
    found: dict[int, StoredFile] = {}
    for some in in_batches(entry_ids):
        query = sa.select(_FILE.c.id, _FILE.c.digest, _FILE.c.media_type, _FILE.c.size)
        query = query.join(_USE, _USE.c.file_id == _FILE.c.id).where(_USE.c.entry_id.in_(some))
        found |= {row.id: StoredFile(**row._asdict()) for row in connection.execute(query)}
    ours, others = set(entry_ids), set()
    for some in in_batches(sorted(found)):
        uses = sa.select(_USE.c.file_id, _USE.c.entry_id).where(_USE.c.file_id.in_(some))
        others |= {row.file_id for row in connection.execute(uses) if row.entry_id not in ours}
    return [file for number, file in sorted(found.items()) if number not in others]


def forget_entries(connection: sa.Connection, entry_ids: Sequence[int]) -> None:
    """Delete what is stored about the pictures that only these entries show."""
    files = [file.id for file in files_only_of(connection, entry_ids)]
    for some in in_batches(entry_ids):
        of_entries = _USE.c.entry_id.in_(some)
        images = sorted(set(connection.scalars(sa.select(_USE.c.image_id).where(of_entries))))
        connection.execute(sa.delete(_USE).where(of_entries))
        for few in in_batches(images):
            connection.execute(sa.delete(_IMAGE).where(_IMAGE.c.id.in_(few), ~_HAS_USE))
    for some in in_batches(files):
        outdated = sa.update(_IMAGE).where(_IMAGE.c.file_id.in_(some))
        connection.execute(outdated.values(file_id=None, kept_at=None))
        connection.execute(sa.delete(_FILE).where(_FILE.c.id.in_(some)))


def feeds_with_images(connection: sa.Connection, default: str) -> int:
    """Return how many feeds on the list keep their pictures."""
    rows = connection.scalars(sa.select(Feed.settings).where(Feed.removed_at.is_(None)))
    return sum((settings.get("images") or default) == "keep" for settings in rows)
