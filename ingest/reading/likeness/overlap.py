"""Finds how much of the shorter of two texts is in the longer one, clause by clause."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.reading.likeness.fingerprint import Fingerprint

GRAM = 5  # characters of a piece
_SAMPLE = 64  # pieces that are looked up first
_LEAST_OF_SAMPLE = 0.35  # well below what is asked for of all
_COMPARED = 20_000  # characters of a text whose pieces are compared


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two fingerprints in a fixed order, and what they share.

    `rest` has the clauses that only the shorter text has, `extra` those that only the longer has.
    `share` is the share of the shorter text that is in the longer one.
    """

    shorter: Fingerprint
    longer: Fingerprint
    rest: tuple[str, ...]
    extra: tuple[str, ...]
    share: float


def overlap_of(one: Fingerprint, other: Fingerprint) -> Overlap:
    """Compare two texts; the result does not depend on their order."""
    shorter, longer = sorted((one, other), key=_order)
    here, there = set(shorter.clauses), set(longer.clauses)
    rest = tuple(clause for clause in shorter.clauses if clause not in there)
    extra = tuple(clause for clause in longer.clauses if clause not in here)
    unshared = "".join(rest)
    found = _pieces_found(unshared, longer.text, "".join(extra))
    share = 1 - len(unshared) * (1 - found) / max(len(shorter.text), 1)
    return Overlap(shorter, longer, rest, extra, share)


def _order(one: Fingerprint) -> tuple[object, ...]:
    return len(one.text), one.text, one.title, one.around


def _pieces_found(text: str, other: str, extra: str) -> float:
    """Return the share of pieces of a text that are in another, or in what only that one has."""
    count = len(text) - GRAM + 1
    if count <= 0:
        return float(text in other)
    some = [text[i : i + GRAM] for i in range(0, count, max(count // _SAMPLE, 1))]
    found = sum(piece in other for piece in some) / len(some)
    if count <= _SAMPLE or found < _LEAST_OF_SAMPLE:
        return found
    pieces = _pieces(text)
    return len(pieces & _pieces(extra)) / len(pieces)


def _pieces(text: str) -> set[str]:
    text = text[:_COMPARED]
    return {text[i : i + GRAM] for i in range(len(text) - GRAM + 1)}
