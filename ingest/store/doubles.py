"""Join entries that old versions of Guidang stored twice because their site moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.reading import dedupe, titles
from ingest.store import addresses
from ingest.store.due import mark_due
from ingest.store.likeness import write as likeness
from ingest.store.recognise import KNOWN
from ingest.store.search import index
from ingest.values import KnownEntry
from models import Address, ArchiveFile, Entry, Revision, Setting

# A migration stored the highest entry id of its time in this setting. Newer entries were not stored
# twice, because newer versions of Guidang detect moves.
_UP_TO = "entries.doubles_up_to"


@dataclass(frozen=True, slots=True, kw_only=True)
class Double(KnownEntry):
    """An entry that may be a second copy of another entry."""

    first_seen_at: datetime
    html: str

    @property
    def title_key(self) -> str:
        """Return the title without regard to case, width, punctuation and spaces."""
        return titles.title_key(self.title)


def pairs(connection: sa.Connection, feed_id: int) -> list[tuple[int, int]]:
    """Return pairs of ids: an entry of a feed, and a later copy of this entry."""
    up_to = int(connection.scalar(sa.select(Setting.value).where(Setting.name == _UP_TO)) or 0)
    old = sa.and_(Entry.feed_id == feed_id, Entry.id <= up_to)
    several = sa.select(Entry.text_digest).where(old).group_by(Entry.text_digest)
    several = several.having(sa.func.count() > 1)
    found: list[tuple[int, int]] = []
    for digest in list(connection.scalars(several)):
        found += _pairs_among(list(_with_text(connection, old, digest)))
    return found


def _with_text(
    connection: sa.Connection, condition: sa.ColumnElement[bool], digest: bytes
) -> Iterator[Double]:
    columns = (getattr(Entry, name) for name in (*KNOWN, "first_seen_at", "html"))
    query = sa.select(*columns).where(condition, Entry.text_digest == digest).order_by(Entry.id)
    return (Double(**row) for row in connection.execute(query).mappings())


def _pairs_among(alike: list[Double]) -> Iterator[tuple[int, int]]:
    """Yield pairs of ids among entries with the same text: an entry, and a later copy of it.

    Two entries that were first seen in the same poll are different entries.
    """
    left = list(alike)
    while left:
        first = left.pop(0)
        seen = {first.first_seen_at}
        for other in list(left):
            if other.first_seen_at not in seen and dedupe.is_joined(other, first):
                seen.add(other.first_seen_at)
                left.remove(other)
                yield first.id, other.id


def join(connection: sa.Connection, entry_id: int, double_id: int, *, at: datetime) -> None:
    """Join two entries: keep the id and file of the first, and the address and bytes of the second.

    The revisions of both are kept, in order.
    """
    names = "key guid link link_key item_digest capture_id page_capture_id version".split()
    query = sa.select(*(getattr(Entry, name) for name in names)).where(Entry.id == double_id)
    double: dict[str, Any] = dict(connection.execute(query).mappings().one())
    earlier = sa.select(Entry.version).where(Entry.id == entry_id)
    before = (connection.scalar(earlier) or 1) - 1
    moved = {"entry_id": entry_id, "version": Revision.version + before}
    connection.execute(sa.update(Revision).where(_of(Revision, double_id)).values(moved))
    connection.execute(sa.update(Address).where(_of(Address, double_id)).values(entry_id=entry_id))
    addresses.note_present(connection, [entry_id], at)
    likeness.forget(connection, [double_id], now=at)
    mark_due(connection, [entry_id, double_id], at)
    index.forget(connection, [double_id])
    connection.execute(sa.delete(ArchiveFile).where(_of(ArchiveFile, double_id)))
    connection.execute(sa.delete(Entry).where(Entry.id == double_id))
    double["version"] += before
    connection.execute(sa.update(Entry).where(Entry.id == entry_id).values(double))


def _of(table: Any, entry_id: int) -> sa.ColumnElement[bool]:
    condition: sa.ColumnElement[bool] = table.entry_id == entry_id
    return condition
