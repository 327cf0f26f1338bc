"""Revisions: each text that an entry said is kept once, however often it comes back."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from models import Entry, Revision


def take_out(connection: sa.Connection, entry_id: int, text_digest: bytes) -> datetime | None:
    """Take out the revision with a text that an entry says again, and count the others anew.

    Caches and translations flip between two texts: each time would be one revision more. Return
    when the text was first seen; None if the entry never said it before.
    """
    query = sa.select(Revision.id, Revision.version, Revision.seen_at).where(
        Revision.entry_id == entry_id, Revision.text_digest == text_digest
    )
    row = connection.execute(query.order_by(Revision.version.desc()).limit(1)).first()
    if row is None:
        return None
    connection.execute(sa.delete(Revision).where(Revision.id == row.id))
    count_on(connection, entry_id, row.version + 1, by=-1)
    first_seen_at: datetime = row.seen_at
    return first_seen_at


def count_on(connection: sa.Connection, entry_id: int, place: int, *, by: int = 1) -> None:
    """Count the versions from a place on otherwise; by way of negative numbers, which are free."""
    later = sa.update(Revision).where(Revision.entry_id == entry_id, Revision.version >= place)
    connection.execute(later.values(version=-Revision.version - by))
    turned = sa.update(Revision).where(Revision.entry_id == entry_id, Revision.version < 0)
    connection.execute(turned.values(version=-Revision.version))
    whole = sa.update(Entry).where(Entry.id == entry_id)
    connection.execute(whole.values(version=Entry.version + by))
