"""Store, for each output, its follower and the settings with which its files were written.

The follower of an output is the task that writes its files.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ingest.store.due import forget_follower, mark_all_due_for
from ingest.store.statements import insert_into
from models import Embargo, Setting

_FILES = "files"  # the follower that writes the archive; for other outputs: `files:NAME`


def follower_of(output: str) -> str:
    """Return the name of the follower that writes an output."""
    return _FILES if output == "archive" else f"{_FILES}:{output}"


def output_of(follower: str) -> str | None:
    """Return the name of the output that a follower writes; None for other followers."""
    family, _, name = follower.partition(":")
    return (name or "archive") if family == _FILES else None


def rendered_with(connection: sa.Connection, output: str) -> str | None:
    """Return the settings with which the current files of an output were rendered."""
    return connection.scalar(sa.select(Setting.value).where(Setting.name == _rendered_with(output)))


def _rendered_with(output: str) -> str:
    return f"{output}.rendered_with"


def render_all_with(
    connection: sa.Connection, output: str, settings: str, *, now: datetime
) -> None:
    """Mark every entry as due for an output; store the settings with which it renders them."""
    insert = insert_into(connection, Setting).values(name=_rendered_with(output), value=settings)
    connection.execute(
        insert.on_conflict_do_update(index_elements=["name"], set_={"value": settings})
    )
    mark_all_due_for(connection, follower_of(output), now)


def forget_output(connection: sa.Connection, output: str) -> None:
    """Delete the follower of an output and the list of entries due for it.

    The paths of its files are kept. If the output is configured again later, all its files are
    rendered again.
    """
    forget_follower(connection, follower_of(output))
    connection.execute(sa.delete(Embargo).where(Embargo.output == output))
    connection.execute(sa.delete(Setting).where(Setting.name == _rendered_with(output)))
