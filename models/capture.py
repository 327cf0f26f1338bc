"""The publisher's own bytes: the smallest document from which an entry can be read again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, PrimaryKey


class Capture(Base):
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
