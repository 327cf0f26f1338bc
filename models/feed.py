"""Feeds: their settings, what the publisher says about them, their next poll, their past polls."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, PrimaryKey


class Feed(Base):
    __tablename__ = "feed"
    __table_args__ = (
        Index("ix_feed_next_poll_at", "next_poll_at"),
        Index(
            "ix_feed_leased_until",
            "leased_until",
            sqlite_where=text("leased_until IS NOT NULL"),
            postgresql_where=text("leased_until IS NOT NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    url: Mapped[str] = mapped_column(unique=True)
    slug: Mapped[str] = mapped_column(unique=True, doc="its folder in the archive, for ever")
    origin: Mapped[str] = mapped_column(doc="`file` or `command`: where it was added")
    settings: Mapped[dict[str, Any]] = mapped_column(doc="what is set of config.FeedSettings")
    added_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    paused_reason: Mapped[str | None]
    removed_at: Mapped[datetime | None] = mapped_column(doc="taken off the list, entries kept")

    title: Mapped[str | None] = mapped_column(doc="in the publisher's words, as all below")
    link: Mapped[str | None]
    language: Mapped[str | None]
    generator: Mapped[str | None]

    rsshub_pattern: Mapped[str | None] = mapped_column(doc="of its route: `/zhihu/hot/:id?`")
    categories: Mapped[list[Any]] = mapped_column(
        server_default="[]", doc="by RSSHub's metadata; what the user set goes before them"
    )

    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    validators_of: Mapped[str | None] = mapped_column(doc="the RSSHub instance that gave them")
    etag_spelling: Mapped[str] = mapped_column(
        server_default="given", doc="how it is sent: a value of schedule.trust.Spelling"
    )
    document_at: Mapped[datetime | None] = mapped_column(doc="when a whole document last came")
    distrusted_at: Mapped[datetime | None] = mapped_column(
        doc="since when its validators are not sent"
    )
    distrusted_because: Mapped[str | None]
    body_digest: Mapped[bytes | None] = mapped_column(doc="of the last document taken in whole")
    gmt_is_local: Mapped[bool] = mapped_column(doc="it labels local times as GMT")

    entries_per_day: Mapped[float | None] = mapped_column(doc="new ones, as far as was seen")
    gaps: Mapped[int] = mapped_column(
        server_default="0", doc="how often a document had no entry in common with the one before"
    )
    interval_seconds: Mapped[float | None] = mapped_column(doc="the wait chosen last")
    hints: Mapped[dict[str, Any]] = mapped_column(
        server_default="{}", doc="what publisher and feed ask for: schedule.hints.Hints"
    )
    moved_to: Mapped[str | None] = mapped_column(doc="where permanent redirects lead")
    moved_since: Mapped[datetime | None]
    moved_polls: Mapped[int] = mapped_column(
        server_default="0", doc="polls in a row that found the feed there"
    )
    moved_at: Mapped[datetime | None] = mapped_column(doc="since when the new address is asked")
    server: Mapped[str] = mapped_column(
        server_default="", doc="host and port that are asked; empty for a route"
    )
    site: Mapped[str] = mapped_column(server_default="", doc="the registrable domain of `server`")

    last_polled_at: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(doc="in a row, up to now")
    last_error: Mapped[str | None]
    next_poll_at: Mapped[datetime]
    next_poll_reason: Mapped[str]
    leased_until: Mapped[datetime | None] = mapped_column(
        doc="until then, a job polls the feed; see store.leases"
    )


class PollRow(Base):
    """One poll of one feed, and its result."""

    __tablename__ = "poll"
    __table_args__ = (Index("ix_poll_feed_id_started_at", "feed_id", "started_at"),)

    id: Mapped[PrimaryKey]
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    seconds: Mapped[float] = mapped_column(doc="from asking to having stored")
    outcome: Mapped[str] = mapped_column(doc="a value of values.Outcome")
    status: Mapped[int | None] = mapped_column(doc="the HTTP status")
    url: Mapped[str] = mapped_column(doc="the address that answered, without secrets")
    size: Mapped[int] = mapped_column(doc="bytes after decompression")
    new: Mapped[int]
    edited: Mapped[int]
    unchanged: Mapped[int]
    encoding_used: Mapped[str | None]
    encoding_declared: Mapped[str | None]
    replacement_count: Mapped[int] = mapped_column(doc="characters that could not be read")
    warnings: Mapped[str | None]
    error_kind: Mapped[str | None]
    error: Mapped[str | None]
