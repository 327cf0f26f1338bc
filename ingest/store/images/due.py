"""Query the pictures to fetch, and store the results of fetching them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.store.due import mark_due_for
from ingest.store.statements import in_batches, insert_if_new, table_of
from ingest.urls import Url
from ingest.values import NO_VALIDATORS, Validators
from models import Entry, Feed, Image, ImageFile, ImageUse

_IMAGE, _FILE, _USE = table_of(Image), table_of(ImageFile), table_of(ImageUse)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A picture to fetch, for an entry with the page `page`, of a feed with these settings.

    `validators` are those of the kept file, if there is one.
    """

    id: int
    url: Url
    site: str
    failures: int
    feed_id: int
    page: str | None
    settings: Mapping[str, Any]
    validators: Validators


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


def due(
    connection: sa.Connection,
    now: datetime,
    limit: int,
    *,
    without_sites: Collection[str] = (),
    without: Collection[int] = (),
) -> list[Wanted]:
    """Return up to `limit` pictures to fetch now, the longest due first."""
    wanting = sa.select(sa.func.min(_USE.c.entry_id)).where(
        _USE.c.image_id == _IMAGE.c.id, _USE.c.file_id.is_(None)
    )
    query = (
        sa.select(_IMAGE, Entry.link, Entry.feed_id, Feed.settings)
        .select_from(_IMAGE)
        .join(Entry, Entry.id == wanting.scalar_subquery())
        .join(Feed, Feed.id == Entry.feed_id)
        .where(_IMAGE.c.next_try_at <= now)
        .order_by(_IMAGE.c.next_try_at, _IMAGE.c.id)
        .limit(limit)
    )
    if without_sites:
        query = query.where(_IMAGE.c.site.not_in(without_sites))
    if without:
        query = query.where(_IMAGE.c.id.not_in(without))
    return [_picture_of(row) for row in connection.execute(query)]


def _picture_of(row: sa.Row[Any]) -> Wanted:
    given = Validators(etag=row.etag, last_modified=row.last_modified)
    return Wanted(
        id=row.id,
        url=Url(row.url),
        site=row.site,
        failures=row.failures,
        feed_id=row.feed_id,
        page=row.link,
        settings=row.settings,
        validators=NO_VALIDATORS if row.file_id is None else given,
    )


def record(
    connection: sa.Connection,
    results: Sequence[Result],
    *,
    outputs: Iterable[str],
    now: datetime,
) -> None:
    """Store the results of fetching pictures.

    Mark the entries that show them as due for `outputs`, except entries with more pictures to fetch
    now: so an entry is written once, not once for each of its pictures.
    """
    lost = _never_settled(connection, [r.id for r in results if isinstance(r, Failed)])
    for result in results:
        if isinstance(result, Kept):
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
