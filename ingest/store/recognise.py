"""Match the entries of a document with stored entries, by their bytes or by their content."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import sqlalchemy as sa

from ingest.reading import dedupe
from ingest.store import addresses, supplements
from ingest.store.statements import in_batches, table_of
from ingest.values import KnownEntry, NormalEntry, Recognised, Verdict, VerdictKind
from models import Entry

_ENTRY = table_of(Entry)
KNOWN = tuple(name for name in KnownEntry.__dataclass_fields__ if name != "is_former")


def recognised(
    connection: sa.Connection, feed_id: int, digests: Iterable[bytes]
) -> list[Recognised]:
    """Return the stored entries of a feed that were read from bytes with one of these digests.

    Entries whose page must be requested again are left out, because they must be read again.
    """
    found: list[Recognised] = []
    for some in in_batches(sorted(digests)):
        rows = connection.execute(_BY_BYTES, {"of_feed": feed_id, "values": some})
        found += map(Recognised._make, rows)
    return found


_BY_BYTES = sa.select(*(_ENTRY.c[name] for name in Recognised._fields)).where(
    _ENTRY.c.feed_id == sa.bindparam("of_feed"),
    _ENTRY.c.item_digest.in_(sa.bindparam("values", expanding=True)),
    sa.not_(supplements.MAY_BE_TRIED),
)


def known_entry(connection: sa.Connection, entry_id: int) -> KnownEntry:
    """Return a stored entry by its id, with the fields that are needed to recognise it."""
    query = sa.select(*(_ENTRY.c[name] for name in KNOWN)).where(_ENTRY.c.id == entry_id)
    return KnownEntry(**connection.execute(query).mappings().one())


def stored_keys(connection: sa.Connection, feed_id: int, keys: Iterable[str]) -> set[str]:
    """Return those of these keys that entries of a feed have."""
    found: set[str] = set()
    for some in in_batches(sorted(keys)):
        query = sa.select(_ENTRY.c.key).where(_ENTRY.c.feed_id == feed_id)
        found.update(connection.scalars(query.where(_ENTRY.c.key.in_(some))))
    return found


def judge(
    connection: sa.Connection,
    feed_id: int,
    entries: Sequence[NormalEntry],
    *,
    beside: Collection[bytes] = (),
    may_be_empty: bool = False,
) -> list[Verdict]:
    """Decide for each entry whether it is new, edited or unchanged; write nothing.

    `beside` has digests of the bytes of the document's other entries, which are already known to be
    unchanged. With `may_be_empty`, first check if the feed has any entries, which is faster for an
    empty feed.
    """
    if may_be_empty and connection.scalar(_ONE_OF_FEED, {"of_feed": feed_id}) is None:
        return dedupe.decide(entries, ())
    keys, link_keys = dedupe.lookup_keys(entries)
    known = _find_known(connection, feed_id, "key", keys)
    known += _find_known(connection, feed_id, "link_key", link_keys)
    known += _find_known(connection, feed_id, "text_digest", {one.text_digest for one in entries})
    known += addresses.known_by(connection, feed_id, "key", keys)
    known += addresses.known_by(connection, feed_id, "link_key", link_keys)
    distinct = {(one.id, one.key): one for one in known}
    verdicts = dedupe.decide(entries, distinct.values(), beside=frozenset(beside))
    if dedupe.has_nothing_known(verdicts, beside):
        times = {entry.published_at for entry in entries if entry.published_at}
        for one in _find_known(connection, feed_id, "published_at", times):
            distinct.setdefault((one.id, one.key), one)
        verdicts = dedupe.decide(entries, distinct.values())
    return _without_noise(connection, verdicts)


def _without_noise(connection: sa.Connection, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Change the verdict `EDITED` to `UNCHANGED` for edits that no reader would notice.

    Stored texts are queried only for edited entries. A stored full text is not compared, because it
    comes from a page and not from the feed.
    """
    ids = [verdict.known.id for verdict in verdicts if verdict.known and _may_be_noise(verdict)]
    kept: dict[int, tuple[str, str]] = {}
    for some in in_batches(ids):
        rows = connection.execute(_TEXTS, {"ids": some})
        kept |= {row.id: (row.title, row.html) for row in rows if not row.full_text}
    return [
        replace(verdict, kind=VerdictKind.UNCHANGED)
        if verdict.known
        and (text := kept.get(verdict.known.id))
        and dedupe.is_noise(verdict.entry.title, verdict.entry.html, *text)
        else verdict
        for verdict in verdicts
    ]


_TEXTS = sa.select(_ENTRY.c.id, _ENTRY.c.title, _ENTRY.c.html, _ENTRY.c.full_text).where(
    _ENTRY.c.id.in_(sa.bindparam("ids", expanding=True))
)


def _may_be_noise(verdict: Verdict) -> bool:
    known, entry = verdict.known, verdict.entry
    if known is None or verdict.kind is not VerdictKind.EDITED or entry.page is not None:
        return False
    return verdict.moved or not dedupe.has_moved(entry, known)


_ONE_OF_FEED = sa.select(_ENTRY.c.id).where(_ENTRY.c.feed_id == sa.bindparam("of_feed")).limit(1)


def _find_known(
    connection: sa.Connection, feed_id: int, column: str, values: Iterable[Any]
) -> list[KnownEntry]:
    found: list[KnownEntry] = []
    for some in in_batches(sorted(values)):
        rows = connection.execute(_known_by(column), {"of_feed": feed_id, "values": some})
        found += [KnownEntry(**row) for row in rows.mappings()]
    return found


@cache
def _known_by(column: str) -> sa.Select[Any]:
    """Return the query for the entries of a feed that have one of several values in a column."""
    return sa.select(*(_ENTRY.c[name] for name in KNOWN)).where(
        _ENTRY.c.feed_id == sa.bindparam("of_feed"),
        _ENTRY.c[column].in_(sa.bindparam("values", expanding=True)),
    )
