"""Near-duplicates: the texts that are compared, the entries that have them, and their links."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId


class LikenessText(Base):
    """A text that one or more entries have. A text without entries is deleted."""

    __tablename__ = "likeness_text"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    identity: Mapped[int] = mapped_column(
        BigInteger, unique=True, doc="a hash of all that is compared: title, text, script"
    )
    packed_keys: Mapped[bytes] = mapped_column(doc="of its clauses, 4 bytes each, little-endian")
    is_open: Mapped[bool] = mapped_column(doc="it must be compared with its candidates again")


class LikenessEntry(Base):
    """An entry, the text that is compared for it, and the canonical entry of its duplicates."""

    __tablename__ = "likeness_entry"
    __table_args__ = (
        Index("ix_likeness_entry_text_id", "text_id"),
        Index(
            "ix_likeness_entry_canonical_id",
            "canonical_id",
            postgresql_where=text("canonical_id IS NOT NULL"),
            sqlite_where=text("canonical_id IS NOT NULL"),
        ),
    )

    entry_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    text_id: Mapped[int] = mapped_column(BigId)
    around: Mapped[int] = mapped_column(doc="of the boilerplate that stands around the text")
    link_key: Mapped[int | None] = mapped_column(doc="a hash of the link that feeds may share")
    canonical_id: Mapped[int | None] = mapped_column(BigId, doc="null: it has no duplicates")


class LikenessKey(Base):
    """A key that finds texts: a hash of a clause, of the whole text, or of an entry's link."""

    __tablename__ = "likeness_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)


class LikenessHub(Base):
    """A key that many texts have, and the only one of them that is compared with all others."""

    __tablename__ = "likeness_hub"

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text_id: Mapped[int | None] = mapped_column(BigId, doc="null: too many texts have the key")


class LikenessLink(Base):
    """Two texts that tell the same story."""

    __tablename__ = "likeness_link"
    __table_args__ = (
        Index("ix_likeness_link_other", "other"),
        {"sqlite_with_rowid": False},
    )

    one: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    other: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    relation: Mapped[str] = mapped_column(doc="a value of reading.likeness.Relation")
    score: Mapped[float] = mapped_column(doc="0 to 1")
    reason: Mapped[str] = mapped_column(doc="what decided")
    part: Mapped[int | None] = mapped_column(BigId, doc="the excerpt, or the later edition")
