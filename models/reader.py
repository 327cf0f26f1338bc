"""What users of feed readers have marked; nothing of the archive depends on it."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId


class ReaderMark(Base):
    """What one user has marked of one entry."""

    __tablename__ = "reader_mark"

    user_name: Mapped[str] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(
        ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    is_read: Mapped[bool | None] = mapped_column(doc="None: as the feed's `ReaderMargin` says")
    is_starred: Mapped[bool]


class ReaderMargin(Base):
    """Up to which entry one user has read a feed, so that reading all needs only one row."""

    __tablename__ = "reader_margin"

    user_name: Mapped[str] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(
        ForeignKey("feed.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    entry_id: Mapped[int] = mapped_column(BigId, doc="read are all entries up to this id")
