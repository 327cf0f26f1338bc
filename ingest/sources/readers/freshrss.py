"""FreshRSS: its tables in SQLite (`db.sqlite`), or in PostgreSQL with a prefix for each user.

The id of an entry is the time of its first fetch in microseconds. An entry without a date has the
time of the fetch. Titles, links and addresses are
stored as HTML.
"""

from __future__ import annotations

import html

from ingest.sources.readers import fields
from ingest.sources.readers.store import TableStore
from ingest.sources.readers.tables import Row, Tables
from ingest.values import HeldEntry, HeldFeed

_NO_FOLDER = 1  # the category of feeds without one
_COLUMNS = (
    ("category", "id,name"),
    ("feed", "id,url,category,name,website,pathentries"),
    ("entry", "id,guid,title,author,content,link,date,is_read,is_favorite,id_feed,tags"),
)


class FreshRss(TableStore):
    """The tables of one user of FreshRSS."""

    program = "FreshRSS"
    columns = _COLUMNS

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        prefix = _prefix_of(tables)
        folders, feeds, entries = (tables.quoted(f"{prefix}{name}") for name, _ in _COLUMNS)
        self.feeds_query = f"""\
            SELECT feed.id, feed.url, feed.name, feed.website, feed.category, folder.name AS folder
            FROM {feeds} AS feed
            LEFT JOIN {folders} AS folder ON folder.id = feed.category
            ORDER BY feed.id"""  # noqa: S608 - the names are quoted
        self.entries_query = f"""\
            SELECT id AS position, guid, title, author, link, date, is_read, is_favorite, tags,
                content
            FROM {entries} WHERE id_feed = :feed AND id > :after ORDER BY id LIMIT :most"""  # noqa: S608 - the name is quoted

    @classmethod
    def is_in(cls, tables: Tables) -> bool:
        """Return whether a database has the tables of FreshRSS, with any prefix."""
        return _prefix_of(tables) is not None

    def feed_of(self, row: Row) -> HeldFeed:
        """Return the feed of a row of `feed`."""
        is_alone = row["category"] == _NO_FOLDER
        return HeldFeed(
            key=row["id"],
            url=html.unescape(row["url"] or ""),
            title=fields.plain(row["name"]),
            link=fields.link_or_none(html.unescape(row["website"] or "")),
            folders=() if is_alone else fields.names(fields.plain(row["folder"])),
        )

    def entry_of(self, row: Row) -> HeldEntry:
        """Return the entry of a row of `entry`."""
        published = fields.from_seconds(row["date"])
        first_seen = fields.from_microseconds(row["position"])
        marks = {"read": row["is_read"], "starred": row["is_favorite"]}
        return HeldEntry(
            guid=row["guid"],
            link=fields.link_or_none(html.unescape(row["link"] or "")),
            title=fields.plain(row["title"]),
            html=row["content"] or "",
            authors=fields.names(*(row["author"] or "").split(";")),
            tags=_tags(row["tags"]),
            published=published,
            is_guess=fields.is_time_of_fetch(published, first_seen),
            first_seen=first_seen,
            marks=tuple(name for name, is_set in marks.items() if is_set),
        )


def _prefix_of(tables: Tables) -> str | None:
    """Return the prefix of the names of FreshRSS's tables, "" for none, None without tables."""
    present = tables.columns
    for name in sorted(present):
        prefix = name.removesuffix("entry")
        if name.endswith("entry") and all(
            present.get(f"{prefix}{table}", set()) >= set(names.split(","))
            for table, names in _COLUMNS
        ):
            return prefix
    return None


def _tags(text: str | None) -> tuple[str, ...]:
    """Return the tags of `#one #two`, where tags may have blanks."""
    return fields.names(*(html.unescape(tag) for tag in f" {text or ''}".split(" #")))
