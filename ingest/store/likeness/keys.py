"""The keys of texts, and which texts must be compared when texts gain or lose keys.

A key is a hash of a clause, of a whole text or of a link.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from sys import byteorder

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from ingest.store.likeness import hubs
from ingest.store.likeness.holders import MOST, Holders, Hubs, KeyOfText, Pair, holders_of
from ingest.store.statements import insert_into, numbers, table_of
from models import LikenessEntry, LikenessKey, LikenessText

_KEY, _TEXT, _ENTRY = table_of(LikenessKey), table_of(LikenessText), table_of(LikenessEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """The holders of some keys before and after texts gained or lost the keys.

    `gained` has the pairs of a key and a text that are new.
    """

    before: Holders
    after: Holders
    gained: Collection[KeyOfText]

    @property
    def keys(self) -> set[int]:
        """The keys that became rare or frequent, or that have another hub."""
        before, after = self.before.hubs, self.after.hubs
        same = {key for key in before.keys() & after.keys() if before[key] == after[key]}
        return (before.keys() | after.keys()) - same

    def was_support(self, key: int, pair: Pair, hubs: Hubs) -> bool:
        """Return whether a key of both texts supported their link before the change.

        `hubs` has the present hub of each key whose holders did not change.
        """
        if any((key, text) in self.gained for text in pair):
            return False
        is_changed = key in self.before.rare or key in self.before.hubs
        known = self.before.hubs if is_changed else hubs
        return key not in known or known[key] in pair

    def to_compare(self) -> set[KeyOfText]:
        """Return pairs of a key and a text that must be compared with other texts with the key.

        These are the new hubs of keys, and all texts with a key that has become rare.
        """
        return {(key, text) for key in self.keys for text in self.after.to_compare(key)}


def change(
    connection: sa.Connection, gained: Collection[KeyOfText], lost: Collection[KeyOfText]
) -> Shift:
    """Store which keys texts gained and lost."""
    before = holders_of(connection, {key for key, _ in (*gained, *lost)})
    _gain(connection, gained)
    if lost:
        rows = [{"lost_key": key, "lost_text": text} for key, text in sorted(lost)]
        connection.execute(_LOSE, rows)
    rare = {key: set(some) for key, some in before.rare.items()}
    for key, text in gained:
        rare.setdefault(key, set()).add(text)
    for key, text in lost:
        rare.get(key, set()).discard(text)
    frequent = before.hubs.keys() | {key for key, some in rare.items() if len(some) > MOST}
    after = hubs.renew(connection, before.hubs, frequent, gained=gained, lost=lost)
    still_rare = {key: some for key, some in rare.items() if key not in frequent}
    after |= Holders(rare=still_rare, hubs={})
    return Shift(before=before, after=after, gained=gained)


def _gain(connection: sa.Connection, gained: Collection[KeyOfText]) -> None:
    rows = sorted(gained)  # so that neighbouring rows of the index are written together
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        # One statement for all rows would copy each page to a journal before changing it.
        insert = 'INSERT OR IGNORE INTO likeness_key ("key", text_id) VALUES (?, ?)'
        connection.exec_driver_sql(insert, rows)
        return
    columns = (sa.cast(list(column), ARRAY(sa.BigInteger)) for column in zip(*rows, strict=True))
    made = sa.select(sa.func.unnest(*columns).table_valued("key", "text_id").render_derived())
    insert_all = insert_into(connection, _KEY).from_select(["key", "text_id"], made)
    connection.execute(insert_all.on_conflict_do_nothing())


_LOSE = sa.delete(_KEY).where(
    _KEY.c.key == sa.bindparam("lost_key"), _KEY.c.text_id == sa.bindparam("lost_text")
)


def clause_keys_of(connection: sa.Connection, texts: Iterable[int]) -> dict[int, set[int]]:
    """Return the keys of each of these texts, without the keys of links."""
    asked = sa.select(numbers(connection, texts).c.value)
    packed = sa.select(_TEXT.c.id, _TEXT.c.packed_keys).where(_TEXT.c.id.in_(asked))
    return {row.id: set(unpack(row.packed_keys)) for row in connection.execute(packed)}


def keys_of(connection: sa.Connection, texts: Collection[int]) -> dict[int, set[int]]:
    """Return all keys of each of these texts, including the keys of links."""
    found = clause_keys_of(connection, texts)
    asked = sa.select(numbers(connection, texts).c.value)
    links = sa.select(_ENTRY.c.text_id, _ENTRY.c.link_key).distinct()
    links = links.where(_ENTRY.c.text_id.in_(asked), _ENTRY.c.link_key.is_not(None))
    for text, key in connection.execute(links):
        found[text].add(key)
    return found


def pack(keys: Iterable[int]) -> bytes:
    """Return keys of 32 bits as bytes."""
    return _in_order(array("i", sorted(keys))).tobytes()


def unpack(packed: bytes) -> Iterable[int]:
    """Return the keys that `pack` packed into these bytes."""
    return _in_order(array("i", packed))


def _in_order(keys: array[int]) -> array[int]:
    """Swap the bytes of each key on big-endian machines, so that keys are stored little-endian."""
    if byteorder == "big":
        keys.byteswap()
    return keys
