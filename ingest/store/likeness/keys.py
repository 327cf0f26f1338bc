"""The keys of texts, and which texts share a rare key.

A key is a hash of a clause, of a whole text or of a link. The texts that share a key are compared
with each other. If more than `MOST` texts have the key, each of them is compared with only one of
them, the hub of the key. So a press release can be linked in any number of editions, at the same
cost for each edition. A key that more than `CROWD` texts have is ignored until fewer texts have it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from sys import byteorder
from typing import TypeAlias

import sqlalchemy as sa

from ingest.store.statements import insert_if_new, numbers, table_of
from models import LikenessEntry, LikenessKey, LikenessText

MOST, CROWD = 50, 1000
_KEY, _TEXT, _ENTRY = table_of(LikenessKey), table_of(LikenessText), table_of(LikenessEntry)

KeyOfText: TypeAlias = tuple[int, int]
"""A key, and the id of a text that has it."""


Hubs: TypeAlias = Mapping[int, int | None]
"""Maps each key that more than `MOST` texts have to the id of its hub.

The value is None if more than `CROWD` texts have the key. The hub is the text whose hash is lowest.
So a new text rarely becomes the hub.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """The hubs of keys before and after some texts gained or lost the keys.

    `keys` has the keys for which `before` and `after` differ.
    """

    keys: set[int]
    before: Hubs
    after: Hubs


def change(
    connection: sa.Connection, gained: Iterable[KeyOfText], lost: Iterable[KeyOfText]
) -> Shift:
    """Store which keys texts gained and lost; return how the hubs of these keys changed.

    A hub is the text with which all other texts with a frequent key are compared.
    """
    # The rows are sorted, so that neighbouring rows of the index are written together.
    gains = [{"key": key, "text_id": text} for key, text in sorted(gained)]
    losses = [{"lost_key": key, "lost_text": text} for key, text in sorted(lost)]
    changed = {row["key"] for row in gains} | {row["lost_key"] for row in losses}
    before = hubs_of(connection, changed)
    if gains:
        connection.execute(insert_if_new(connection.dialect.name, LikenessKey), gains)
    if losses:
        connection.execute(_LOSE, losses)
    after = hubs_of(connection, changed)
    either = before.keys() | after.keys()
    same = {key for key in before.keys() & after.keys() if before[key] == after[key]}
    return Shift(keys=either - same, before=before, after=after)


_LOSE = sa.delete(_KEY).where(
    _KEY.c.key == sa.bindparam("lost_key"), _KEY.c.text_id == sa.bindparam("lost_text")
)


def to_compare(connection: sa.Connection, shift: Shift) -> set[KeyOfText]:
    """Return pairs of a key and a text that must be compared with other texts with the key.

    These are the new hubs of keys, and all texts with a key that has become rare.
    """
    having = holders(connection, shift.keys - shift.after.keys())
    hubs = {(key, hub) for key in shift.keys if (hub := shift.after.get(key)) is not None}
    return hubs | {(key, text) for key, some in having.items() for text in some}


def hubs_of(connection: sa.Connection, keys: Iterable[int]) -> Hubs:
    """Return, for each of these keys that more than `MOST` texts have, the hub of the key."""
    frequent = _beyond(connection, keys, MOST)
    if not frequent:
        return {}
    asked = numbers(connection, frequent - _beyond(connection, frequent, CROWD))
    having = sa.select(_TEXT.c.id).join(_KEY, _KEY.c.text_id == _TEXT.c.id)
    having = having.where(_KEY.c.key == asked.c.value).order_by(_TEXT.c.identity).limit(1)
    query = sa.select(asked.c.value, having.scalar_subquery())
    return dict.fromkeys(frequent) | dict(connection.execute(query).all())


def _beyond(connection: sa.Connection, keys: Iterable[int], most: int) -> set[int]:
    """Return the keys among `keys` that more than `most` texts have."""
    asked = numbers(connection, keys)
    beyond = sa.select(_KEY.c.text_id).where(_KEY.c.key == asked.c.value)
    is_beyond = beyond.limit(1).offset(most).scalar_subquery().is_not(None)
    return set(connection.scalars(sa.select(asked.c.value).where(is_beyond)))


def holders(connection: sa.Connection, keys: Iterable[int]) -> Mapping[int, set[int]]:
    """Return the ids of the texts with each key; leave out keys that only one text has."""
    found: dict[int, set[int]] = {}
    asked = sa.select(numbers(connection, keys).c.value)
    query = sa.select(_KEY.c.key, _KEY.c.text_id).where(_KEY.c.key.in_(asked), _IS_SHARED)
    for key, text in connection.execute(query):
        found.setdefault(key, set()).add(text)
    return found


_OTHER = _KEY.alias()
_IS_SHARED = sa.exists().where(_OTHER.c.key == _KEY.c.key, _OTHER.c.text_id != _KEY.c.text_id)


def clause_keys_of(connection: sa.Connection, texts: Iterable[int]) -> dict[int, set[int]]:
    """Return the keys of each of these texts, without the keys of links."""
    asked = sa.select(numbers(connection, texts).c.value)
    packed = sa.select(_TEXT.c.id, _TEXT.c.packed_keys).where(_TEXT.c.id.in_(asked))
    return {row.id: set(unpack(row.packed_keys)) for row in connection.execute(packed)}


def keys_of(connection: sa.Connection, texts: Iterable[int]) -> Mapping[int, set[int]]:
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
