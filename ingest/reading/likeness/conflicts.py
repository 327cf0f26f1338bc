"""Finds numbers, codes and dates that differ between two texts, but have the same context."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from ingest.reading.likeness.fingerprint import Fingerprint
from ingest.reading.likeness.overlap import Overlap

# The most and the fewest characters before (or after) a number that identify its place in a text.
_AROUND, _LEAST_AROUND = 3, 2
_DATE = re.compile(r"\d{1,2}月\d{1,2}日")
_NUMBER = re.compile(r"(?:(?<![a-z])[a-z]{1,4}(?=\d))?\d+(?:\.\d+)*[万亿]?")
_ROUND = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)([万亿])")
_POWERS = {"万": 10_000, "亿": 100_000_000}
_DIGITS = re.compile(r"\d+(?:\.\d+)*")
_DISTINCTIVE = 3  # Two texts do not share a number of this many digits by chance.
# Such a number identifies something: a case, a bill, a share, a version, a model.
_NAMING = re.compile(r"[a-z].*|\d{5,}(?:\.\d+)?|\d+\.\d+\.\d.*")
_MOST = 400  # At most this many numbers of a text are compared.
_MOST_DIFFERENT = 0.15  # If more of the shorter text's numbers differ, the texts are different.


class _Number(NamedTuple):
    text: str
    value: str  # the number times its unit: 386000 for 38.6万
    place: str  # the characters around the number; see `_place`
    is_cut: bool  # whether the number may continue in the line before or after this one


def differ_in_dates(overlap: Overlap) -> bool:
    """Return whether two texts differ in their first date, after the same characters.

    Return False if the longer text also contains the date of the shorter one.
    """
    here, there = _first_date(overlap.shorter), _first_date(overlap.longer)
    if here is None or there is None or here[0] != there[0]:
        return False
    return here[1] not in overlap.longer.text


def _first_date(fingerprint: Fingerprint) -> tuple[str, str] | None:
    """Return the first date of a text: the characters before the date, and the date itself."""
    for clause in fingerprint.clauses:
        if date := _DATE.search(clause):
            return clause[max(date.start() - _AROUND, 0) : date.start()], date[0]
    return None


def differ_in_numbers(overlap: Overlap) -> bool:
    """Return whether two texts differ in an identifier, or in too many of their numbers.

    Only the titles, and the clauses that the other text does not have, are searched. A number is
    compared with the other text's numbers between the same characters (`place`). If there are none,
    the number is ignored, because it may be in a notice of the site.
    """
    shorter, longer = overlap.shorter, overlap.longer
    here = _numbers((shorter.title, *overlap.rest))
    there = _by_place(_numbers((longer.title, *overlap.extra)))
    different = 0
    for number in here:
        at_place = there.get(number.place, ())
        if not at_place or _is_known(number, at_place, longer):
            continue
        if _NAMING.fullmatch(number.text):
            return True
        different += 1
    if _have_other_titles(shorter.title, longer.title):
        return True
    return different > 0 and different > _MOST_DIFFERENT * len(_numbers_of(shorter))


def _have_other_titles(one: str, other: str) -> bool:
    """Return whether two titles differ only in their numbers."""
    return one != other and _DIGITS.sub("0", one) == _DIGITS.sub("0", other)


def _is_known(number: _Number, at_place: Iterable[str], longer: Fingerprint) -> bool:
    """Return whether the longer text has a number at the same place (perhaps cut) or elsewhere."""
    if number.text in at_place or number.value in at_place:
        return True
    if number.is_cut and any(_is_part(number.text, one) for one in at_place):
        return True
    if len(number.text) < _DISTINCTIVE:
        return False
    return number.text in longer.title or number.text in longer.text


def _is_part(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return longer.startswith(shorter) or longer.endswith(shorter)


def _by_place(numbers: Iterable[_Number]) -> dict[str, set[str]]:
    places: dict[str, set[str]] = defaultdict(set)
    for number in numbers:
        places[number.place] |= {number.text, number.value}
    places.pop("", None)
    return places


def _numbers_of(fingerprint: Fingerprint) -> list[str]:
    return _DIGITS.findall("\n".join((fingerprint.title, *fingerprint.clauses)))


def _numbers(clauses: Iterable[str]) -> Iterator[_Number]:
    """Yield the first numbers of some clauses with their places."""
    found = ((clause, number) for clause in clauses for number in _NUMBER.finditer(clause))
    for clause, number in islice(found, _MOST):
        is_cut = number.start() == 0 or number.end() == len(clause)
        text = number[0].rstrip("万亿")
        yield _Number(text, _value(number[0]) or text, _place(clause, number), is_cut)


def _value(number: str) -> str | None:
    """Return a number times its unit (386000 for 38.6万); None if the number has no unit."""
    rounded = _ROUND.fullmatch(number)
    return rounded and f"{float(rounded[1]) * _POWERS[rounded[2]]:.0f}"


def _place(clause: str, number: re.Match[str]) -> str:
    """Return the characters around a number that show what it counts, or "" for a list's number.

    These are the characters before the number. If the number is at the beginning of a clause, the
    characters after it are used too. The number of a list item or paragraph (第二条, 2、) is not
    compared.
    """
    start, end = number.span()
    before = _DIGITS.sub("0", clause[max(start - 2 * _AROUND, 0) : start])[-_AROUND:]
    if len(before) >= _LEAST_AROUND:
        return before
    after = _DIGITS.sub("0", clause[end : end + _AROUND])
    return "" if before == "第" or not after else f"{before}#{after}"
