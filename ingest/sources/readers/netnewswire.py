"""NetNewsWire: `DB.sqlite3` of an account. The titles of feeds are in the OPML file beside it."""

from __future__ import annotations

from ingest.sources.readers import fields
from ingest.sources.readers.store import TableStore
from ingest.sources.readers.tables import Row
from ingest.values import HeldEntry, HeldFeed


class NetNewsWire(TableStore):
    """The database of an account of NetNewsWire 5 and later."""

    program = "NetNewsWire"
    columns = (
        ("articles", "articleid,feedid,uniqueid,title,contenthtml,contenttext,url,datepublished"),
        ("statuses", "articleid,read,starred,datearrived"),
    )
    feeds_query = "SELECT DISTINCT feedID FROM articles ORDER BY feedID"
    entries_query = """\
        SELECT articles.rowid AS position, uniqueID, title, contentHTML, contentText, url,
            externalURL, summary, imageURL, datePublished, dateModified, read, starred, dateArrived
        FROM articles LEFT JOIN statuses ON statuses.articleID = articles.articleID
        WHERE feedID = :feed AND articles.rowid > :after ORDER BY articles.rowid LIMIT :most"""

    def feed_of(self, row: Row) -> HeldFeed:
        """Return the feed of a row; for an account on the Mac, `feedID` is the address."""
        return HeldFeed(
            key=row["feedID"],
            url=fields.link_or_none(row["feedID"]) or "",
            title="" if fields.link_or_none(row["feedID"]) else row["feedID"],
        )

    def entry_of(self, row: Row) -> HeldEntry:
        """Return the entry of a row of `articles`."""
        marks = {"read": row["read"], "starred": row["starred"]}
        text = row["contentHTML"] or fields.as_html(row["contentText"]) or row["summary"] or ""
        return HeldEntry(
            guid=row["uniqueID"] or None,
            link=fields.link_or_none(row["url"]) or fields.link_or_none(row["externalURL"]),
            title=fields.plain(row["title"]),
            html=text,
            published=fields.from_seconds(row["datePublished"]),
            updated=fields.from_seconds(row["dateModified"]),
            first_seen=fields.from_seconds(row["dateArrived"]),
            image=fields.link_or_none(row["imageURL"]),
            marks=tuple(name for name, is_set in marks.items() if is_set),
        )
