"""What is kept of the entries of a document: recognised by their bytes, and judged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from ingest.reading import dedupe
from ingest.store import addresses, full_texts
from ingest.store.statements import in_batches, table_of
from ingest.values import KnownEntry, NormalEntry, Recognised, Verdict
from models import Entry

_ENTRY = table_of(Entry)
KNOWN = tuple(name for name in KnownEntry.__dataclass_fields__ if name != "is_former")


def recognised(
    connection: sa.Connection, feed_id: int, digests: Iterable[bytes]
) -> list[Recognised]:
    """The kept entries of a feed whose own bytes have one of these digests.

    Those whose page is to be asked for again are left out, so that they are read again.
    """
    found: list[Recognised] = []
    for some in in_batches(sorted(digests)):
        rows = connection.execute(_BY_BYTES, {"of_feed": feed_id, "values": some})
        found += map(Recognised._make, rows)
    return found


_BY_BYTES = sa.select(*(_ENTRY.c[name] for name in Recognised._fields)).where(
    _ENTRY.c.feed_id == sa.bindparam("of_feed"),
    _ENTRY.c.item_digest.in_(sa.bindparam("values", expanding=True)),
    sa.not_(full_texts.MAY_BE_TRIED),
)


def known_entry(connection: sa.Connection, entry_id: int) -> KnownEntry:
    """What is needed of an entry to recognise it, by its number."""
    query = sa.select(*(_ENTRY.c[name] for name in KNOWN)).where(_ENTRY.c.id == entry_id)
    return KnownEntry(**connection.execute(query).mappings().one())


def judge(
    connection: sa.Connection,
    feed_id: int,
    entries: Sequence[NormalEntry],
    *,
    beside: Collection[bytes] = (),
    may_be_empty: bool = False,
) -> list[Verdict]:
    """Say of each entry whether it is new, edited or unchanged; write nothing.

    `beside` are the item digests of what was recognised by its bytes. Where the feed may have no
    entries yet, that is asked before all else.
    """
    if may_be_empty and connection.scalar(_ONE_OF_FEED, {"of_feed": feed_id}) is None:
        return dedupe.decide(entries, ())
    keys, link_keys = dedupe.lookup_keys(entries)
    known = _known(connection, feed_id, "key", keys)
    known += _known(connection, feed_id, "link_key", link_keys)
    known += _known(connection, feed_id, "text_digest", {one.text_digest for one in entries})
    known += addresses.known_by(connection, feed_id, "key", keys)
    known += addresses.known_by(connection, feed_id, "link_key", link_keys)
    distinct = {(one.id, one.key): one for one in known}
    return dedupe.decide(entries, distinct.values(), beside=frozenset(beside))


_ONE_OF_FEED = sa.select(_ENTRY.c.id).where(_ENTRY.c.feed_id == sa.bindparam("of_feed")).limit(1)


def _known(
    connection: sa.Connection, feed_id: int, column: str, values: Iterable[Any]
) -> list[KnownEntry]:
    found: list[KnownEntry] = []
    for some in in_batches(sorted(values)):
        rows = connection.execute(_known_by(column), {"of_feed": feed_id, "values": some})
        found += [KnownEntry(**row) for row in rows.mappings()]
    return found


@cache
def _known_by(column: str) -> sa.Select[Any]:
    """The kept entries of a feed by the values of a column."""
    return sa.select(*(_ENTRY.c[name] for name in KNOWN)).where(
        _ENTRY.c.feed_id == sa.bindparam("of_feed"),
        _ENTRY.c[column].in_(sa.bindparam("values", expanding=True)),
    )
