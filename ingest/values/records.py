"""A record: an entry with all data that a layout (a file format) needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.values.parsed import Author


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A stored entry, with the settings of its feed that a layout (a file format) needs.

    `edited_at` is when Guidang saw the entry's last edit. `path` is the path of the entry's file in
    the output's folder, which never changes. `digest` is the SHA-256 of the content that Guidang
    last wrote to this file. `fact` is a text, such as the author's name, that the record then added
    to the files of the whole site.
    """

    entry_id: int
    key: str
    feed_url: str
    feed_slug: str
    feed_title: str
    feed_author: str | None
    set_author: str | None
    feed_categories: tuple[str, ...]
    title: str
    link: str | None
    guid: str | None
    authors: tuple[Author, ...]
    tags: tuple[str, ...]
    published_at: datetime | None
    updated_at: datetime | None
    first_seen_at: datetime
    lead_image: str | None
    html: str
    language: str = ""
    edited_at: datetime | None = None
    excerpt_only: bool = False
    noindex: bool = False
    publish_after: timedelta = timedelta(0)
    canonical_link: str | None = None
    see_also: tuple[str, ...] = ()
    path: str | None = None
    digest: bytes | None = None
    fact: str | None = None

    @property
    def at(self) -> datetime:
        """Return the time of publication, or if that is unknown, when the entry was first seen."""
        return self.published_at or self.first_seen_at

    @property
    def last_change_at(self) -> datetime:
        """Return the publisher's update time, or else the time of the last edit, or else `at`."""
        return self.updated_at or max(self.edited_at or self.at, self.at)
