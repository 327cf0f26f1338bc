"""What an entry said before the publisher edited it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, PrimaryKey
from models.entry import Content


class Revision(Content, Base):
    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("entry_id", "version"),)

    id: Mapped[PrimaryKey]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"))
    capture_id: Mapped[int] = mapped_column(ForeignKey("capture.id"), index=True)
    page_capture_id: Mapped[int | None] = mapped_column(ForeignKey("capture.id"), index=True)
    replaced_at: Mapped[datetime]
