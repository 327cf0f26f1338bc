"""Liferea: `liferea.db`. It says which guids are the publisher's own.

Its dates are guesses: an entry without a date gets the time of the fetch.
"""

from __future__ import annotations

from ingest.sources.readers import fields
from ingest.sources.readers.store import TableStore
from ingest.sources.readers.tables import Row
from ingest.values import HeldEntry, HeldFeed


class Liferea(TableStore):
    """The database of Liferea 1.8 and later."""

    program = "Liferea"
    columns = (
        ("node", "node_id,parent_id,title"),
        ("subscription", "node_id,source"),
        ("items", "item_id,node_id,title,source,source_id,valid_guid,description,date"),
    )
    feeds_query = """\
        SELECT node.node_id, node.title, subscription.source, folder.title AS folder
        FROM subscription JOIN node ON node.node_id = subscription.node_id
        LEFT JOIN node AS folder
            ON folder.node_id = node.parent_id AND folder.type = 'folder'
        ORDER BY node.node_id"""
    entries_query = """\
        SELECT item_id AS position, title, read, marked, source, source_id, valid_guid,
            description, date
        FROM items WHERE node_id = :feed AND item_id > :after AND NOT comment
        ORDER BY item_id LIMIT :most"""

    def feed_of(self, row: Row) -> HeldFeed:
        """Return the feed of a row of `subscription`."""
        return HeldFeed(
            key=row["node_id"],
            url=row["source"] or "",
            title=fields.plain(row["title"]),
            folders=fields.names(row["folder"]),
        )

    def entry_of(self, row: Row) -> HeldEntry:
        """Return the entry of a row of `items`."""
        marks = {"read": row["read"], "starred": row["marked"]}
        return HeldEntry(
            guid=row["source_id"] if row["valid_guid"] else None,
            link=fields.link_or_none(row["source"]),
            title=fields.plain(row["title"]),
            html=row["description"] or "",
            published=fields.from_seconds(row["date"]),
            is_guess=True,
            marks=tuple(name for name, is_set in marks.items() if is_set),
        )
