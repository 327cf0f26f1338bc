"""Count the pictures that are kept, wanted and failed, and their bytes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from ingest.store.statements import table_of
from models import Entry, Image, ImageFile, ImageUse

_IMAGE, _FILE, _USE = table_of(Image), table_of(ImageFile), table_of(ImageUse)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCounts:
    """How many pictures there are: kept files and their bytes, addresses to fetch, failures.

    `failed` counts the addresses whose last fetch failed; `given_up` those of them that are not
    tried again, and `limited` those that are too much for `max_feed_size` or `max_total_size`.
    `next_try_at` is when the next failed one is tried again.
    """

    kept: int
    bytes: int
    wanted: int
    failed: int
    given_up: int
    limited: int
    next_try_at: datetime | None

    def as_json(self) -> dict[str, object]:
        """Return the counts as a JSON object."""
        return asdict(self)


def counts(connection: sa.Connection) -> ImageCounts:
    """Return how many pictures are kept, wanted and failed."""
    files = connection.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(_FILE.c.size), 0))
    ).one()
    has_failed, is_planned = _IMAGE.c.error.is_not(None), _IMAGE.c.next_try_at.is_not(None)
    addresses = connection.execute(
        sa.select(
            _count(sa.and_(is_planned, ~has_failed)).label("wanted"),
            _count(has_failed).label("failed"),
            _count(sa.and_(has_failed, ~is_planned)).label("given_up"),
            _count(_IMAGE.c.error.like("images.max_%_size (%")).label("limited"),
            sa.func.min(sa.case((has_failed, _IMAGE.c.next_try_at))).label("next_try_at"),
        )
    ).one()
    return ImageCounts(kept=files[0], bytes=int(files[1]), **addresses._asdict())


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.count(sa.case((condition, 1)))


def total_size(connection: sa.Connection) -> int:
    """Return how many bytes the kept files have."""
    return int(connection.scalar(sa.select(sa.func.coalesce(sa.func.sum(_FILE.c.size), 0))) or 0)


def size_of_feed(connection: sa.Connection, feed_id: int) -> int:
    """Return how many bytes the files have that entries of a feed show."""
    of_feed = sa.select(_USE.c.file_id).join(Entry, Entry.id == _USE.c.entry_id)
    of_feed = of_feed.where(Entry.feed_id == feed_id, _USE.c.file_id.is_not(None))
    query = sa.select(sa.func.coalesce(sa.func.sum(_FILE.c.size), 0))
    return int(connection.scalar(query.where(_FILE.c.id.in_(of_feed))) or 0)


def some_digests(connection: sa.Connection, most: int) -> list[tuple[bytes, str]]:
    """Return the digest and type of the files that were kept last."""
    query = sa.select(_FILE.c.digest, _FILE.c.media_type).order_by(_FILE.c.id.desc()).limit(most)
    return [(row.digest, row.media_type) for row in connection.execute(query)]
