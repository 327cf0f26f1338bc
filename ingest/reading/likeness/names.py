"""Finds names that differ between two texts with the same words, such as two court judgments."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from ingest.reading.language.clauses import SURNAMES
from ingest.reading.likeness.overlap import Overlap

_MOST = 60  # At most this many clauses are compared.
_MOST_PAIRS = 200
_AROUND = 3  # Two clauses are compared if this many characters at their beginning or end are equal.
_LONGEST = 24  # characters of a name
# The names that differ must occur at least this many times in each text, all names together. The
# second number is for a text in Traditional and one in Simplified Chinese.
_LEAST, _LEAST_BETWEEN_SCRIPTS = 2, 3
_PERSON = re.compile(rf"[{SURNAMES}][\u4e00-\u9fff]{{1,2}}")
_PLACES = "省市县区州镇乡村旗"


def differ_in_names(overlap: Overlap) -> bool:
    """Return whether the persons, places or the subject of two texts have different names.

    The names must occur several times in the texts. They must occur more often if the texts are in
    different scripts, because other words then differ too, and look like names (軟體 for 软件).
    Anonymous names such as 李某 are ignored.
    """
    one, other = overlap.shorter, overlap.longer
    is_one_script = one.script == other.script
    if is_one_script and one.works and other.works and not one.works & other.works:
        return True
    texts = f"{one.title}\n{one.text}", f"{other.title}\n{other.text}"
    times = 0
    for name, instead in dict.fromkeys(islice(_other_names(overlap), _MOST_PAIRS)):
        if name in texts[1] or instead in texts[0] or "某" in name + instead:
            continue
        is_subject = is_one_script and name in one.title and instead in other.title
        if is_subject or _are_places(name, instead) or _are_persons(name, instead, texts):
            times += min(texts[0].count(name), texts[1].count(instead))
    return times >= (_LEAST if is_one_script else _LEAST_BETWEEN_SCRIPTS)


def _are_places(name: str, instead: str) -> bool:
    return name[-1] in _PLACES and instead[-1] in _PLACES


def _are_persons(name: str, instead: str, texts: tuple[str, str]) -> bool:
    """Return whether both are persons: their given names rarely occur without the family name."""
    return all(
        _PERSON.fullmatch(one) and text.count(one[1:]) <= 1.5 * text.count(one)
        for one, text in zip((name, instead), texts, strict=True)
    )


def _other_names(overlap: Overlap) -> Iterator[tuple[str, str]]:
    """Yield pairs of words: a word of the shorter text, and the longer text's word instead."""
    by_end = defaultdict(list)
    for clause in (overlap.longer.title, *overlap.extra[:_MOST]):
        by_end["<", clause[:_AROUND]].append(clause)
        by_end[">", clause[-_AROUND:]].append(clause)
    for clause in (overlap.shorter.title, *overlap.rest[:_MOST]):
        for form in (*by_end["<", clause[:_AROUND]], *by_end[">", clause[-_AROUND:]]):
            yield from _difference(clause, form)


def _difference(one: str, other: str) -> Iterator[tuple[str, str]]:
    """Yield the words in which two clauses differ, between their common beginning and end."""
    shorter = min(len(one), len(other))
    start = next((n for n in range(shorter) if one[n] != other[n]), shorter)
    end = next((n for n in range(shorter - start) if one[-1 - n] != other[-1 - n]), shorter - start)
    if shorter - start - end == 1 and len(one) == len(other):
        if one[start] not in SURNAMES or other[start] not in SURNAMES or not end:
            return  # A single character is a typing error, unless it is a family name.
        end -= 1
    elif end and one[len(one) - end] in _PLACES:
        end -= 1
    elif start and one[start - 1] in SURNAMES:
        start -= 1
    name, instead = one[start : len(one) - end], other[start : len(other) - end]
    if 2 <= len(name) <= _LONGEST and 2 <= len(instead) <= _LONGEST:
        yield name, instead
