"""The entries in the search index. The index itself, `search_index`, differs by database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId


class SearchDocument(Base):
    """An entry as it was indexed last. An id is never used for another text.

    If the entry is indexed again or deleted, the row stays, without the entry's id.
    """

    __tablename__ = "search_document"
    __table_args__ = (Index("ix_search_document_at_id", "at", "id"),)

    id: Mapped[int] = mapped_column(
        BigId, primary_key=True, autoincrement=False, doc="the month of `at`, then a number in it"
    )
    entry_id: Mapped[int | None] = mapped_column(BigId, unique=True)
    at: Mapped[datetime] = mapped_column(doc="the publication, or when it was first seen")
    is_coarse: Mapped[bool] = mapped_column(doc="a text too long to be indexed exactly")
