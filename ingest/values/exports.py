"""An entry as it is exported, and what an export says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

# Version 1 is described in docs/exports.md. A field that changes its meaning, its type or its name
# makes a new version; a new field at the end does not.
SCHEMA_VERSION = 1


class ExportEntry(NamedTuple):
    """One version of an entry with all that is known about it; a tuple, because there are many.

    The names and their order are the schema of exports (docs/exports.md). Instants are aware and in
    UTC. `id` is the same for all versions of an entry; digests are hexadecimal.
    """

    schema_version: int
    id: str
    version: int
    is_current: bool
    feed_slug: str
    feed_url: str
    feed_title: str
    feed_author: str | None
    feed_categories: list[str]
    key: str
    guid: str | None
    link: str | None
    other_links: list[str]
    title: str
    authors: list[Mapping[str, Any]]
    categories: list[str]
    published_at: datetime | None
    published_raw: str | None
    published_method: str | None
    published_precision: str | None
    updated_at: datetime | None
    updated_raw: str | None
    first_seen_at: datetime
    seen_at: datetime
    said_before_at: datetime | None
    replaced_at: datetime | None
    language: str
    html: str
    text: str | None
    lead_image: str | None
    enclosures: list[Mapping[str, Any]]
    is_full_text: bool
    full_text_error: str | None
    text_digest: str
    item_digest: str | None
    source_url: str
    source_content_type: str | None
    source_digest: str
    captured_at: datetime
    page_url: str | None
    page_digest: str | None
    page_captured_at: datetime | None
    duplicates: list[str]
    licence: str | None
    source: bytes | None
    page: bytes | None

    @property
    def at(self) -> datetime:
        """When it was published, or first seen if that is unknown."""
        return self.published_at or self.first_seen_at

    @property
    def last_change_at(self) -> datetime:
        """When the publisher updated it; otherwise when this text was first seen, if later."""
        if self.updated_at:
            return self.updated_at
        return self.at if self.version == 1 else max(self.seen_at, self.at)


class Sighting(NamedTuple):
    """A capture as a document: where and when it was seen, and its bytes.

    `is_repeated` is true if it was seen at other times, too; `newest_at` is the last of them.
    """

    at: datetime
    url: str
    content_type: str | None
    body: bytes
    is_page: bool
    is_repeated: bool
    newest_at: datetime


class About(NamedTuple):
    """What an export says about itself as a whole; nothing in it depends on when it is made.

    `id` identifies the choice of entries. `changed_at` is the newest change of its entries.
    `choice` are the options that chose the entries, `feeds` their titles by slug.
    """

    id: str
    title: str
    entries: int
    changed_at: datetime
    choice: tuple[str, ...]
    feeds: Mapping[str, str]
    generator: str
