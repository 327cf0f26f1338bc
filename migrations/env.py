"""Run the migrations on the connection from `ingest.database`. Alembic runs this file."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from models import Base
from models.base import UtcDateTime


def _render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Render `UtcDateTime` as a plain column type, so that revisions do not import models."""
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen_context.imports.add("import sqlalchemy as sa")
        return "sa.DateTime(timezone=True)"
    return False


def _is_described(name: str | None, kind: str, _parents: object) -> bool:
    """Return whether the models describe a table, and not the search or the queue of jobs."""
    return kind != "table" or not str(name).startswith(("search_index", "procrastinate_"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    render_as_batch=True,
    render_item=_render_item,
    include_name=_is_described,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
