"""Which texts have a key: all of them if the key is rare, otherwise only its hub.

The texts that share a key are compared with each other. If more than `MOST` texts have the key,
each of them is compared with only one of them, the hub of the key. So a press release can be linked
in any number of editions, at the same cost for each edition. A key that more than `CROWD` texts
have is ignored until fewer texts have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import sqlalchemy as sa

from ingest.store.statements import numbers, table_of
from models import LikenessHub, LikenessKey

MOST, CROWD = 50, 1000
_KEY, _HUB = table_of(LikenessKey), table_of(LikenessHub)

KeyOfText: TypeAlias = tuple[int, int]
"""A key, and the id of a text that has it."""

Pair: TypeAlias = tuple[int, int]
"""The ids of two texts, the lower first."""

Hubs: TypeAlias = Mapping[int, int | None]
"""Maps keys that more than `MOST` texts have to the ids of their hubs.

The value is None if more than `CROWD` texts have the key. The hub is the text whose hash is lowest,
so a new text rarely becomes the hub.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """The texts that have some keys; keys that no text has are left out.

    `rare` maps each key that at most `MOST` texts have to the ids of these texts. `hubs` has the
    other keys.
    """

    rare: Mapping[int, set[int]]
    hubs: Hubs

    def __or__(self, other: Holders) -> Holders:
        return Holders(rare={**self.rare, **other.rare}, hubs={**self.hubs, **other.hubs})

    def to_compare(self, key: int) -> set[int]:
        """Return the texts with which a new text with this key is compared."""
        if key not in self.hubs:
            return self.rare.get(key, set())
        hub = self.hubs[key]
        return set() if hub is None else {hub}


def holders_of(connection: sa.Connection, keys: Iterable[int]) -> Holders:
    """Return the texts that have these keys."""
    asked = set(keys)
    hubs = hubs_of(connection, asked)
    return Holders(rare=all_holders_of(connection, asked - hubs.keys()), hubs=hubs)


def hubs_of(connection: sa.Connection, keys: Iterable[int]) -> Hubs:
    """Return the stored hubs of those of these keys that more than `MOST` texts have."""
    asked = sa.select(numbers(connection, keys).c.value)
    query = sa.select(_HUB.c.key, _HUB.c.text_id).where(_HUB.c.key.in_(asked))
    return dict(connection.execute(query).all())


def all_holders_of(connection: sa.Connection, keys: Iterable[int]) -> dict[int, set[int]]:
    """Return all texts with each of these keys, however many they are."""
    found: dict[int, set[int]] = {}
    asked = sa.select(numbers(connection, keys).c.value)
    query = sa.select(_KEY.c.key, _KEY.c.text_id).where(_KEY.c.key.in_(asked))
    for key, text in connection.execute(query).all():
        found.setdefault(key, set()).add(text)
    return found
