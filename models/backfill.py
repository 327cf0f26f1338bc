"""A backfill: one run of the command, its walks (each reads one source), and their documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, PrimaryKey


class Backfill(Base):
    __tablename__ = "backfill"

    id: Mapped[PrimaryKey]
    asked: Mapped[dict[str, Any]] = mapped_column(doc="what the command was asked for")
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(doc="None while there is more to do")
    queued_at: Mapped[datetime | None] = mapped_column(
        doc="not None while the service has it to do"
    )


class BackfillWalk(Base):
    """One part of a backfill: it reads one source for one feed, or files of any feeds."""

    __tablename__ = "backfill_walk"

    id: Mapped[PrimaryKey]
    backfill_id: Mapped[int] = mapped_column(
        ForeignKey("backfill.id", ondelete="CASCADE"), index=True
    )
    feed_id: Mapped[int | None] = mapped_column(
        ForeignKey("feed.id", ondelete="CASCADE"), index=True
    )
    source: Mapped[str] = mapped_column(doc="a name of sources.registry")
    is_planned: Mapped[bool] = mapped_column(doc="its first documents are in the queue")
    note: Mapped[str | None] = mapped_column(doc="why it could not begin, or where it stopped")


class BackfillDocument(Base):
    """A document that a walk reads, and its result. A walk reads one source of one feed."""

    __tablename__ = "backfill_document"
    __table_args__ = (
        UniqueConstraint("walk_id", "key"),
        Index("ix_backfill_document_walk_id_state", "walk_id", "state"),
    )

    id: Mapped[PrimaryKey]
    walk_id: Mapped[int] = mapped_column(ForeignKey("backfill_walk.id", ondelete="CASCADE"))
    feed_id: Mapped[int | None] = mapped_column(
        ForeignKey("feed.id", ondelete="SET NULL"), doc="whose it was found to be"
    )
    key: Mapped[str] = mapped_column(doc="what it is known by within the walk")
    address: Mapped[str]
    kind: Mapped[str] = mapped_column(doc="feed, page, list: what it is expected to be")
    as_of: Mapped[datetime | None] = mapped_column(doc="when it was the present")
    hints: Mapped[dict[str, Any]] = mapped_column(doc="the source's own, to go on from here")
    state: Mapped[str] = mapped_column(doc="waiting, done, in part, passed over or missing")
    reason: Mapped[str | None] = mapped_column(
        doc="why it was passed over or is missing; what of it was left out"
    )
    new: Mapped[int] = mapped_column(doc="entries that were not known")
    earlier: Mapped[int] = mapped_column(doc="versions of entries from before those kept")
    edited: Mapped[int] = mapped_column(doc="versions of entries from after those kept")
    known: Mapped[int]


class BackfillRecord(Base):
    """The entry that was made from a file of an old archive.

    A walk reads the files of one source. Two files of a walk cannot become the same entry.
    """

    __tablename__ = "backfill_record"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("backfill_document.id", ondelete="CASCADE"), primary_key=True
    )
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
