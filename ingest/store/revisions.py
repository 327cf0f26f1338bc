"""Store revisions. Each text of an entry is stored once, even if it becomes current again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.values import Earlier
from models import Entry, Revision


def take_out(connection: sa.Connection, entry_id: int, text_digest: bytes) -> datetime | None:
    """Delete the revision with a text that is current again; renumber the later revisions.

    Without this, a feed that alternates between two texts would add a revision each time. Return
    the time when the text was first seen, or None if no revision has the text.
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
    """Add `by` to the version number of an entry, and of its revisions from number `place` on.

    The numbers are made negative first, so that no two revisions have the same number.
    """
    later = sa.update(Revision).where(Revision.entry_id == entry_id, Revision.version >= place)
    connection.execute(later.values(version=-Revision.version - by))
    turned = sa.update(Revision).where(Revision.entry_id == entry_id, Revision.version < 0)
    connection.execute(turned.values(version=-Revision.version))
    whole = sa.update(Entry).where(Entry.id == entry_id)
    connection.execute(whole.values(version=Entry.version + by))


def has_text(connection: sa.Connection, entry_id: int, text_digest: bytes) -> bool:
    """Return whether an entry has a revision with this text."""
    query = sa.select(Revision.id).where(
        Revision.entry_id == entry_id, Revision.text_digest == text_digest
    )
    return connection.execute(query.limit(1)).first() is not None


def insert_earlier(connection: sa.Connection, earlier: Earlier, columns: Mapping[str, Any]) -> None:
    """Insert a revision at its place in the order of time, and renumber later versions.

    `columns` has the content of the revision and the ids of its stored bytes.
    """
    known = earlier.verdict.known
    if known is None:
        raise ValueError("only a known entry has an earlier version")
    of_entry, at = Revision.entry_id == known.id, earlier.at
    before = sa.select(sa.func.count()).where(of_entry, Revision.seen_at <= at)
    place = 1 if earlier.is_first else connection.execute(before).scalar_one() + 1
    count_on(connection, known.id, place)
    after = sa.select(Revision.seen_at).where(of_entry, Revision.version == place + 1)
    replaced_at = connection.execute(after).scalar_one_or_none() or earlier.present_since
    row = {"entry_id": known.id, "version": place, "seen_at": at, "replaced_at": replaced_at}
    previous = sa.update(Revision).where(of_entry, Revision.version == place - 1)
    connection.execute(previous.values(replaced_at=at))
    connection.execute(sa.insert(Revision).values({**columns, **row}))
