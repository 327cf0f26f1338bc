"""The files of outputs: their present and former paths, files of sites, spellings of tags."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, PrimaryKey


class ArchiveFile(Base):
    """The file of an entry in the folder of an output."""

    __tablename__ = "archive_file"
    __table_args__ = (
        UniqueConstraint("entry_id", "output"),
        UniqueConstraint("path", "output"),
        Index(
            None,
            "output",
            "fact",
            postgresql_where=text("fact IS NOT NULL"),
            sqlite_where=text("fact IS NOT NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"))
    output: Mapped[str]
    path: Mapped[str] = mapped_column(doc="below the output's folder; once given it stays")
    digest: Mapped[bytes | None] = mapped_column(
        doc="SHA-256 of what Guidang wrote, without the user's own part; null: not written yet"
    )
    written_at: Mapped[datetime | None]
    fact: Mapped[str | None] = mapped_column(
        doc="what the entry adds to the files of the whole site, such as its author"
    )


class Embargo(Base):
    """An entry that an output must not contain until a given time."""

    __tablename__ = "embargo"
    __table_args__ = (Index(None, "output", "ends_at"),)

    entry_id: Mapped[int] = mapped_column(
        ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True
    )
    output: Mapped[str] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime]


class FormerPath(Base):
    """A former path of an entry's file."""

    __tablename__ = "former_path"
    __table_args__ = (UniqueConstraint("entry_id", "output", "path"),)

    id: Mapped[PrimaryKey]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"))
    output: Mapped[str]
    path: Mapped[str]
    digest: Mapped[bytes | None] = mapped_column(doc="SHA-256 of the file that was there")
    left_at: Mapped[datetime]


class SiteFile(Base):
    """A file of a whole site, such as a list of its authors."""

    __tablename__ = "site_file"

    output: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True, doc="below the site's folder")
    digest: Mapped[bytes] = mapped_column(doc="SHA-256 of what Guidang wrote")


class SiteName(Base):
    """The spelling of a category or tag, so that each has its own page on the site."""

    __tablename__ = "site_name"
    __table_args__ = (
        UniqueConstraint("output", "place", "key"),
        UniqueConstraint("page", "output", "place"),
    )

    id: Mapped[PrimaryKey]
    output: Mapped[str]
    place: Mapped[str] = mapped_column(doc="the folder of pages: tags, or that of a category")
    key: Mapped[str] = mapped_column(doc="the name without its case")
    name: Mapped[str] = mapped_column(doc="as it was first seen")
    page: Mapped[str] = mapped_column(doc="the folder that the site makes of what is written")
    written: Mapped[str] = mapped_column(doc="as records have it; once given it stays")
