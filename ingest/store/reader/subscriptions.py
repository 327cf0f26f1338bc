"""Query the feeds on the list with what a feed reader shows of them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from ingest.store.reader.streams import labels_of
from ingest.store.statements import table_of
from ingest.urls import without_secrets
from models import Feed

_FEED = table_of(Feed)


class Subscription(NamedTuple):
    """A feed on the list; its addresses have no secrets."""

    id: int
    title: str
    url: str
    link: str | None
    labels: list[str]
    added_at: datetime


def subscriptions(connection: sa.Connection) -> list[Subscription]:
    """Return all feeds on the list, oldest first."""
    columns = (_FEED.c[name] for name in "id title url link settings categories added_at".split())
    query = sa.select(*columns).where(_FEED.c.removed_at.is_(None)).order_by(_FEED.c.id)
    found = []
    for row in connection.execute(query):
        url = without_secrets(row.url)
        found.append(
            Subscription(
                id=row.id,
                title=row.settings.get("title") or row.title or url,
                url=url,
                link=row.link and without_secrets(row.link),
                labels=labels_of(row.settings, row.categories),
                added_at=row.added_at,
            )
        )
    return found
