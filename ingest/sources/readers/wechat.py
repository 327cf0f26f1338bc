"""we-mp-rss and wewe-rss, which read WeChat's official accounts. wewe-rss has no texts.

WeChat's reading interface was closed in July 2026, so what these databases hold exists nowhere
else. The accounts have no addresses: they are found by their titles.
"""

from __future__ import annotations

from typing import Any

from ingest.sources.readers import fields
from ingest.sources.readers.store import TableStore
from ingest.sources.readers.tables import Row
from ingest.values import HeldEntry, HeldFeed

_ARTICLE = "https://mp.weixin.qq.com/s/"
_LONGEST_SECONDS = 10**11  # a larger number counts milliseconds


class WeMpRss(TableStore):
    """The database of we-mp-rss in SQLite."""

    program = "we-mp-rss"
    columns = (
        ("feeds", "id,mp_name,mp_intro,faker_id"),
        ("articles", "id,mp_id,title,pic_url,url,content,description,publish_time,created_at"),
    )
    feeds_query = "SELECT id, mp_name FROM feeds ORDER BY id"
    entries_query = """\
        SELECT id AS position, title, pic_url, url, content, description, publish_time, created_at
        FROM articles WHERE mp_id = :feed AND id > :after ORDER BY id LIMIT :most"""
    start = ""

    def feed_of(self, row: Row) -> HeldFeed:
        """Return the feed of a row of `feeds`, which is an official account."""
        return HeldFeed(key=row["id"], url="", title=row["mp_name"] or row["id"])

    def entry_of(self, row: Row) -> HeldEntry:
        """Return the entry of a row of `articles`."""
        return HeldEntry(
            guid=None,
            link=self._link_of(row),
            title=row["title"] or "",
            html=row.get("content") or row.get("description") or "",
            published=fields.from_seconds(row["publish_time"]),
            first_seen=_time_of(row["created_at"]),
            image=fields.link_or_none(row["pic_url"]),
        )

    def _link_of(self, row: Row) -> str | None:
        return fields.link_or_none(row["url"])


class WeweRss(WeMpRss):
    """The database of wewe-rss in SQLite. The id of an article is a part of its link."""

    program = "wewe-rss"
    columns = (
        ("feeds", "id,mp_name,mp_intro,has_history"),
        ("articles", "id,mp_id,title,pic_url,publish_time,created_at"),
    )
    entries_query = """\
        SELECT id AS position, title, pic_url, publish_time, created_at
        FROM articles WHERE mp_id = :feed AND id > :after ORDER BY id LIMIT :most"""

    def _link_of(self, row: Row) -> str | None:
        return f"{_ARTICLE}{row['position']}"


def _time_of(value: Any) -> Any:
    """Return a time of creation: ISO 8601, or the milliseconds that Prisma writes to SQLite."""
    if isinstance(value, int | float) and value > _LONGEST_SECONDS:
        return fields.from_milliseconds(value)
    return fields.from_iso(value) or fields.from_seconds(value)
