"""Query entries with all that a feed reader shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.outputs.naming import author_of
from ingest.store.reader.streams import IS_READ, IS_STARRED, labels_of, with_marks
from ingest.store.statements import in_batches, table_of
from ingest.urls import without_secrets
from models import Entry, Feed

_ENTRY, _FEED = table_of(Entry), table_of(Feed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An entry for a feed reader; `at` is its date, or when it was first seen."""

    id: int
    title: str
    link: str | None
    html: str
    author: str | None
    at: datetime
    updated_at: datetime | None
    first_seen_at: datetime
    enclosures: list[dict[str, Any]]
    feed_id: int
    feed_title: str
    feed_link: str | None
    labels: list[str]
    is_read: bool
    is_starred: bool


_COLUMNS = (
    *(_ENTRY.c[name] for name in "id title link html authors feed_author feed_title".split()),
    *(_ENTRY.c[name] for name in "published_at updated_at first_seen_at enclosures".split()),
    _ENTRY.c.feed_id,
    _FEED.c.settings,
    _FEED.c.categories,
    _FEED.c.link.label("feed_link"),
    IS_READ.label("is_read"),
    IS_STARRED.label("is_starred"),
)


def items(connection: sa.Connection, ids: Sequence[int], user: str) -> list[Item]:
    """Return entries by id, in this order; entries that are not there are left out."""
    found: dict[int, Item] = {}
    for some in in_batches(ids):
        query = with_marks(sa.select(*_COLUMNS), user).where(_ENTRY.c.id.in_(some))
        found |= {row.id: _item(row) for row in connection.execute(query)}
    return [found[one] for one in ids if one in found]


def _item(row: sa.Row[Any]) -> Item:
    labels = labels_of(row.settings, row.categories)
    title = row.settings.get("title") or row.feed_title
    return Item(
        id=row.id,
        title=row.title,
        link=row.link and without_secrets(row.link),
        html=row.html,
        author=author_of(
            [author["name"] for author in row.authors],
            set_author=row.settings.get("author"),
            feed_author=row.feed_author,
            feed_categories=labels,
            feed_title=title,
        ),
        at=row.published_at or row.first_seen_at,
        updated_at=row.updated_at,
        first_seen_at=row.first_seen_at,
        enclosures=row.enclosures,
        feed_id=row.feed_id,
        feed_title=title,
        feed_link=row.feed_link and without_secrets(row.feed_link),
        labels=labels,
        is_read=row.is_read,
        is_starred=row.is_starred,
    )
