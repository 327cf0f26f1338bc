"""Keep the hubs of the keys that many texts have.

A hub depends only on the texts that have the key. It is stored, because finding it again would read
the hash of each of these texts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa

from ingest.store.likeness.holders import CROWD, MOST, Holders, Hubs, KeyOfText, all_holders_of
from ingest.store.statements import insert_into, numbers, table_of
from models import LikenessHub, LikenessKey, LikenessText

_HUB, _KEY, _TEXT = table_of(LikenessHub), table_of(LikenessKey), table_of(LikenessText)


def renew(
    connection: sa.Connection,
    before: Hubs,
    keys: Collection[int],
    *,
    gained: Iterable[KeyOfText] = (),
    lost: Collection[KeyOfText] = (),
) -> Holders:
    """Store the hubs of these keys, after texts gained and lost them; return the holders.

    `before` has the hubs that are stored of these keys.
    """
    frequent = _beyond(connection, keys, MOST)
    crowded = _beyond(connection, frequent, CROWD)
    with_hub = frequent - crowded
    known = {
        key: hub
        for key, hub in before.items()
        if key in with_hub and hub is not None and (key, hub) not in lost
    }
    after = {
        **dict.fromkeys(crowded),
        **_lowest(connection, known, gained),
        **_search(connection, with_hub - known.keys()),
    }
    _store(connection, before, after)
    return Holders(rare=all_holders_of(connection, set(keys) - frequent), hubs=after)


def _beyond(connection: sa.Connection, keys: Collection[int], most: int) -> set[int]:
    """Return the keys among `keys` that more than `most` texts have."""
    if not keys:
        return set()
    asked = numbers(connection, keys)
    beyond = sa.select(_KEY.c.text_id).where(_KEY.c.key == asked.c.value)
    is_beyond = beyond.limit(1).offset(most).scalar_subquery().is_not(None)
    return set(connection.scalars(sa.select(asked.c.value).where(is_beyond)))


def _lowest(
    connection: sa.Connection, hubs: Mapping[int, int], gained: Iterable[KeyOfText]
) -> Mapping[int, int]:
    """Return the hubs of keys that had these hubs, and that some texts gained."""
    having = {key: {hub} for key, hub in hubs.items()}
    for key, text in gained:
        if key in having:
            having[key].add(text)
    asked = sa.select(numbers(connection, set().union(*having.values())).c.value)
    query = sa.select(_TEXT.c.id, _TEXT.c.identity).where(_TEXT.c.id.in_(asked))
    identity = dict(connection.execute(query).all())
    return {key: min(texts, key=identity.__getitem__) for key, texts in having.items()}


def _search(connection: sa.Connection, keys: Collection[int]) -> Mapping[int, int]:
    """Return the hubs of keys by reading the hash of each text that has them."""
    if not keys:
        return {}
    asked = numbers(connection, keys)
    having = sa.select(_TEXT.c.id).join(_KEY, _KEY.c.text_id == _TEXT.c.id)
    having = having.where(_KEY.c.key == asked.c.value).order_by(_TEXT.c.identity).limit(1)
    return dict(connection.execute(sa.select(asked.c.value, having.scalar_subquery())).all())


def _store(connection: sa.Connection, before: Hubs, after: Hubs) -> None:
    gone = before.keys() - after.keys()
    if gone:
        asked = sa.select(numbers(connection, gone).c.value)
        connection.execute(sa.delete(_HUB).where(_HUB.c.key.in_(asked)))
    rows = [
        {"key": key, "text_id": hub}
        for key, hub in sorted(after.items())
        if key not in before or before[key] != hub
    ]
    if rows:
        insert = insert_into(connection, _HUB)
        renewed = {"text_id": insert.excluded.text_id}
        connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=renewed), rows)
