"""Query lists of entries for the web pages, newest first, with the beginning of each text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.reading.html import text_of
from ingest.store.listings import Key, Selection
from ingest.store.newest import newest_first
from models import Entry, Feed

_READ = 2_000  # characters of HTML from which the beginning of a text is made


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEntry:
    """An entry in a list; `text` is the beginning of its text, `revisions` the number of edits."""

    id: int
    title: str
    text: str
    language: str
    feed_id: int
    feed_title: str
    published_at: datetime | None
    published_precision: str | None
    first_seen_at: datetime
    revisions: int

    @property
    def key(self) -> Key:
        """Return the position of the entry in a list."""
        return Key(self.published_at or self.first_seen_at, self.id)


def page(
    connection: sa.Connection, selection: Selection, *, after: Key | None, size: int
) -> list[ListedEntry]:
    """Return the next entries of a selection, after `after`, newest first."""
    query = newest_first(connection, _query(), selection, after=after, size=size)
    return [_entry(row) for row in connection.execute(query).mappings()]


def by_ids(connection: sa.Connection, entry_ids: Sequence[int]) -> list[ListedEntry]:
    """Return entries in the order of their ids in `entry_ids`, without deleted entries."""
    rows = connection.execute(_query().where(Entry.id.in_(entry_ids))).mappings()
    found = {row["id"]: _entry(row) for row in rows}
    return [found[one] for one in entry_ids if one in found]


def _query() -> sa.Select[Any]:
    return sa.select(
        Entry.id,
        Entry.title,
        sa.func.substr(Entry.html, 1, _READ).label("html"),
        Entry.language,
        Entry.feed_id,
        Entry.feed_title,
        Entry.published_at,
        Entry.published_precision,
        Entry.first_seen_at,
        (Entry.version - 1).label("revisions"),
        Feed.settings["title"].label("set_title"),
    ).join(Feed, Feed.id == Entry.feed_id)


def _entry(row: sa.RowMapping) -> ListedEntry:
    fields = dict(row)
    html, set_title = fields.pop("html"), fields.pop("set_title")
    fields |= {"text": text_of(_whole_tags(html)), "feed_title": set_title or row["feed_title"]}
    return ListedEntry(**fields)


def _whole_tags(html: str) -> str:
    """Return the beginning of HTML without a tag that was cut off at its end."""
    last = html.rfind("<")
    return html[:last] if last > html.rfind(">") else html
