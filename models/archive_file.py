"""The file that shows an entry in the archive folder."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, PrimaryKey


class ArchiveFile(Base):
    __tablename__ = "archive_file"
    __table_args__ = (
        UniqueConstraint("entry_id", "layout"),
        UniqueConstraint("path"),
    )

    id: Mapped[PrimaryKey]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"))
    layout: Mapped[str]
    path: Mapped[str] = mapped_column(doc="below archive.path; once given it stays")
    digest: Mapped[bytes | None] = mapped_column(doc="SHA-256 of the file; null: not written yet")
    written_at: Mapped[datetime | None]
