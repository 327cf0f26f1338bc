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
    for result in results:
        if isinstance(result, Kept):
            _keep(connection, result, now)
        elif isinstance(result, Unchanged):
            _set(connection, result.id, kept_at=now, **_WELL)
        else:
            _fail(connection, result, now)
    image_ids = [result.id for result in results]
    _give_files(connection, image_ids)
    complete = sorted(_complete_entries(connection, image_ids, now))
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
    more = _IMAGE.c.failures + int(failed.is_counted)
    values = {"error": failed.reason, "failed_at": now, "next_try_at": failed.next_try_at}
    _set(connection, failed.id, failures=more, **values)


def _set(connection: sa.Connection, image_id: int, **values: Any) -> None:
    connection.execute(sa.update(_IMAGE).where(_IMAGE.c.id == image_id).values(values))


def _give_files(connection: sa.Connection, image_ids: Sequence[int]) -> None:
    """Give the entries that show these pictures the file that each address gave last.

    A picture that is to be tried again soon gives nothing yet, because its file may be outdated.
    """
    file_of = sa.select(_IMAGE.c.file_id).where(_IMAGE.c.id == _USE.c.image_id).scalar_subquery()
    for some in in_batches(image_ids):
        settled = sa.select(_IMAGE.c.id).where(
            _IMAGE.c.id.in_(some), _IMAGE.c.file_id.is_not(None), _IMAGE.c.next_try_at.is_(None)
        )
        waiting = sa.and_(_USE.c.image_id.in_(settled), _USE.c.file_id.is_(None))
        connection.execute(sa.update(_USE).where(waiting).values(file_id=file_of))


def _complete_entries(
    connection: sa.Connection, image_ids: Sequence[int], now: datetime
) -> set[int]:
    """Return the entries that show these pictures, have a kept one, and wait for no other."""
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
    for some in in_batches(image_ids):
        query = sa.select(_USE.c.entry_id).where(_USE.c.image_id.in_(some), ~is_waiting, has_kept)
        entries.update(connection.scalars(query))
    return entries
