"""Store which changes of files and which takedowns are published already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.store.statements import in_batches, insert_into
from models import ArchiveFile, Entry, Follower, Setting, Takedown

_DONE, _DONE_AT, _ERROR = "publish.done", "publish.done_at", "publish.error"


def news(connection: sa.Connection, followers: Sequence[str]) -> str | None:
    """Return a text that identifies the present state of the outputs, if it must be published.

    The text has the number of changes by followers and the id of the last takedown. Return None if
    nothing was written yet, or if this state is published already.
    """
    done = sa.select(sa.func.sum(Follower.changes)).where(Follower.name.in_(followers))
    changes = connection.scalar(done)
    takedown = connection.scalar(sa.select(sa.func.max(Takedown.id)))
    mark = f"{changes} {takedown or 0}"
    return mark if changes and mark != _get(connection, _DONE) else None


def note_done(connection: sa.Connection, mark: str, *, now: datetime) -> None:
    """Store that a state is published; `mark` is the text that `news` returned for the state."""
    _set(connection, {_DONE: mark, _DONE_AT: now.isoformat(), _ERROR: ""})


def note_error(connection: sa.Connection, error: str) -> None:
    """Store why publishing failed."""
    _set(connection, {_ERROR: error})


def error(connection: sa.Connection) -> str | None:
    """Return why publishing failed, or None if the last attempt succeeded."""
    return _get(connection, _ERROR) or None


def takedowns_since_last(connection: sa.Connection) -> list[str]:
    """Return the targets of takedowns since the last publication, with the reasons."""
    done_at = _get(connection, _DONE_AT)
    query = sa.select(Takedown.target, Takedown.reason).order_by(Takedown.id)
    if done_at:
        query = query.where(Takedown.taken_at >= datetime.fromisoformat(done_at))
    return [f"{target} ({reason})" for target, reason in connection.execute(query)]


def files_at(
    connection: sa.Connection, output: str, paths: Sequence[str]
) -> dict[str, sa.Row[str, bytes | None, str, str]]:
    """Return the files of an output at these paths, with digests and titles, by path."""
    found: dict[str, Any] = {}
    for some in in_batches(paths):
        query = (
            sa.select(ArchiveFile.path, ArchiveFile.digest, Entry.title, Entry.feed_title)
            .join(Entry, Entry.id == ArchiveFile.entry_id)
            .where(ArchiveFile.output == output, ArchiveFile.path.in_(some))
        )
        found |= {row.path: row for row in connection.execute(query)}
    return found


def _get(connection: sa.Connection, name: str) -> str | None:
    return connection.scalar(sa.select(Setting.value).where(Setting.name == name))


def _set(connection: sa.Connection, values: dict[str, str]) -> None:
    for name, value in values.items():
        insert = insert_into(connection, Setting).values(name=name, value=value)
        connection.execute(
            insert.on_conflict_do_update(index_elements=["name"], set_={"value": value})
        )
