"""Store what old documents say about feeds that were never polled."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from models import Entry, Feed


def introduce(
    connection: sa.Connection,
    feed_id: int,
    *,
    title: str | None,
    link: str | None,
    language: str | None,
    generator: str | None,
    newest: datetime | None,
) -> None:
    """Store what an old document says about a feed that was never polled.

    `newest` is the latest date in the document. The newest document counts.
    """
    said = {"title": title, "link": link, "language": language, "generator": generator}
    said = {name: value for name, value in said.items() if value}
    latest = sa.select(sa.func.max(Entry.published_at)).where(Entry.feed_id == feed_id)
    is_unknown = sa.and_(Feed.link.is_(None), Feed.title.is_(None))
    is_newer = latest.scalar_subquery() <= newest if newest else sa.false()
    own = Feed.id == feed_id, Feed.last_success_at.is_(None), sa.or_(is_unknown, is_newer)
    if said:
        connection.execute(sa.update(Feed).where(*own).values(said))
