"""Says how two editions of a story are related, and for which reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from ingest.reading.likeness.overlap import Overlap

_EXCERPT = 0.7  # An excerpt has at most this share of the longer text.
# A site adds at most these shares of the longer text to a reprint, inside it or only around it.
_BETWEEN, _AROUND = 0.12, 0.25
_NOTE = re.compile(r"(?:更新|更正|订正|勘误|修订|补充|编者按|update|correction|editorsnote)")


class Relation(StrEnum):
    """How an entry is related to another one with the same story."""

    IDENTICAL = "identical"
    REPRINT = "reprint"
    EXCERPT = "excerpt"
    REVISED = "revised"
    SCRIPT = "script"


@dataclass(frozen=True, slots=True)
class Likeness:
    """The relation of two entries, how alike they are (0 to 1), and the reason.

    `part` is 0 if the first entry is the excerpt or the later edition, 1 if the second entry is.
    """

    relation: Relation
    score: float
    reason: str
    part: Literal[0, 1] | None = None


def likeness_of(overlap: Overlap, *, is_reversed: bool) -> Likeness:
    """Return how two editions are related; `is_reversed` means that the longer one comes first."""
    relation, reason = _relation(overlap)
    part: Literal[0, 1] | None = None
    if relation is Relation.EXCERPT:
        part = 1 if is_reversed else 0
    elif relation is Relation.REVISED and _has_note(overlap.extra) != _has_note(overlap.rest):
        part = 0 if is_reversed == _has_note(overlap.extra) else 1
    return Likeness(relation, round(overlap.share, 4), reason, part)


def likeness_of_title(*, is_reversed: bool) -> Likeness:
    """Return how an entry without text is related to an entry with the same title."""
    return Likeness(Relation.EXCERPT, 1.0, "same title", 1 if is_reversed else 0)


def _relation(overlap: Overlap) -> tuple[Relation, str]:
    shorter, longer = overlap.shorter, overlap.longer
    is_other_script = (
        None not in (shorter.script, longer.script) and shorter.script != longer.script
    )
    if shorter.digest == longer.digest:
        if is_other_script:
            return Relation.SCRIPT, "same text"
        if shorter.around == longer.around:
            return Relation.IDENTICAL, "same text"
        return Relation.REPRINT, "same text, other boilerplate"
    if _is_excerpt(overlap):
        return Relation.EXCERPT, f"5-grams {overlap.share:.2f}"
    if is_other_script:
        return Relation.SCRIPT, f"5-grams {overlap.share:.2f}"
    return _same_script(overlap)


def _is_excerpt(overlap: Overlap) -> bool:
    shorter, longer = overlap.shorter, overlap.longer
    if len(shorter.text) <= _EXCERPT * len(longer.text):
        return True
    return shorter.is_cut and not longer.is_cut and not _has_note(overlap.extra)


def _same_script(overlap: Overlap) -> tuple[Relation, str]:
    if _has_note(overlap.extra) or _has_note(overlap.rest):
        return Relation.REVISED, "note"
    if not overlap.rest and not overlap.extra:
        return Relation.REVISED, "other order"
    if any(not _is_within(clause, overlap.extra) for clause in overlap.rest):
        return Relation.REVISED, f"5-grams {overlap.share:.2f}"
    most = _AROUND if _is_in_one_piece(overlap) else _BETWEEN
    if len(overlap.longer.text) - len(overlap.shorter.text) <= most * len(overlap.longer.text):
        return Relation.REPRINT, "added lines"
    return Relation.REVISED, "added paragraphs"


def _is_in_one_piece(overlap: Overlap) -> bool:
    """Return whether the longer text contains the shorter text unchanged and in one piece."""
    return overlap.shorter.text in overlap.longer.text


def _is_within(clause: str, others: tuple[str, ...]) -> bool:
    return any(clause in other for other in others)


def _has_note(clauses: tuple[str, ...]) -> bool:
    return any(_NOTE.match(clause) for clause in clauses)
