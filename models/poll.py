"""One look at one feed, and what came of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, PrimaryKey


class Poll(Base):
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
