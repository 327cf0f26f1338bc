"""Link texts: compare texts that share a key; delete links of texts that share none any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa

from ingest.reading.likeness import Fingerprint, Likeness, compare, may_be_alike
from ingest.store.likeness import keys
from ingest.store.likeness.keys import KeyOfText
from ingest.store.statements import numbers, table_of
from models import LikenessLink

_LINK = table_of(LikenessLink)

Pair: TypeAlias = tuple[int, int]
"""The ids of two texts, the lower first."""


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def linked(connection: sa.Connection, texts: Iterable[int]) -> set[Pair]:
    """Return the linked pairs that contain at least one of these texts."""
    asked = list(texts)
    return {
        (one, other)
        for end in (_LINK.c.one, _LINK.c.other)
        for one, other in connection.execute(
            sa.select(_LINK.c.one, _LINK.c.other).where(
                end.in_(sa.select(numbers(connection, asked).c.value))
            )
        )
    }


def _delete(connection: sa.Connection, pairs: Collection[Pair]) -> None:
    if pairs:
        rows = [{"of_one": one, "of_other": other} for one, other in sorted(pairs)]
        connection.execute(_DELETE, rows)


_DELETE = sa.delete(_LINK).where(
    _LINK.c.one == sa.bindparam("of_one"), _LINK.c.other == sa.bindparam("of_other")
)


def unlink(connection: sa.Connection, texts: Collection[int]) -> set[int]:
    """Delete the links of deleted texts; return the texts that were linked with them."""
    if not texts:
        return set()
    pairs = linked(connection, texts)
    _delete(connection, pairs)
    return {text for pair in pairs for text in pair} - set(texts)


def dissolve(
    connection: sa.Connection, frequent: Collection[int], losers: Collection[int]
) -> set[int]:
    """Delete links between texts that share no rare key any more; return these texts.

    Only two kinds of links are checked: those between texts with a key that became `frequent`, and
    those of `losers`, which are texts that lost a key.
    """
    doubtful: set[Pair] = set()
    if frequent:
        for having in keys.holders(connection, frequent).values():
            doubtful |= {pair for pair in linked(connection, having) if having.issuperset(pair)}
    if losers:
        doubtful |= linked(connection, losers)
    without = doubtful - _sharing(connection, doubtful)
    _delete(connection, without)
    return {text for pair in without for text in pair}


def _sharing(
    connection: sa.Connection, pairs: Collection[Pair], *, other_than: Collection[int] = ()
) -> set[Pair]:
    """Return the pairs of texts that share a rare key which is not in `other_than`."""
    if not pairs:
        return set()
    of_text = keys.keys_of(connection, {text for pair in pairs for text in pair})
    shared = {pair: of_text[pair[0]] & of_text[pair[1]] for pair in pairs}
    frequent = keys.frequent(connection, set().union(*shared.values()))
    return {pair for pair, some in shared.items() if some - frequent - set(other_than)}


def candidates(
    connection: sa.Connection, asked: Collection[KeyOfText], new: Collection[int]
) -> set[Pair]:
    """Return the pairs to compare: they share one of these keys, and were not compared before.

    `new` are texts that were never compared. Two other texts that share another rare key were
    compared before.
    """
    if not asked:
        return set()
    of_key: dict[int, set[int]] = {}
    for key, text in asked:
        of_key.setdefault(key, set()).add(text)
    rare = of_key.keys() - keys.frequent(connection, of_key)
    near, of_one_link = _divide(
        connection, _sharers({key: of_key[key] for key in rare}, connection)
    )
    old = {pair for pair in near | of_one_link if not (pair[0] in new or pair[1] in new)}
    if not old:
        return near | of_one_link
    known = linked(connection, {text for pair in old for text in pair})
    return (near - known - _sharing(connection, old & near, other_than=rare)) | of_one_link - known


def _sharers(
    of_key: Mapping[int, Iterable[int]], connection: sa.Connection
) -> Mapping[Pair, set[int]]:
    """Return the pairs of texts that share keys, each with the shared keys."""
    found: dict[Pair, set[int]] = {}
    for key, others in keys.holders(connection, of_key).items():
        for text in of_key[key]:
            for other in others - {text}:
                found.setdefault(_pair(text, other), set()).add(key)
    return found


def _divide(
    connection: sa.Connection, found: Mapping[Pair, set[int]]
) -> tuple[set[Pair], set[Pair]]:
    """Return the pairs whose clauses may be alike, and the other pairs that share a link."""
    of_text = keys.clause_keys_of(connection, {text for pair in found for text in pair})
    near = {pair for pair in found if may_be_alike(of_text[pair[0]], of_text[pair[1]])}
    others = found.keys() - near
    return near, {pair for pair in others if not found[pair] <= of_text[pair[0]]}


def link(
    connection: sa.Connection, pairs: Collection[Pair], of_text: Mapping[int, Fingerprint]
) -> set[int]:
    """Compare pairs of texts, and link those that are alike; return the texts that were linked."""
    rows = []
    for one, other in sorted(pairs):
        likeness = compare(of_text[one], of_text[other])
        if likeness is not None:
            rows.append(_row(one, other, likeness))
    if rows:
        connection.execute(sa.insert(_LINK), rows)
    return {row[end] for row in rows for end in ("one", "other")}


def _row(one: int, other: int, likeness: Likeness) -> dict[str, Any]:
    return {
        "one": one,
        "other": other,
        "relation": likeness.relation.value,
        "score": likeness.score,
        "reason": likeness.reason,
        "part": None if likeness.part is None else (one, other)[likeness.part],
    }
