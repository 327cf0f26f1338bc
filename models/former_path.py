"""Where an entry's file was before it was given another path."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, PrimaryKey


class FormerPath(Base):
    __tablename__ = "former_path"
    __table_args__ = (UniqueConstraint("entry_id", "layout", "path"),)

    id: Mapped[PrimaryKey]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"))
    layout: Mapped[str]
    path: Mapped[str]
    digest: Mapped[bytes | None] = mapped_column(doc="SHA-256 of the file that was there")
    left_at: Mapped[datetime]
