"""Link entries with their near-duplicates in one transaction; remove entries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa

from ingest.reading.likeness import Fingerprint
from ingest.store.due import mark_due_for
from ingest.store.likeness import clusters, keys, links, texts
from ingest.store.likeness.holders import Pair, holders_of
from ingest.store.likeness.prints import Print, prints_of
from models import LikenessEntry, LikenessHub, LikenessKey, LikenessLink, LikenessText

LIKENESS = "likeness"  # This follower links near-duplicates.
_LOCK = 0x6C696B65  # a number that no other lock uses
_OFF = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit")
_CACHE_KIBIBYTES = 20_000  # enough for the pages of 200 long entries


def write(
    connection: sa.Connection,
    entry_ids: Collection[int],
    prints: Mapping[int, Print],
    *,
    now: datetime,
) -> set[int]:
    """Update the stored near-duplicates of these entries; remove entries that are not in `prints`.

    `prints` has the fingerprint of each entry by id. It is computed before the transaction, so that
    the transaction is short. Return the ids of the entries whose cluster changed, and of their old
    and new canonical entries.
    """
    _lock(connection)
    _use_indexes(connection)
    with _large_cache(connection):
        return _write(connection, entry_ids, prints, now)


def _write(
    connection: sa.Connection,
    entry_ids: Collection[int],
    prints: Mapping[int, Print],
    now: datetime,
) -> set[int]:
    moves = texts.move(connection, entry_ids, prints)
    reopened = texts.close(connection, moves.present | moves.left)
    shift = keys.change(connection, moves.gained, moves.lost)  # needs the texts that are gone
    texts.delete(connection, moves.empty)
    touched = links.unlink(connection, moves.empty)
    touched |= links.dissolve(connection, shift, moves.losers)
    again = {(key, text) for text, some in reopened.items() for key in some}
    holders = holders_of(connection, {key for key, _ in again}) | shift.after
    pairs = links.candidates(connection, again, shift, holders, moves.new)
    touched |= _link(connection, pairs, prints, now)
    joined, others = clusters.join(connection, moves.entered)
    unsettled = touched | moves.left | moves.unmoved | others
    return joined | clusters.settle(connection, unsettled)


def _link(
    connection: sa.Connection, pairs: Collection[Pair], prints: Mapping[int, Print], now: datetime
) -> set[int]:
    """Compare and link these pairs of texts; return the texts that were linked.

    If all entries of a text changed since it was read, it has no fingerprint. These entries are due
    already, so the pair is compared in the next run.
    """
    wanted = {text for pair in pairs for text in pair}
    known = _fingerprints(connection, wanted, prints)
    late = {pair for pair in pairs if not known.keys() >= set(pair)}
    _postpone(connection, {text for pair in late for text in pair}, now)
    return links.link(connection, set(pairs) - late, known)


def _fingerprints(
    connection: sa.Connection, wanted: Collection[int], prints: Mapping[int, Print]
) -> Mapping[int, Fingerprint]:
    """Return the fingerprints of texts; texts that no entry has any more are left out."""
    if not wanted:
        return {}
    of_text = texts.identities_of(connection, wanted)
    made = {one.identity: one for one in prints.values()}
    missing = [text for text in wanted if of_text[text] not in made]
    if missing:
        entries = texts.entry_of_each(connection, missing).values()
        made |= {one.identity: one for one in prints_of(connection, entries).values()}
    return {text: made[of_text[text]].fingerprint for text in wanted if of_text[text] in made}


def _postpone(connection: sa.Connection, some: Collection[int], now: datetime) -> None:
    """Mark texts, and one entry of each text, so that the next run compares the texts again."""
    if some:
        texts.open_again(connection, some)
        entries = texts.entry_of_each(connection, some).values()
        mark_due_for(connection, LIKENESS, entries, now)


def forget(connection: sa.Connection, entry_ids: Collection[int], *, now: datetime) -> None:
    """Delete what is stored of entries, before the entries are deleted.

    Entries with related texts are marked as due, so that their clusters are computed again.
    """
    _lock(connection)
    moves = texts.move(connection, entry_ids, {})
    shift = keys.change(connection, set(), moves.lost)
    texts.delete(connection, moves.empty)
    touched = links.unlink(connection, moves.empty)
    touched |= links.dissolve(connection, shift, moves.losers)
    _postpone(connection, {text for _, text in shift.to_compare()}, now)
    entries = texts.entry_of_each(connection, touched | moves.left).values()
    mark_due_for(connection, LIKENESS, entries, now)


def clear(connection: sa.Connection) -> None:
    """Delete all texts, keys and links."""
    _lock(connection)
    for model in (LikenessLink, LikenessHub, LikenessKey, LikenessEntry, LikenessText):
        connection.execute(sa.delete(model))


def _use_indexes(connection: sa.Connection) -> None:
    """Let PostgreSQL look keys and ids up in indexes for the rest of the transaction.

    A batch looks up thousands of keys. PostgreSQL would rather read the whole table of keys, until
    the archive has more than 100,000 entries.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(*(sa.func.set_config(name, "off", True) for name in _OFF)))


@contextmanager
def _large_cache(connection: sa.Connection) -> Iterator[None]:
    """Let SQLite keep the pages of a batch in memory.

    Each key of a batch is on another page of a large archive. With the usual 2 MB, SQLite would
    read these pages several times, and write them to its log before the commit.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    usual = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {usual}")


def _lock(connection: sa.Connection) -> None:
    """Lock the links for this transaction. SQLite needs no lock, because it has only one writer."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
