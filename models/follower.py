"""The followers (tasks that process changed entries), and the entries that are due for each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId


class Follower(Base):
    __tablename__ = "follower"

    name: Mapped[str] = mapped_column(primary_key=True)
    ran_at: Mapped[datetime | None] = mapped_column(doc="when it last did something")
    changes: Mapped[int] = mapped_column(
        server_default="0", doc="how many batches have made, changed or deleted something"
    )
    error: Mapped[str | None] = mapped_column(doc="why its last run failed; null: it did not")


class Due(Base):
    """An entry that is due for a follower, because it is new, changed or deleted.

    There is no foreign key: the row of a deleted entry stays, so that a follower can delete what it
    made of the entry.
    """

    __tablename__ = "due"
    __table_args__ = ({"sqlite_with_rowid": False},)

    follower: Mapped[str] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    mark: Mapped[int] = mapped_column(BigInteger, doc="random; each change sets another one")
    since: Mapped[datetime] = mapped_column(doc="when the oldest change was committed")
