"""newsboat: `cache.db`, schema 2.11. It knows no first-seen date and no folders.

Its dates are guesses: it reads 2024年3月5日 as 1 January, CST as American time, and a missing date
as the time of the fetch. If a feed has no guid, it makes one of the link and the text of the date,
or of the title.
"""

from __future__ import annotations

from ingest.sources.readers import fields
from ingest.sources.readers.store import TableStore
from ingest.sources.readers.tables import Row
from ingest.values import HeldEntry, HeldFeed


class Newsboat(TableStore):
    """The cache of newsboat."""

    program = "newsboat"
    columns = (("rss_feed", "rssurl,url,title"), ("rss_item", "guid,feedurl,pubdate,content,base"))
    feeds_query = "SELECT rssurl, url, title FROM rss_feed ORDER BY rssurl"
    entries_query = """\
        SELECT id AS position, guid, title, author, url, pubDate, content, unread, flags,
            enclosure_url, enclosure_type
        FROM rss_item WHERE feedurl = :feed AND id > :after AND NOT deleted
        ORDER BY id LIMIT :most"""

    def feed_of(self, row: Row) -> HeldFeed:
        """Return the feed of a row of `rss_feed`."""
        link = fields.link_or_none(row["url"])
        return HeldFeed(
            key=row["rssurl"], url=row["rssurl"], title=fields.plain(row["title"]), link=link
        )

    def entry_of(self, row: Row) -> HeldEntry:
        """Return the entry of a row of `rss_item`."""
        starred = ("starred",) if "s" in (row["flags"] or "") else ()
        return HeldEntry(
            guid=_own_guid(row),
            link=fields.link_or_none(row["url"]),
            title=fields.plain(row["title"]),
            html=row["content"],
            authors=fields.names(row["author"]),
            published=fields.from_seconds(row["pubDate"]),
            is_guess=True,
            files=fields.file_of(row["enclosure_url"], row["enclosure_type"]),
            marks=(*(() if row["unread"] else ("read",)), *starred),
        )


def _own_guid(row: Row) -> str | None:
    """Return the guid of the feed, or None if newsboat made it from the link or the title."""
    guid, url = row["guid"], row["url"]
    is_made = guid == row["title"] if not url else guid.startswith(url) and guid != url
    return None if is_made else guid
