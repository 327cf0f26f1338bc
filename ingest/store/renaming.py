"""Give files new paths, and store their former paths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from ingest.store.due import mark_due_for
from ingest.store.files import change_path
from ingest.store.outputs import follower_of
from ingest.store.statements import insert_if_new, table_of
from models import ArchiveFile, FormerPath

_FILE, _FORMER = table_of(ArchiveFile), table_of(FormerPath)


def rename(
    connection: sa.Connection, output: str, wanted: Mapping[int, Sequence[str]], *, now: datetime
) -> int:
    """Give each entry the first of its wanted paths that is free; return how many paths changed.

    These entries are marked as due, so that their files are written at the new paths.
    """
    renamed = [
        entry for entry, paths in wanted.items() if _rename(connection, output, entry, paths, now)
    ]
    mark_due_for(connection, follower_of(output), renamed, now)
    return len(renamed)


def _rename(
    connection: sa.Connection, output: str, entry_id: int, paths: Iterable[str], now: datetime
) -> bool:
    present = sa.select(_FILE.c.entry_id, _FILE.c.output, _FILE.c.path, _FILE.c.digest).where(
        _FILE.c.entry_id == entry_id, _FILE.c.output == output
    )
    former = connection.execute(present).mappings().one()
    if not any(change_path(connection, output, entry_id, path) for path in paths):
        return False
    insert = insert_if_new(connection.dialect.name, FormerPath)
    connection.execute(insert, {**former, "left_at": now})
    return True


def former(connection: sa.Connection, output: str) -> list[tuple[str, bytes | None, str]]:
    """Return each former path that no file has now, with a digest and a current path.

    The digest is of the file at the former path. The current path is that of the entry.
    """
    in_use = sa.select(_FILE.c.path).where(_FILE.c.output == output)
    query = (
        sa.select(_FORMER.c.path, _FORMER.c.digest, _FILE.c.path)
        .join(
            _FILE,
            sa.and_(_FILE.c.entry_id == _FORMER.c.entry_id, _FILE.c.output == _FORMER.c.output),
        )
        .where(_FORMER.c.output == output, _FORMER.c.path.not_in(in_use))
        .order_by(_FORMER.c.path, _FORMER.c.id.desc())
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]
