"""The library `reader` (lemon24), versions 2 and 3: an SQLite database.

It makes a guid without a scheme absolute (`g3` becomes `http://HOST/g3`). Its dates are guesses: it
reads 2024年3月5日 as 1 November, and CST as American time.
"""

from __future__ import annotations

from typing import Any

from ingest.sources.readers import fields
from ingest.sources.readers.store import TableStore
from ingest.sources.readers.tables import Row
from ingest.urls import host_of
from ingest.values import HeldEntry, HeldFeed


class Lemon24(TableStore):
    """The database of the library `reader`."""

    program = "reader"
    columns = (
        ("feeds", "url,title,link,user_title"),
        ("entries", "id,feed,content,summary,first_updated,important"),
    )
    feeds_query = "SELECT url, title, user_title, link FROM feeds ORDER BY url"
    entries_query = """\
        SELECT rowid AS position, id, feed, title, link, author, published, updated, summary,
            content, enclosures, read, important, first_updated
        FROM entries WHERE feed = :feed AND rowid > :after ORDER BY rowid LIMIT :most"""

    def feed_of(self, row: Row) -> HeldFeed:
        """Return the feed of a row of `feeds`."""
        return HeldFeed(
            key=row["url"],
            url=row["url"],
            title=row["user_title"] or fields.plain(row["title"]),
            link=fields.link_or_none(row["link"]),
        )

    def entry_of(self, row: Row) -> HeldEntry:
        """Return the entry of a row of `entries`."""
        marks = {"read": row["read"], "starred": row["important"]}
        return HeldEntry(
            guid=row["id"],
            link=fields.link_or_none(row["link"]),
            title=fields.plain(row["title"]),
            html=_text_of(row),
            authors=_authors(row["author"]),
            published=fields.from_iso(row["published"]),
            is_guess=True,
            updated=fields.from_iso(row["updated"]),
            first_seen=fields.from_iso(row["first_updated"]),
            files=tuple(
                file
                for one in fields.json_list(row["enclosures"])
                for file in fields.file_of(one.get("href"), one.get("type"), one.get("length"))
            ),
            marks=tuple(name for name, is_set in marks.items() if is_set),
            perhaps=_bare_guid(row["id"], row["feed"]),
        )


def _text_of(row: Row) -> str:
    """Return the first content that is HTML, else the first content, else the summary."""
    contents = fields.json_list(row["content"])
    html = [one for one in contents if "html" in str(one.get("type"))]
    value = (html or contents or [{}])[0].get("value")
    return value if isinstance(value, str) and value else row["summary"] or ""


def _authors(value: Any) -> tuple[str, ...]:
    """Return the names of authors; before version 3.23 the column is one name."""
    listed = fields.json_list(value)
    return fields.names(*(one.get("name") for one in listed)) if listed else fields.names(value)


def _bare_guid(guid: str, feed: str) -> tuple[str, ...]:
    """Return what an absolute guid on the feed's own host may have been before."""
    host = host_of(guid)
    last = guid.rpartition("/")[2]
    return (last,) if host and host == host_of(feed) and last else ()
