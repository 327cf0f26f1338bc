"""Query the pictures to fetch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.store.statements import table_of
from ingest.urls import Url
from ingest.values import NO_VALIDATORS, Validators
from models import Entry, Feed, Image, ImageUse

_IMAGE, _USE = table_of(Image), table_of(ImageUse)


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
