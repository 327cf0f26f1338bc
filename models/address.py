"""An address that an entry is known by beside its present one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, PrimaryKey


class Address(Base):
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
