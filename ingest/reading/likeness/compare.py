"""Decides whether two entries tell the same story in the same words, and how they are related."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from ingest.reading.likeness.conflicts import compare_numbers
from ingest.reading.likeness.fingerprint import Fingerprint

_GRAM = 5
_COMPARED = 20_000  # characters of a text whose pieces are compared
_LEAST_SHARED = 0.6
_MOST_DIFFERENT = 0.15  # of the numbers that have a place in both texts


class Relation(StrEnum):
    """How an entry is related to another one with the same story."""

    IDENTICAL = "identical"
    REPRINT = "reprint"
    EXCERPT = "excerpt"
    REVISED = "revised"
    SCRIPT = "script"


@dataclass(frozen=True, slots=True)
class Likeness:
    """The relation of two entries, how alike they are (0 to 1), and what decided.

    `part` is 0 or 1 if the first or the second of the two is the excerpt or the later edition.
    """

    relation: Relation
    score: float
    reason: str
    part: Literal[0, 1] | None = None


def compare(one: Fingerprint, other: Fingerprint) -> Likeness | None:
    """Return how two entries are related, None if they are different stories.

    The answer is the same in either order, but for `part`.
    """
    if not one.text or not other.text:
        return None
    shared = 1.0 if one.digest == other.digest else _share(one.text, other.text)
    if shared < _LEAST_SHARED or _has_other_facts(one, other):
        return None
    return _relate(one, other, shared)


def _share(one: str, other: str) -> float:
    """Return the share of pieces of the shorter text that the longer one has."""
    shorter, longer = sorted((_grams(one), _grams(other)), key=len)
    return len(shorter & longer) / max(len(shorter), 1)


@lru_cache(64)
def _grams(text: str) -> frozenset[str]:
    text = text[:_COMPARED]
    return frozenset(text[i : i + _GRAM] for i in range(max(len(text) - _GRAM + 1, 1)))


def _has_other_facts(one: Fingerprint, other: Fingerprint) -> bool:
    numbers = compare_numbers(one, other)
    compared = numbers.same + numbers.different
    return bool(numbers.different_long) or numbers.different > _MOST_DIFFERENT * compared


def _relate(one: Fingerprint, other: Fingerprint, shared: float) -> Likeness:
    is_other_script = None not in (one.script, other.script) and one.script != other.script
    shorter = min(one.length, other.length) / max(one.length, other.length)
    reason = f"5-grams {shared:.2f}"
    if one.digest == other.digest:
        if is_other_script:
            return Likeness(Relation.SCRIPT, 1.0, "same text in the other script")
        if one.exact == other.exact:
            return Likeness(Relation.IDENTICAL, 1.0, "same text")
        return Likeness(Relation.REPRINT, 1.0, "same text, other lines around it")
    if shorter < 0.8 and shared >= 0.8:
        part: Literal[0, 1] = 0 if one.length < other.length else 1
        return Likeness(Relation.EXCERPT, round(shared, 4), reason, part)
    if is_other_script:
        return Likeness(Relation.SCRIPT, round(shared, 4), reason)
    relation = Relation.REPRINT if shared >= 0.97 else Relation.REVISED
    return Likeness(relation, round(shared, 4), reason)
