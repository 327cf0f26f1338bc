"""Decides whether two entries tell the same story in the same words."""

from __future__ import annotations

from ingest.reading.likeness.conflicts import differ_in_dates, differ_in_numbers
from ingest.reading.likeness.fingerprint import Fingerprint
from ingest.reading.likeness.names import differ_in_names
from ingest.reading.likeness.overlap import GRAM, Overlap, overlap_of
from ingest.reading.likeness.relation import Likeness, likeness_of, likeness_of_title

_LEAST_SHARED = 0.6
# The beginning of a text has this many characters. Another text contains it if this share of its
# pieces is in the other text.
_HEAD, _SOME = 20, 0.2


def compare(one: Fingerprint, other: Fingerprint) -> Likeness | None:
    """Return how two entries are related, or None if they are different stories.

    The order of the two entries changes only `part` of the result.
    """
    if not one.text or not other.text:
        return None
    if one.title == other.title and one.is_title_alone != other.is_title_alone:
        return likeness_of_title(is_reversed=other.is_title_alone)
    overlap = overlap_of(one, other)
    if overlap.share < _LEAST_SHARED or _are_different(overlap):
        return None
    return likeness_of(overlap, is_reversed=overlap.shorter is not one)


def _are_different(overlap: Overlap) -> bool:
    return (
        differ_in_dates(overlap)
        or differ_in_numbers(overlap)
        or differ_in_names(overlap)
        or _begin_apart(overlap.shorter, overlap.longer)
    )


def _begin_apart(one: Fingerprint, other: Fingerprint) -> bool:
    """Return whether neither text contains the other's beginning, and the titles differ as well.

    Such texts share only the text that a site adds to all of its entries.
    """
    heads = one.clauses[0][:_HEAD], other.clauses[0][:_HEAD]
    if _has_some(heads[0], other.text) or _has_some(heads[1], one.text):
        return False
    return not (one.title and _has_some(one.title, other.title))


def _has_some(text: str, other: str) -> bool:
    pieces = [text[i : i + GRAM] for i in range(max(len(text) - GRAM + 1, 1))]
    return sum(piece in other for piece in pieces) > _SOME * len(pieces)
