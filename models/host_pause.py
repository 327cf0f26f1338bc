"""A server that is left alone for a while, because it said so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class HostPause(Base):
    __tablename__ = "host_pause"

    server: Mapped[str] = mapped_column(primary_key=True, doc="host and port")
    until: Mapped[datetime]
    reason: Mapped[str]
    refusals: Mapped[int] = mapped_column(doc="refused connections in a row")
