"""Store the bytes of documents, each document once, so that entries can be read from them again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from ingest.reading.documents.packing import pack, unpack
from ingest.store.statements import in_batches, insert_if_new, table_of
from ingest.values import Packed
from models import Capture, Entry

# A document is a tuple of its bytes, their origin and their Content-Type.
Body = tuple[Packed, str, str | None]
# If a document contains an entry that was taken down, this is stored instead of its bytes.
ERASED = pack(b"").body


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The origin and time of a document; `document_id` is its id in the queue of a backfill."""

    feed_id: int
    url: str
    content_type: str | None
    at: datetime
    document_id: int | None = None


def keep_captures(
    connection: sa.Connection,
    seen: Seen,
    bodies: Iterable[Body],
    hidden: Collection[bytes] = frozenset(),
) -> dict[bytes, int]:
    """Store documents that are not stored yet; return the ids of all stored documents by digest.

    Documents with a digest in `hidden` are stored without their bytes.
    """
    rows: dict[bytes, dict[str, Any]] = {}
    for packed, url, kind in bodies:
        stored = packed._replace(body=ERASED) if packed.digest in hidden else packed
        rows.setdefault(packed.digest, _row(seen, url, kind) | stored._asdict())
    numbers: dict[bytes, int] = {}
    if rows:
        insert = _insert_if_new(connection.dialect.name)
        numbers = dict(connection.execute(insert, list(rows.values())).all())
    for some in in_batches(sorted(rows.keys() - numbers.keys())):
        found = connection.execute(_NUMBERS, {"of_feed": seen.feed_id, "digests": some})
        numbers.update(found.all())
    return numbers


@cache
def _insert_if_new(dialect: str) -> Any:
    insert = insert_if_new(dialect, Capture, "feed_id", "digest")
    return insert.returning(_CAPTURE.c.digest, _CAPTURE.c.id)


_CAPTURE = table_of(Capture)
_NUMBERS = sa.select(_CAPTURE.c.digest, _CAPTURE.c.id).where(
    _CAPTURE.c.feed_id == sa.bindparam("of_feed"),
    _CAPTURE.c.digest.in_(sa.bindparam("digests", expanding=True)),
)


def _row(seen: Seen, url: str, content_type: str | None) -> dict[str, Any]:
    return {
        "feed_id": seen.feed_id,
        "url": url,
        "content_type": content_type,
        "captured_at": seen.at,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """A stored entry with the bytes from which it can be read again."""

    id: int
    key: str
    link_key: str | None
    guid: str | None
    first_seen_at: datetime
    version: int
    title: str
    item_digest: bytes
    html: str
    full_text_error: str | None
    published_at: datetime | None
    published_raw: str | None
    published_method: str | None
    published_precision: str | None
    url: str
    content_type: str | None
    body: bytes
    page_url: str | None
    page_content_type: str | None
    page_body: bytes | None


def stored_entries(
    connection: sa.Connection, feed_id: int, *, after: int = 0, limit: int = 200
) -> list[StoredEntry]:
    """Return up to `limit` entries of a feed with their bytes, in order, with ids above `after`.

    Entries of documents that were erased are left out.
    """
    page = sa.orm.aliased(Capture)
    query = (
        sa.select(
            *(getattr(Entry, name) for name in _COLUMNS_OF_ENTRY),
            Capture.url,
            Capture.content_type,
            Capture.body,
            page.url.label("page_url"),
            page.content_type.label("page_content_type"),
            page.body.label("page_body"),
        )
        .join(Capture, Capture.id == Entry.capture_id)
        .outerjoin(page, page.id == Entry.page_capture_id)
        .where(Entry.feed_id == feed_id, Entry.id > after, Capture.body != ERASED)
        .order_by(Entry.id)
        .limit(limit)
    )
    return [_stored_entry(row) for row in connection.execute(query).mappings()]


_COLUMNS_OF_ENTRY = tuple(StoredEntry.__dataclass_fields__)[:14]


def _stored_entry(row: sa.RowMapping) -> StoredEntry:
    columns = dict(row)
    columns["body"] = unpack(columns["body"])
    if columns["page_body"] is not None:
        columns["page_body"] = unpack(columns["page_body"])
    return StoredEntry(**columns)
