"""Servers: pauses, the health of RSSHub instances, and RSSHub's routes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class RsshubInstance(Base):
    __tablename__ = "rsshub_instance"

    name: Mapped[str] = mapped_column(primary_key=True, doc="its address, without secrets")
    failures: Mapped[int] = mapped_column(doc="in a row, up to now")
    failing_since: Mapped[datetime | None]
    paused_until: Mapped[datetime | None] = mapped_column(doc="not asked before, if others are")
    last_error: Mapped[str | None]


class RsshubNamespace(Base):
    __tablename__ = "rsshub_namespace"

    name: Mapped[str] = mapped_column(primary_key=True, doc="the beginning of its routes' paths")
    title: Mapped[str]
    categories: Mapped[list[Any]] = mapped_column(doc="ids such as `new-media`")
    routes: Mapped[list[Any]] = mapped_column(doc="objects of rsshub.metadata.Route")


class HostPause(Base):
    """A server that gets no requests until a given time."""

    __tablename__ = "host_pause"

    server: Mapped[str] = mapped_column(primary_key=True, doc="host and port")
    until: Mapped[datetime]
    reason: Mapped[str]
    refusals: Mapped[int] = mapped_column(doc="refused connections in a row")
