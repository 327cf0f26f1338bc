"""Query when each version of an entry was first seen."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from models import Entry, Revision


class Seen(NamedTuple):
    """When a version of an entry was first seen, and the number of the version."""

    at: datetime
    number: int


def versions_seen(connection: sa.Connection, entry_id: int) -> list[Seen]:
    """Return all versions of an entry, in order of time; the present one, too.

    The list is empty if there is no such entry.
    """
    present = sa.select(Entry.seen_at, Entry.version).where(Entry.id == entry_id)
    earlier = sa.select(Revision.seen_at, Revision.version).where(Revision.entry_id == entry_id)
    rows = connection.execute(sa.union_all(present, earlier))
    return sorted(Seen(*row) for row in rows)
