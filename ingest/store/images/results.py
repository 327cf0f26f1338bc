"""Store the results of fetching pictures, and mark the entries that show them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.store.due import mark_due_for
from ingest.store.images.listing import unknown_digests
from ingest.store.statements import in_batches, insert_if_new, table_of
from ingest.values import Validators
from models import Image, ImageFile, ImageUse

_IMAGE, _FILE, _USE = table_of(Image), table_of(ImageFile), table_of(ImageUse)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A picture whose file is in place; `source` is the address that gave it."""

    id: int
    digest: bytes
    media_type: str
    width: int | None
    height: int | None
    size: int
    source: str
    validators: Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """A picture of which the server says that the kept file is still right."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A picture that could not be kept; `next_try_at` is None if it is not tried again."""

    id: int
    reason: str
    next_try_at: datetime | None
    is_counted: bool = True


Result = Kept | Unchanged | Failed


def record(
    connection: sa.Connection,
    results: Sequence[Result],
    *,
    outputs: Iterable[str],
    now: datetime,
) -> list[Kept]:
    """Store the results of fetching pictures; return those whose file nothing needs any more.

    A takedown may have deleted their addresses in the meantime.
    Mark the entries that show them as due for `outputs`, except entries with more pictures to fetch
    now: so an entry is written once, not once for each of its pictures.
    """
    gone = _without_address(connection, [r for r in results if isinstance(r, Kept)])
    lost = _never_settled(connection, [r.id for r in results if isinstance(r, Failed)])
    for result in results:
        if isinstance(result, Kept):
            if result not in gone:
                _keep(connection, result, now)
        elif isinstance(result, Unchanged):
            _set(connection, result.id, kept_at=now, **_WELL)
        else:
            _fail(connection, result, now)
    changed = _give_files(connection, [result.id for result in results])
    changed |= _entries_with(connection, lost)
    complete = sorted(_complete(connection, changed, now))
    for output in outputs:
        mark_due_for(connection, output, complete, now)
    unknown = unknown_digests(connection, [kept.digest for kept in gone])
    return [kept for kept in gone if kept.digest in unknown]


def _without_address(connection: sa.Connection, kept: Sequence[Kept]) -> list[Kept]:
    """Return those of these pictures whose address is no longer stored."""
    known: set[int] = set()
    for some in in_batches([one.id for one in kept]):
        known.update(connection.scalars(sa.select(_IMAGE.c.id).where(_IMAGE.c.id.in_(some))))
    return [one for one in kept if one.id not in known]


_WELL: Mapping[str, Any] = {"next_try_at": None, "failures": 0, "error": None, "failed_at": None}


def _keep(connection: sa.Connection, kept: Kept, now: datetime) -> None:
    row = {
        "digest": kept.digest,
        "media_type": kept.media_type,
        "width": kept.width,
        "height": kept.height,
        "size": kept.size,
        "kept_at": now,
    }
    connection.execute(insert_if_new(connection.dialect.name, ImageFile, "digest"), row)
    file_id = connection.scalar(sa.select(_FILE.c.id).where(_FILE.c.digest == kept.digest))
    _set(
        connection,
        kept.id,
        file_id=file_id,
        kept_at=now,
        source=kept.source,
        etag=kept.validators.etag,
        last_modified=kept.validators.last_modified,
        **_WELL,
    )


def _fail(connection: sa.Connection, failed: Failed, now: datetime) -> None:
    """Store a failure, unless the address gave a file earlier: that file stays, and is enough."""
    more = _IMAGE.c.failures + int(failed.is_counted)
    values = {"error": failed.reason, "failed_at": now, "next_try_at": failed.next_try_at}
    of_image = sa.update(_IMAGE).where(_IMAGE.c.id == failed.id)
    has_file = _IMAGE.c.file_id.is_not(None)
    connection.execute(of_image.where(~has_file).values(failures=more, **values))
    connection.execute(of_image.where(has_file).values(_WELL))


def _set(connection: sa.Connection, image_id: int, **values: Any) -> None:
    connection.execute(sa.update(_IMAGE).where(_IMAGE.c.id == image_id).values(values))


def _never_settled(connection: sa.Connection, image_ids: Sequence[int]) -> list[int]:
    """Return which of these pictures were neither kept nor have failed before."""
    is_new = sa.and_(_IMAGE.c.failed_at.is_(None), _IMAGE.c.file_id.is_(None))
    found: list[int] = []
    for some in in_batches(image_ids):
        found += connection.scalars(sa.select(_IMAGE.c.id).where(_IMAGE.c.id.in_(some), is_new))
    return found


def _entries_with(connection: sa.Connection, image_ids: Sequence[int]) -> set[int]:
    """Return the entries that show one of these pictures."""
    entries: set[int] = set()
    for some in in_batches(image_ids):
        query = sa.select(_USE.c.entry_id).where(_USE.c.image_id.in_(some))
        entries.update(connection.scalars(query))
    return entries


def _give_files(connection: sa.Connection, image_ids: Sequence[int]) -> set[int]:
    """Give the entries that wait for these pictures the file that each address gave last.

    Return the ids of these entries. A picture that is to be tried again soon gives nothing yet,
    because its file may be outdated.
    """
    entries: set[int] = set()
    file_of = sa.select(_IMAGE.c.file_id).where(_IMAGE.c.id == _USE.c.image_id).scalar_subquery()
    for some in in_batches(image_ids):
        settled = sa.select(_IMAGE.c.id).where(
            _IMAGE.c.id.in_(some), _IMAGE.c.file_id.is_not(None), _IMAGE.c.next_try_at.is_(None)
        )
        waiting = sa.and_(_USE.c.image_id.in_(settled), _USE.c.file_id.is_(None))
        given = sa.update(_USE).where(waiting).values(file_id=file_of)
        entries.update(connection.scalars(given.returning(_USE.c.entry_id)))
    return entries


def _complete(connection: sa.Connection, entry_ids: Collection[int], now: datetime) -> set[int]:
    """Return those of these entries that have a kept picture, and wait for no other."""
    other, others = _USE.alias(), _IMAGE.alias()
    is_waiting = sa.exists().where(
        other.c.entry_id == _USE.c.entry_id,
        other.c.file_id.is_(None),
        others.c.id == other.c.image_id,
        others.c.next_try_at <= now,
    )
    kept = _USE.alias()
    has_kept = sa.exists().where(kept.c.entry_id == _USE.c.entry_id, kept.c.file_id.is_not(None))
    entries: set[int] = set()
    for some in in_batches(sorted(entry_ids)):
        query = sa.select(_USE.c.entry_id).where(_USE.c.entry_id.in_(some), ~is_waiting, has_kept)
        entries.update(connection.scalars(query))
    return entries
