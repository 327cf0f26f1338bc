"""Finds numbers and codes that differ at the same place of two texts."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from ingest.reading.likeness.fingerprint import Fingerprint

_AROUND = 3  # characters before and after a number that tell its place
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_LONG = 5  # digits of a number that names something: a case, a bill, a share
_MOST = 400  # numbers of a text that are compared


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many numbers of one text are in the other, differ at the same place, or are new."""

    same: int
    different: int
    different_long: int
    new: int


def compare_numbers(one: Fingerprint, other: Fingerprint) -> Numbers:
    """Compare the numbers of the text that has fewer with those of the other."""
    fewer, more = sorted((_places(one), _places(other)), key=lambda p: (len(p), p))
    by_place: dict[str, set[str]] = defaultdict(set)
    for number, before, after in more:
        by_place[f"<{before}"].add(number)
        by_place[f">{after}"].add(number)
    same = different = long = new = 0
    for number, before, after in fewer:
        there = by_place.get(f"<{before}", set()) | by_place.get(f">{after}", set())
        if number in there:
            same += 1
        elif there:
            different += 1
            long += len(number.replace(".", "")) >= _LONG
        else:
            new += 1
    return Numbers(same, different, long, new)


def _places(fingerprint: Fingerprint) -> list[tuple[str, str, str]]:
    """Return each number of an entry with the characters before and after it."""
    text = f"{fingerprint.title}\n{fingerprint.text}"
    found = []
    for number in _NUMBER.finditer(text):
        start, end = number.span()
        before = _NUMBER.sub("0", text[max(start - _AROUND, 0) : start])
        after = _NUMBER.sub("0", text[end : end + _AROUND])
        found.append((number[0], before, after))
        if len(found) == _MOST:
            break
    return found
