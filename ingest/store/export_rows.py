"""Convert rows to versions of entries for an export, with the same result for both databases."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from ingest.outputs.rights import excerpt_of
from ingest.reading.documents.packing import unpack
from ingest.reading.html import text_of
from ingest.store.entries import CONTENT
from ingest.store.statements import table_of
from ingest.values.exports import SCHEMA_VERSION, ExportEntry
from models import Capture, Entry, Revision

ENTRY, REVISION, _CAPTURE = map(table_of, (Entry, Revision, Capture))
_PAGE = _CAPTURE.alias("page")
# An entry's id is made from its feed's folder name and its own key, which never change (RFC 9562
# section 5.5).
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "entries.guidang").bytes


class FeedFacts(NamedTuple):
    """What an export says about a feed; the address has no secrets.

    The last three fields are the rights that are set for the feed.
    """

    slug: str
    url: str
    title: str | None
    categories: list[str]
    excerpt_only: bool = False
    noindex: bool = False
    publish_after: str | None = None


def id_of(slug: str, key: str) -> str:
    """Return the id of an entry in all exports: a URN with a UUID of version 5."""
    digest = hashlib.sha1(_NAMESPACE + f"{slug}/{key}".encode(), usedforsecurity=False).digest()
    name = bytearray(digest[:16])
    name[6] = name[6] & 0x0F | 0x50
    name[8] = name[8] & 0x3F | 0x80
    text = name.hex()
    return f"urn:uuid:{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


_OF_ENTRY = ("key", "guid", "first_seen_at")  # the same for all its versions
_OF_PRESENT = ("item_digest", "full_text_error", "said_before_at")
_LISTS = ("authors", "categories", "enclosures")
_INSTANTS = tuple(name for name in ExportEntry._fields if name.endswith("_at"))


@cache
def query_of(table: sa.Table, captures: bool) -> sa.Select[Any]:
    """Return the query for entries by id.

    If `table` is `ENTRY`, the query has their current versions; if it is `REVISION`, their earlier
    versions. The first columns are the ids of entry and feed, then come the fields of
    `ExportEntry`. Fields that `entry_of` computes are null.
    """
    is_present = table is ENTRY
    number = ENTRY.c.id if is_present else REVISION.c.entry_id
    columns: dict[str, sa.ColumnElement[Any]] = {
        **{name: table.c[name] for name in CONTENT},
        **{name: ENTRY.c[name] for name in (*_OF_ENTRY, *(_OF_PRESENT if is_present else ()))},
        **_of_capture(_CAPTURE, "source", captures),
        **_of_capture(_PAGE, "page", captures),
        "is_full_text": table.c.full_text,
    }
    if not is_present:
        columns["replaced_at"] = REVISION.c.replaced_at
    chosen = (_raw(name, columns.get(name, sa.null())) for name in ExportEntry._fields)
    query = sa.select(number, ENTRY.c.feed_id, *chosen)
    if not is_present:
        query = query.join_from(REVISION, ENTRY, ENTRY.c.id == REVISION.c.entry_id)
    query = query.join(_CAPTURE, _CAPTURE.c.id == table.c.capture_id)
    query = query.outerjoin(_PAGE, _PAGE.c.id == table.c.page_capture_id)
    query = query.where(number.in_(sa.bindparam("numbers", expanding=True)))
    return query.order_by(number, table.c.version)


def _of_capture(
    table: sa.FromClause, name: str, captures: bool
) -> dict[str, sa.ColumnElement[Any]]:
    """Return the columns of stored bytes, with names that begin with `source` or `page`."""
    return {
        f"{name}_url": table.c.url,
        f"{name}_digest": table.c.digest,
        f"{name}_content_type": table.c.content_type,
        "captured_at" if name == "source" else "page_captured_at": table.c.captured_at,
        name: table.c.body if captures else sa.null(),
    }


def _raw(name: str, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return a column without SQLAlchemy's conversion, which would double the time of an export."""
    is_raw = name in _LISTS or name in _INSTANTS
    return (sa.type_coerce(column, sa.Text) if is_raw else column).label(name)


@lru_cache(maxsize=4096)
def _list(text: str) -> list[Any]:
    """Parse a list from SQLite; cached, because most lists are empty or occur several times."""
    found: list[Any] = json.loads(text)
    return found


@lru_cache(maxsize=4096)
def _instant(text: str) -> datetime:
    """Parse an instant from SQLite, which is in UTC; cached, because most occur several times."""
    return datetime.fromisoformat(f"{text}+00:00")


def _in_order(value: Any, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return JSON objects with their fields in the order of `names`.

    PostgreSQL returns the fields in another order.
    """
    return [{name: one.get(name) for name in names} for one in value]


_PLACE = {name: place for place, name in enumerate(ExportEntry._fields)}
_PLACES_OF_INSTANTS = [_PLACE[name] for name in _INSTANTS]
_PLACES_OF_LISTS = [_PLACE[name] for name in _LISTS]
_PLACES_OF_DIGESTS = [_PLACE[name] for name in ExportEntry._fields if name.endswith("_digest")]
_AUTHORS, _ENCLOSURES, _HTML = _PLACE["authors"], _PLACE["enclosures"], _PLACE["html"]


def entry_of(
    row: Sequence[Any], feed: FeedFacts, other_links: list[str], *, has_text: bool, is_public: bool
) -> ExportEntry:
    """Return the entry for a row of `query_of`.

    With `is_public`, the entry has only the parts that the rights of its feed allow to publish.
    """
    values = list(row[2:])
    for place in _PLACES_OF_INSTANTS:
        if type(value := values[place]) is str:
            values[place] = _instant(value)
    for place in _PLACES_OF_LISTS:
        if type(value := values[place]) is str:
            values[place] = _list(value)
    for place in _PLACES_OF_DIGESTS:
        if value := values[place]:
            values[place] = value.hex()
    if values[_AUTHORS]:
        values[_AUTHORS] = _in_order(values[_AUTHORS], _FIELDS_OF_AUTHOR)
    if values[_ENCLOSURES]:
        values[_ENCLOSURES] = _in_order(values[_ENCLOSURES], _FIELDS_OF_ENCLOSURE)
    entry = ExportEntry._make(values)
    if is_public and feed.excerpt_only:
        entry = _excerpt(entry)
    return entry._replace(
        schema_version=SCHEMA_VERSION,
        id=id_of(feed.slug, entry.key),
        is_current=entry.replaced_at is None,
        is_full_text=bool(entry.is_full_text),
        feed_slug=feed.slug,
        feed_url=feed.url,
        feed_title=feed.title or entry.feed_title,
        feed_categories=feed.categories,
        other_links=other_links,
        text=text_of(entry.html) if has_text else None,
        duplicates=[],
        source=unpack(entry.source) if entry.source else None,
        page=unpack(entry.page) if entry.page else None,
    )


def _excerpt(entry: ExportEntry) -> ExportEntry:
    """Return an entry with only the beginning of its text, and without pictures and files."""
    html = excerpt_of(entry.html)
    return entry._replace(html=html, lead_image=None, enclosures=[], source=None, page=None)


_FIELDS_OF_AUTHOR = ("name", "url", "email")
_FIELDS_OF_ENCLOSURE = ("url", "media_type", "length")
