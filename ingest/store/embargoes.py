"""Embargoes: an output must not contain an entry before the entry's embargo ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa

from ingest.store.due import mark_due_for
from ingest.store.outputs import follower_of
from ingest.store.statements import table_of
from models import Embargo, Entry

_EMBARGO = table_of(Embargo)
_OF_OUTPUT = _EMBARGO.c.output == sa.bindparam("of_output")


def replace_embargoes(
    connection: sa.Connection, output: str, entry_ids: Collection[int], ends: Mapping[int, datetime]
) -> None:
    """Store when the embargo of each entry ends; delete the embargo of entries not in `ends`."""
    rows = [{"of_output": output, "entry": entry_id} for entry_id in entry_ids]
    if rows:
        connection.execute(_FREE, rows)
    begun = [{"of_output": output, "entry": entry_id, "end": end} for entry_id, end in ends.items()]
    if begun:
        connection.execute(_BEGIN, begun)


_FREE = sa.delete(_EMBARGO).where(_OF_OUTPUT, _EMBARGO.c.entry_id == sa.bindparam("entry"))
# No row is inserted for an entry that was deleted in the meantime.
_BEGIN = sa.insert(_EMBARGO).from_select(
    ["output", "entry_id", "ends_at"],
    sa.select(
        sa.bindparam("of_output", type_=_EMBARGO.c.output.type),
        Entry.id,
        sa.bindparam("end", type_=_EMBARGO.c.ends_at.type),
    ).where(Entry.id == sa.bindparam("entry")),
)


def entries(connection: sa.Connection, output: str) -> set[int]:
    """Return the entries that the output must not contain yet."""
    query = sa.select(_EMBARGO.c.entry_id).where(_EMBARGO.c.output == output)
    return set(connection.scalars(query))


def has_ended(connection: sa.Connection, output: str, *, now: datetime) -> bool:
    """Return whether an embargo of the output has ended."""
    return connection.scalar(_HAS_ENDED, {"of_output": output, "now": now}) is not None


def end_embargoes(connection: sa.Connection, output: str, *, now: datetime) -> None:
    """Delete the embargoes that have ended, and mark their entries as due for the output."""
    values = {"of_output": output, "now": now}
    ended = connection.scalars(_END, values).all()
    mark_due_for(connection, follower_of(output), ended, now)


_IS_OVER = sa.and_(_OF_OUTPUT, _EMBARGO.c.ends_at <= sa.bindparam("now"))
_HAS_ENDED = sa.select(_EMBARGO.c.entry_id).where(_IS_OVER).limit(1)
_END = sa.delete(_EMBARGO).where(_IS_OVER).returning(_EMBARGO.c.entry_id)


def counts(connection: sa.Connection) -> dict[str, int]:
    """Return the number of entries under an embargo for each output."""
    query = sa.select(_EMBARGO.c.output, sa.func.count()).group_by(_EMBARGO.c.output)
    return dict(connection.execute(query).all())
