"""Finds how much of the shorter text is also in the longer text, clause by clause."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.reading.likeness.fingerprint import Fingerprint

GRAM = 5  # characters of a piece
_SAMPLE = 64  # This many pieces are looked up first.
_LEAST_OF_SAMPLE = 0.35  # If less of the sample is found, the other pieces are not compared.
_COMPARED = 20_000  # The pieces of this many characters of a text are compared.


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two fingerprints in a fixed order, and how much of their texts is the same.

    `rest` contains the clauses that only the shorter text has, `extra` the clauses that only the
    longer text has. `share` is the part (0 to 1) of the shorter text that is in the longer text.
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
    """Return the share of a text's pieces that are in `other`.

    A long text is first compared by a sample. Its pieces are then looked up only in `extra`, the
    clauses that only `other` has.
    """
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
