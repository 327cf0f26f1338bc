"""Sums of the polls of an hour, for charts over a day, a month or a year."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class PollHour(Base):
    __tablename__ = "poll_hour"

    hour: Mapped[datetime] = mapped_column(primary_key=True, doc="its start")
    news: Mapped[int] = mapped_column(doc="polls with this outcome, as are the next three")
    no_news: Mapped[int]
    not_modified: Mapped[int]
    failed: Mapped[int]
    new: Mapped[int] = mapped_column(doc="entries")
    edited: Mapped[int] = mapped_column(doc="entries")
    seconds: Mapped[float] = mapped_column(doc="of all these polls together")
