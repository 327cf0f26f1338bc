"""An exported entry, an exported document, and the metadata of an export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

# docs/howto/export-schema.md describes version 1. A field that changes its meaning, its type or its
# name makes a new version. A new field at the end does not.
SCHEMA_VERSION = 1


class ExportEntry(NamedTuple):
    """One version of an entry with all its data.

    The names and the order of the fields are the schema of exports (docs/howto/export-schema.md).
    Instants are aware and in UTC. `id` is the same for all versions of an entry. Digests are
    hexadecimal.
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
        """Return the time of publication, or if that is unknown, when the entry was first seen."""
        return self.published_at or self.first_seen_at

    @property
    def last_change_at(self) -> datetime:
        """Return the time of the last change.

        It is the publisher's update time, if there is one. Otherwise it is `at` for version 1, and
        the time when the version was first seen for later versions.
        """
        if self.updated_at:
            return self.updated_at
        return self.at if self.version == 1 else max(self.seen_at, self.at)


class Sighting(NamedTuple):
    """A publisher's document at a time when Guidang saw it.

    `is_repeated` is true if the document was seen more than once. `newest_at` is the last time.
    """

    at: datetime
    url: str
    content_type: str | None
    body: bytes
    is_page: bool
    is_repeated: bool
    newest_at: datetime


class About(NamedTuple):
    """The metadata of an export. It does not depend on the time at which the export is made.

    `id` identifies the selection of entries. `changed_at` is the time of their newest change.
    `choice` has the options that selected the entries. `feeds` maps slugs to titles of feeds.
    `links` are the relation, address and media type of related documents (RFC 8288).
    """

    id: str
    title: str
    entries: int
    changed_at: datetime
    choice: tuple[str, ...]
    feeds: Mapping[str, str]
    generator: str
    links: Sequence[tuple[str, str, str]] = ()
