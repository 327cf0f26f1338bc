"""QuiteRSS: `feeds.db`. Dates are texts without a zone, read as UTC."""

from __future__ import annotations

from ingest.sources.readers import fields
from ingest.sources.readers.store import TableStore
from ingest.sources.readers.tables import Row
from ingest.values import HeldEntry, HeldFeed


class QuiteRss(TableStore):
    """The database of QuiteRSS 0.12 and later. A feed without an address is a folder."""

    program = "QuiteRSS"
    columns = (
        ("feeds", "id,text,xmlurl,htmlurl,parentid"),
        ("news", "id,feedid,guid,title,description,content,published,received,link_href,starred"),
    )
    feeds_query = """\
        SELECT feeds.id, feeds.text, feeds.xmlUrl, feeds.htmlUrl, folder.text AS folder
        FROM feeds LEFT JOIN feeds AS folder ON folder.id = feeds.parentId
        WHERE feeds.xmlUrl <> '' ORDER BY feeds.id"""
    entries_query = """\
        SELECT id AS position, guid, title, description, content, published, received,
            author_name, link_href, read, starred
        FROM news WHERE feedId = :feed AND id > :after AND NOT coalesce(deleted, 0)
        ORDER BY id LIMIT :most"""

    def feed_of(self, row: Row) -> HeldFeed:
        """Return the feed of a row of `feeds`."""
        return HeldFeed(
            key=row["id"],
            url=row["xmlUrl"],
            title=fields.plain(row["text"]),
            link=fields.link_or_none(row["htmlUrl"]),
            folders=fields.names(row["folder"]),
        )

    def entry_of(self, row: Row) -> HeldEntry:
        """Return the entry of a row of `news`."""
        published, first_seen = fields.from_iso(row["published"]), fields.from_iso(row["received"])
        marks = {"read": row["read"], "starred": row["starred"]}
        return HeldEntry(
            guid=row["guid"] or None,
            link=fields.link_or_none(row["link_href"]),
            title=fields.plain(row["title"]),
            html=row["content"] or row["description"] or "",
            authors=fields.names(row["author_name"]),
            published=published,
            is_guess=fields.is_time_of_fetch(published, first_seen),
            first_seen=first_seen,
            marks=tuple(name for name, is_set in marks.items() if is_set),
        )
