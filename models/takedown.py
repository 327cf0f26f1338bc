"""Takedowns, and the tombstones: texts that name what must not be stored again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId, PrimaryKey


class Takedown(Base):
    """A decision to take something down, with its time and its reason."""

    __tablename__ = "takedown"

    id: Mapped[PrimaryKey]
    kind: Mapped[str] = mapped_column(doc="entry, url, feed or host")
    target: Mapped[str] = mapped_column(doc="the link, address, feed or host, for people")
    reason: Mapped[str]
    taken_at: Mapped[datetime]
    entries: Mapped[int] = mapped_column(doc="how many were erased")
    undone_at: Mapped[datetime | None]


class Tombstone(Base):
    """What must not be stored again: an entry by its key or its link, a feed or a host.

    There are no foreign keys to entries and feeds, because these may be deleted.
    """

    __tablename__ = "tombstone"
    __table_args__ = (
        Index("ix_tombstone_identity", "identity"),
        Index("ix_tombstone_entry_id", "entry_id"),
    )

    id: Mapped[PrimaryKey]
    takedown_id: Mapped[int] = mapped_column(
        ForeignKey("takedown.id", ondelete="CASCADE"), index=True
    )
    identity: Mapped[str] = mapped_column(doc="as store.takedowns spells it")
    feed_id: Mapped[int | None] = mapped_column(BigId, doc="the feed that had it")
    entry_id: Mapped[int | None] = mapped_column(BigId, doc="the erased entry's number")
