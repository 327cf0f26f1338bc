"""Query the kept pictures that entries show, for outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from ingest.store.statements import in_batches, table_of
from models import Image, ImageFile, ImageUse

_IMAGE, _FILE, _USE = table_of(Image), table_of(ImageFile), table_of(ImageUse)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPicture:
    """A kept picture of an entry; `url` is the publisher's address."""

    url: str
    digest: bytes
    media_type: str
    width: int | None
    height: int | None


def kept_pictures(
    connection: sa.Connection, entry_ids: Sequence[int]
) -> dict[int, dict[str, KeptPicture]]:
    """Return the kept pictures of entries by entry id and address."""
    query = (
        sa.select(_USE.c.entry_id, _IMAGE.c.url, _FILE.c.digest, _FILE.c.media_type,
                  _FILE.c.width, _FILE.c.height)
        .join(_IMAGE, _IMAGE.c.id == _USE.c.image_id)
        .join(_FILE, _FILE.c.id == _USE.c.file_id)
    )  # fmt: skip
    found: dict[int, dict[str, KeptPicture]] = {}
    for some in in_batches(entry_ids):
        for entry_id, *columns in connection.execute(query.where(_USE.c.entry_id.in_(some))):
            picture = KeptPicture(**dict(zip(_COLUMNS, columns, strict=True)))
            found.setdefault(entry_id, {})[picture.url] = picture
    return found


_COLUMNS = ("url", "digest", "media_type", "width", "height")
