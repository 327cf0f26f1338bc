"""Link texts: compare texts that share a key; delete links of texts that no longer share one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from ingest.reading.likeness import Fingerprint, Likeness, compare, may_be_alike
from ingest.store.likeness import keys
from ingest.store.likeness.holders import Holders, KeyOfText, Pair, all_holders_of, hubs_of
from ingest.store.likeness.keys import Shift
from ingest.store.statements import numbers, table_of
from models import LikenessLink

_LINK = table_of(LikenessLink)


def _pair(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)


def linked(connection: sa.Connection, texts: Iterable[int]) -> set[Pair]:
    """Return the linked pairs of texts that contain at least one of these texts."""
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
    """Delete the links of deleted texts; return the ids of the texts to which these links led."""
    if not texts:
        return set()
    pairs = linked(connection, texts)
    _delete(connection, pairs)
    return {text for pair in pairs for text in pair} - set(texts)


def dissolve(connection: sa.Connection, shift: Shift, losers: Collection[int]) -> set[int]:
    """Delete links that no key supports any more; return the ids of the texts that lost a link.

    A key supports a link if both texts have the key, and the key is rare or one text is its hub.
    Only these links can have lost their support: links between texts with a key that is no longer
    rare, links of former hubs, and links of `losers`, the texts that lost a key.
    """
    before = shift.before
    hubs = {hub for key in shift.keys if (hub := before.hubs.get(key)) is not None}
    doubtful = linked(connection, hubs.union(losers)) if hubs or losers else set()
    if frequent := shift.keys - before.hubs.keys():
        several = [before.rare[key] for key in frequent & before.rare.keys()]
        pairs = linked(connection, set().union(*several))
        doubtful |= {pair for having in several for pair in pairs if having.issuperset(pair)}
    without = doubtful - _with_support(connection, doubtful)
    _delete(connection, without)
    return {text for pair in without for text in pair}


def _with_support(connection: sa.Connection, pairs: Collection[Pair]) -> set[Pair]:
    """Return the pairs of texts that a key supports.

    A key supports a pair if both texts have it, and it is rare or one of the two is its hub.
    """
    if not pairs:
        return set()
    shared = _common_keys(
        keys.keys_of(connection, {text for pair in pairs for text in pair}), pairs
    )
    hubs = hubs_of(connection, set().union(*shared.values()))
    return {
        pair
        for pair, some in shared.items()
        if any(key not in hubs or hubs[key] in pair for key in some)
    }


def _common_keys(of_text: Mapping[int, set[int]], pairs: Iterable[Pair]) -> Mapping[Pair, set[int]]:
    return {(one, other): of_text[one] & of_text[other] for one, other in pairs}


def candidates(
    connection: sa.Connection,
    asked: Collection[KeyOfText],
    shift: Shift,
    holders: Holders,
    new: Collection[int],
) -> set[Pair]:
    """Return the pairs of texts that share a key of `asked` or `shift`, and were not compared yet.

    `asked` has the keys of texts that must be compared again. `holders` has the holders of all
    these keys. `new` has texts that were never compared. Two texts that are not in `new` were
    compared before if they are linked, or if a key supported the pair before the change.
    """
    wanted = {*asked, *shift.gained, *shift.to_compare()}
    near, of_one_link = _divide(connection, _sharers(connection, wanted, holders))
    old = {pair for pair in near | of_one_link if not (pair[0] in new or pair[1] in new)}
    if not old:
        return near | of_one_link
    known = linked(connection, {text for pair in old for text in pair})
    again = {text for _, text in asked}
    closed = {pair for pair in old - known if not again.intersection(pair)}
    return (
        (near | of_one_link)
        - known
        - _pairs_compared_before(connection, closed, of_one_link, shift)
    )


def _pairs_compared_before(
    connection: sa.Connection,
    pairs: Collection[Pair],
    of_one_link: set[Pair],
    shift: Shift,
) -> set[Pair]:
    """Return the pairs of texts that a key supported before the change.

    Pairs in `of_one_link` were compared only if the key is that of a link.
    """
    if not pairs:
        return set()
    texts = {text for pair in pairs for text in pair}
    shared = _common_keys(keys.keys_of(connection, texts), pairs)
    clauses = _common_keys(keys.clause_keys_of(connection, texts), of_one_link & shared.keys())
    shared = {pair: some - clauses.get(pair, set()) for pair, some in shared.items()}
    hubs = hubs_of(connection, set().union(*shared.values()))
    return {
        pair
        for pair, some in shared.items()
        if any(shift.was_support(key, pair, hubs) for key in some)
    }


def _sharers(
    connection: sa.Connection, asked: Collection[KeyOfText], holders: Holders
) -> Mapping[Pair, set[int]]:
    """Return pairs of a text in `asked` and another text, with the keys that both texts share."""
    found: dict[Pair, set[int]] = {}
    of_hubs = {key for key, text in asked if holders.hubs.get(key) == text}
    having = all_holders_of(connection, of_hubs) if of_hubs else {}
    for key, text in asked:
        is_hub = key in of_hubs and holders.hubs[key] == text
        for other in having[key] if is_hub else holders.to_compare(key):
            if other != text:
                found.setdefault(_pair(text, other), set()).add(key)
    return found


def _divide(
    connection: sa.Connection, found: Mapping[Pair, set[int]]
) -> tuple[set[Pair], set[Pair]]:
    """Divide pairs of texts by the reason for their comparison.

    Return (a) the pairs whose clauses may be alike, and (b) the other pairs that have the same
    link.
    """
    of_text = keys.clause_keys_of(connection, {text for pair in found for text in pair})
    near = {pair for pair in found if may_be_alike(of_text[pair[0]], of_text[pair[1]])}
    others = found.keys() - near
    return near, {pair for pair in others if not found[pair] <= of_text[pair[0]]}


def link(
    connection: sa.Connection, pairs: Collection[Pair], of_text: Mapping[int, Fingerprint]
) -> set[int]:
    """Compare pairs of texts, and link the texts that are alike.

    Return the ids of the texts that were linked.
    """
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
