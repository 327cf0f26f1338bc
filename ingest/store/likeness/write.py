"""Link entries with their near-duplicates in one transaction; remove entries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ingest.reading.likeness import Fingerprint, may_be_alike
from ingest.store.due import mark_due_for
from ingest.store.likeness import clusters, keys, links, texts
from ingest.store.likeness.holders import holders_of
from ingest.store.likeness.links import Pair
from ingest.store.likeness.prints import Print, prints_of
from models import LikenessEntry, LikenessHub, LikenessKey, LikenessLink, LikenessText

LIKENESS = "likeness"  # This follower links near-duplicates.
_LOCK = 0x6C696B65  # a number that no other lock uses


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Fingerprints and links: of some entries, and of entries with which they may be compared."""

    own: Mapping[int, Print]
    others: Mapping[int, Print]


def prepare(connection: sa.Connection, entry_ids: Collection[int]) -> Prepared:
    """Compute the fingerprints of entries, and of entries with which they may be compared.

    Call this before the transaction of `write`, so that the transaction is short.
    """
    own = prints_of(connection, entry_ids)
    known = texts.ids_of(connection, {one.identity for one in own.values()})
    near = _near(connection, [one for one in own.values() if one.identity not in known])
    entries = texts.entry_of_each(connection, near).values()
    return Prepared(own=own, others=prints_of(connection, set(entries) - own.keys()))


def _near(connection: sa.Connection, prints: Collection[Print]) -> set[int]:
    """Return the ids of the texts that will probably be compared with these new texts."""
    asked = {key for one in prints for key in (*one.keys, one.link_key) if key is not None}
    holders = holders_of(connection, asked)
    sharing = [set().union(*map(holders.to_compare, one.keys)) for one in prints]
    of_text = keys.clause_keys_of(connection, set().union(*sharing))
    near: set[int] = set()
    for one, some in zip(prints, sharing, strict=True):
        near |= {text for text in some if may_be_alike(one.keys, of_text[text])}
        near |= holders.to_compare(one.link_key) if one.link_key is not None else set()
    return near


def write(
    connection: sa.Connection, entry_ids: Collection[int], prepared: Prepared, *, now: datetime
) -> set[int]:
    """Update the links of these entries; remove entries that are not in `prepared`.

    Return the ids of the entries whose cluster changed, and of their old and new canonical entries.
    """
    _lock(connection)
    moves = texts.move(connection, entry_ids, prepared.own)
    reopened = texts.close(connection, moves.present | moves.left)
    shift = keys.change(connection, moves.gained, moves.lost)  # needs the texts that are gone
    texts.delete(connection, moves.empty)
    touched = links.unlink(connection, moves.empty)
    touched |= links.dissolve(connection, shift, moves.losers)
    again = {(key, text) for text, some in reopened.items() for key in some}
    holders = holders_of(connection, {key for key, _ in again}) | shift.after
    asked = again | moves.gained | shift.to_compare()
    pairs = links.candidates(connection, asked, holders, moves.new)
    touched |= _link(connection, pairs, prepared, now)
    joined, others = clusters.join(connection, moves.entered)
    unsettled = touched | moves.left | moves.unmoved | others
    return joined | clusters.settle(connection, unsettled)


def _link(
    connection: sa.Connection, pairs: Collection[Pair], prepared: Prepared, now: datetime
) -> set[int]:
    """Compare and link these pairs of texts; return the texts that were linked.

    If all entries of a text changed since it was read, it has no fingerprint. These entries are due
    already, so the pair is compared in the next run.
    """
    wanted = {text for pair in pairs for text in pair}
    known = _fingerprints(connection, wanted, prepared)
    late = {pair for pair in pairs if not known.keys() >= set(pair)}
    _postpone(connection, {text for pair in late for text in pair}, now)
    return links.link(connection, set(pairs) - late, known)


def _fingerprints(
    connection: sa.Connection, wanted: Collection[int], prepared: Prepared
) -> Mapping[int, Fingerprint]:
    """Return the fingerprints of texts; texts that no entry has any more are left out."""
    if not wanted:
        return {}
    of_text = texts.identities_of(connection, wanted)
    made = {one.identity: one for one in (*prepared.others.values(), *prepared.own.values())}
    missing = [text for text in wanted if of_text[text] not in made]
    if missing:
        entries = texts.entry_of_each(connection, missing).values()
        made |= {one.identity: one for one in prints_of(connection, entries).values()}
    return {text: made[of_text[text]].fingerprint for text in wanted if of_text[text] in made}


def _postpone(connection: sa.Connection, some: Collection[int], now: datetime) -> None:
    """Mark texts and one entry of each, so that the texts are compared again in the next run."""
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


def _lock(connection: sa.Connection) -> None:
    """Lock the links for this transaction. SQLite needs no lock, because it has only one writer."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
