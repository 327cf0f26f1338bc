"""The archive's files: present and former paths of entries, and the spelling of tags."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, PrimaryKey


class ArchiveFile(Base):
    """The file of an entry in the archive's folder."""

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


class FormerPath(Base):
    """A former path of an entry's file."""

    __tablename__ = "former_path"
    __table_args__ = (UniqueConstraint("entry_id", "layout", "path"),)

    id: Mapped[PrimaryKey]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"))
    layout: Mapped[str]
    path: Mapped[str]
    digest: Mapped[bytes | None] = mapped_column(doc="SHA-256 of the file that was there")
    left_at: Mapped[datetime]


class SiteName(Base):
    """The spelling of a category or tag, so that each has its own page on the site."""

    __tablename__ = "site_name"
    __table_args__ = (
        UniqueConstraint("layout", "place", "key"),
        UniqueConstraint("page", "layout", "place"),
    )

    id: Mapped[PrimaryKey]
    layout: Mapped[str]
    place: Mapped[str] = mapped_column(doc="the folder of pages: tags, or that of a category")
    key: Mapped[str] = mapped_column(doc="the name without its case")
    name: Mapped[str] = mapped_column(doc="as it was first seen")
    page: Mapped[str] = mapped_column(doc="the folder that the site makes of what is written")
    written: Mapped[str] = mapped_column(doc="as records have it; once given it stays")
