"""How a category or tag is written, so that each has a page of its own in the site."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, PrimaryKey


class SiteName(Base):
    __tablename__ = "site_name"
    __table_args__ = (
        UniqueConstraint("layout", "place", "key"),
        UniqueConstraint("page", "layout", "place"),
    )

    id: Mapped[PrimaryKey]
    layout: Mapped[str]
    place: Mapped[str] = mapped_column(doc="the folder of pages: tags, or that of a category")
    key: Mapped[str] = mapped_column(doc="the name without its case")
    name: Mapped[str] = mapped_column(doc="as it was first seen")
    page: Mapped[str] = mapped_column(doc="the folder that the site makes of what is written")
    written: Mapped[str] = mapped_column(doc="as records have it; once given it stays")
