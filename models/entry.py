"""Entries, their versions before edits, their other addresses, and their source bytes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, PrimaryKey

# The date of an entry: its publication date, or if it has none, when it was first seen.
DATE = text("coalesce(published_at, first_seen_at)")


class Columns:
    """The columns that an entry and its earlier revisions share."""

    title: Mapped[str]
    link: Mapped[str | None]
    authors: Mapped[list[Any]] = mapped_column(doc="objects with name, url, email")
    categories: Mapped[list[Any]] = mapped_column(doc="the entry's own, in the publisher's words")
    published_at: Mapped[datetime | None]
    published_raw: Mapped[str | None] = mapped_column(doc="what the publisher wrote")
    published_method: Mapped[str | None] = mapped_column(doc="the rule that read it")
    published_precision: Mapped[str | None]
    updated_at: Mapped[datetime | None] = mapped_column(doc="Atom's updated, not ours")
    updated_raw: Mapped[str | None]
    html: Mapped[str] = mapped_column(doc="cleaned, absolute, without active content")
    lead_image: Mapped[str | None]
    language: Mapped[str] = mapped_column(doc="a BCP 47 tag, found from the text")
    feed_title: Mapped[str] = mapped_column(doc="the feed's name when this text was seen")
    feed_author: Mapped[str | None] = mapped_column(doc="the feed's author, for entries with none")
    enclosures: Mapped[list[Any]] = mapped_column(doc="objects with url, media_type, length")
    full_text: Mapped[bool] = mapped_column(doc="the HTML comes from the article's page")
    text_digest: Mapped[bytes] = mapped_column(doc="of what a reader would notice")
    version: Mapped[int] = mapped_column(doc="1, 2, … as the publisher edits")
    seen_at: Mapped[datetime] = mapped_column(doc="when this version was first seen")


class Entry(Columns, Base):
    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("feed_id", "key"),
        Index("ix_entry_feed_id_link_key", "feed_id", "link_key"),
        Index("ix_entry_feed_id_item_digest", "feed_id", "item_digest"),
        Index("ix_entry_feed_id_text_digest", "feed_id", "text_digest"),
        Index("ix_entry_date", DATE, "id"),
        Index("ix_entry_first_seen_at", "first_seen_at"),
        Index("ix_entry_feed_id_date", "feed_id", DATE, "id"),
        Index(
            "ix_entry_full_text_error",
            "feed_id",
            postgresql_where=text("full_text_error IS NOT NULL"),
            sqlite_where=text("full_text_error IS NOT NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(doc="SHA-256 of guid, else link, else digest")
    guid: Mapped[str | None]
    link_key: Mapped[str | None] = mapped_column(doc="SHA-256 of the canonical link")
    item_digest: Mapped[bytes] = mapped_column(doc="of the publisher's bytes last seen")
    capture_id: Mapped[int] = mapped_column(ForeignKey("capture.id"), index=True)
    page_capture_id: Mapped[int | None] = mapped_column(ForeignKey("capture.id"), index=True)
    full_text_error: Mapped[str | None] = mapped_column(
        doc="why its page was not read; tried again"
    )
    full_text_tries: Mapped[int] = mapped_column(server_default="0", doc="that failed, in a row")
    first_seen_at: Mapped[datetime]
    said_before_at: Mapped[datetime | None] = mapped_column(
        doc="when this text was first seen, if the publisher went back to it"
    )


class Revision(Columns, Base):
    """A version of an entry before the publisher edited it."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("entry_id", "version"),)

    id: Mapped[PrimaryKey]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"))
    capture_id: Mapped[int] = mapped_column(ForeignKey("capture.id"), index=True)
    page_capture_id: Mapped[int | None] = mapped_column(ForeignKey("capture.id"), index=True)
    replaced_at: Mapped[datetime]


class Address(Base):
    """A former or additional address of an entry: its key, guid and link."""

    __tablename__ = "entry_address"
    __table_args__ = (
        UniqueConstraint("feed_id", "key"),
        Index("ix_entry_address_feed_id_link_key", "feed_id", "link_key"),
    )

    id: Mapped[PrimaryKey]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(doc="as of an entry with this address")
    guid: Mapped[str | None]
    link: Mapped[str | None]
    link_key: Mapped[str | None] = mapped_column(doc="SHA-256 of the canonical link")
    noted_at: Mapped[datetime]


class Capture(Base):
    """The publisher's bytes: the smallest document from which an entry can be read again."""

    __tablename__ = "capture"
    __table_args__ = (UniqueConstraint("feed_id", "digest"),)

    id: Mapped[PrimaryKey]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id", ondelete="CASCADE"))
    digest: Mapped[bytes] = mapped_column(doc="SHA-256 of the bytes before compression")
    url: Mapped[str] = mapped_column(doc="where the bytes came from")
    content_type: Mapped[str | None]
    body: Mapped[bytes] = mapped_column(
        doc="compressed with Zstandard (RFC 8878) or zlib (RFC 1950)"
    )
    captured_at: Mapped[datetime]


class Unread(Base):
    """An entry that could not be read: its bytes are stored, and replay reads them again."""

    __tablename__ = "unread"
    __table_args__ = (UniqueConstraint("feed_id", "item_digest"),)

    id: Mapped[PrimaryKey]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id", ondelete="CASCADE"))
    item_digest: Mapped[bytes] = mapped_column(doc="of the publisher's bytes")
    key: Mapped[str | None] = mapped_column(doc="of its guid or link, as in entry.key")
    capture_id: Mapped[int] = mapped_column(ForeignKey("capture.id"), index=True)
    name: Mapped[str] = mapped_column(doc="its title, guid, link or first words, for people")
    reason: Mapped[str] = mapped_column(doc="what reading it raised last")
    is_past: Mapped[bool] = mapped_column(doc="its document is from the past, not from a poll")
    as_of: Mapped[datetime | None] = mapped_column(doc="when its document was current")
    first_seen_at: Mapped[datetime]
