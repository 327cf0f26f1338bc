"""Miniflux: its tables in PostgreSQL. `miniflux_api` reads the same over HTTP.

A guid is stored only as its SHA-256 hash. Entries without a date have the time of the fetch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from ingest.sources.readers import fields
from ingest.sources.readers.store import TableStore
from ingest.sources.readers.tables import Row
from ingest.values import HeldEntry, HeldFeed


class Miniflux(TableStore):
    """The database of Miniflux, with the feeds of all its users."""

    program = "Miniflux"
    columns = (
        ("feeds", "id,feed_url,site_url,title,category_id"),
        ("categories", "id,title"),
        ("entries", "id,feed_id,hash,published_at,created_at,title,url,content,starred,status"),
    )
    feeds_query = """\
        SELECT feeds.id, feeds.feed_url, feeds.site_url, feeds.title, categories.title AS folder
        FROM feeds LEFT JOIN categories ON categories.id = feeds.category_id ORDER BY feeds.id"""
    entries_query = """\
        SELECT id AS position, id, hash, title, url, author, content, published_at, created_at,
            starred, CAST(status AS varchar(20)) AS status, tags
        FROM entries WHERE feed_id = :feed AND id > :after AND content IS NOT NULL
        ORDER BY id LIMIT :most"""

    def feed_of(self, row: Row) -> HeldFeed:
        """Return the feed of a row of `feeds`."""
        return feed_of(row, row["folder"])

    def entry_of(self, row: Row) -> HeldEntry:
        """Return the entry of a row of `entries`."""
        return entry_of(row, ())


def feed_of(row: Mapping[str, Any], folder: str | None) -> HeldFeed:
    """Return a feed from its columns, or from its members in JSON."""
    return HeldFeed(
        key=row["id"],
        url=row["feed_url"],
        title=row["title"],
        link=fields.link_or_none(row["site_url"]),
        folders=() if folder == "All" else fields.names(folder),
    )


def entry_of(row: Mapping[str, Any], enclosures: Iterable[Mapping[str, Any]]) -> HeldEntry:
    """Return an entry from its columns, or from its members in JSON."""
    published, created = fields.from_iso(row["published_at"]), fields.from_iso(row["created_at"])
    marks = {"read": row["status"] == "read", "starred": row["starred"]}
    return HeldEntry(
        guid=row["url"] if _hash_of(row["url"]) == row["hash"] else None,
        link=fields.link_or_none(row["url"]),
        title=row["title"],
        html=row["content"] or "",
        authors=fields.names(row["author"]),
        tags=fields.names(*(row.get("tags") or ())),
        published=published,
        is_guess=fields.is_time_of_fetch(published, created),
        first_seen=created,
        files=tuple(
            file
            for one in enclosures
            for file in fields.file_of(one.get("url"), one.get("mime_type"), one.get("size"))
        ),
        marks=tuple(name for name, is_set in marks.items() if is_set),
    )


def _hash_of(guid: str) -> str:
    return hashlib.sha256(guid.encode("utf-8", "replace")).hexdigest()
