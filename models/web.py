"""Who may use the pages: browsers that are logged in, and programs with a token."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class WebSession(Base):
    """A browser that is logged in."""

    __tablename__ = "web_session"

    digest: Mapped[bytes] = mapped_column(primary_key=True, doc="SHA-256 of its cookie")
    may_manage: Mapped[bool]
    password: Mapped[bytes] = mapped_column(
        doc="SHA-256 of the password's hash; another password ends the session"
    )
    begun_at: Mapped[datetime] = mapped_column(index=True)


class WebToken(Base):
    """A program that uses the pages."""

    __tablename__ = "web_token"

    name: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(unique=True, doc="SHA-256 of the token")
    may_manage: Mapped[bool]
    made_at: Mapped[datetime]
