"""Pictures of entries: their addresses, the kept files, and which entries show them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, PrimaryKey


class Image(Base):
    """An address of a picture, and how its last fetch ended."""

    __tablename__ = "image"
    __table_args__ = (Index("ix_image_next_try_at", "next_try_at", "id"),)

    id: Mapped[PrimaryKey]
    url: Mapped[str]
    url_digest: Mapped[bytes] = mapped_column(unique=True, doc="SHA-256 of the address")
    site: Mapped[str] = mapped_column(doc="the registrable domain of the address")
    first_seen_at: Mapped[datetime]
    file_id: Mapped[int | None] = mapped_column(
        ForeignKey("image_file.id"), index=True, doc="what the address gave last"
    )
    kept_at: Mapped[datetime | None] = mapped_column(doc="when the address gave it")
    source: Mapped[str | None] = mapped_column(doc="the address that gave it, after redirects")
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    next_try_at: Mapped[datetime | None] = mapped_column(doc="null: nothing is to be fetched")
    failures: Mapped[int] = mapped_column(server_default="0", doc="in a row")
    error: Mapped[str | None] = mapped_column(doc="why the last fetch failed")
    failed_at: Mapped[datetime | None]


class ImageFile(Base):
    """A kept picture; the file is named after its digest."""

    __tablename__ = "image_file"

    id: Mapped[PrimaryKey]
    digest: Mapped[bytes] = mapped_column(unique=True, doc="SHA-256 of the file")
    media_type: Mapped[str] = mapped_column(doc="found in its bytes")
    width: Mapped[int | None] = mapped_column(doc="in pixels; null: a drawing without a size")
    height: Mapped[int | None]
    size: Mapped[int] = mapped_column(doc="in bytes")
    kept_at: Mapped[datetime]


class ImageUse(Base):
    """An entry that shows a picture, now or in an earlier version."""

    __tablename__ = "image_use"
    __table_args__ = (Index("ix_image_use_image_id", "image_id", "file_id"),)

    entry_id: Mapped[int] = mapped_column(
        ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True
    )
    image_id: Mapped[int] = mapped_column(
        ForeignKey("image.id", ondelete="CASCADE"), primary_key=True
    )
    file_id: Mapped[int | None] = mapped_column(
        ForeignKey("image_file.id"), index=True, doc="null: not kept yet"
    )
