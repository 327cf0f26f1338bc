"""Fold a text for searching: texts that differ only in width, case or script become the same.

The form is NFKC with folded case (Unicode 3.13, D145). It has Simplified Chinese characters, one
blank for each run of white space, and no invisible characters. Folding a folded text changes
nothing. Each character is folded alone, together with the marks after it. So a word is always
folded in the same way, whatever the words around it are.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from ingest.reading.terms.simplified import SIMPLIFIED

# Without this limit, normalizing a text that has only marks would take quadratic time.
_LONGEST_CLUSTER = 32
_MOST_REMEMBERED = 50_000  # characters; a hostile text could contain all of Unicode


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in the form that `fold` returns, and the positions of its characters in the original.

    `starts` and `ends` are offsets in the original text, in code points.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the original text for a non-empty span of the folded text."""
        return self.starts[start], self.ends[end - 1]

    def span_within(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the folded text for a span of the original text."""
        return bisect_left(self.starts, start), bisect_right(self.ends, end)


def fold(text: str) -> str:
    """Return a text in the form for searching, in which texts and queries are compared.

    Texts that differ only in width, case or Chinese script have the same form.
    """
    if text.isascii():
        folded = text.translate(_NO_CONTROLS).lower()
    else:
        folded = text.translate(_TABLE)
        if not unicodedata.is_normalized("NFC", folded):
            folded = "".join(_fold_cluster(text[i:j]) for i, j in _clusters(text))
    return " ".join(folded.split())


def fold_with_offsets(text: str) -> Folded:
    """Fold a text, and return it with the offsets of its characters in the original text."""
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place = 0
    for run in chain(_PLAIN.finditer(text.translate(_KINDS)), (None,)):
        first, last = run.span() if run else (len(text), len(text))
        for start, end in _clusters(text, place, first):
            for character in _fold_cluster(text[start:end]):
                if character == " " and (not characters or characters[-1] == " "):
                    continue
                characters.append(character)
                starts.append(start)
                ends.append(end)
        characters += text[first:last].translate(_TABLE)
        starts += range(first, last)
        ends += range(first + 1, last + 1)
        place = last
    if characters and characters[-1] == " ":
        del characters[-1], starts[-1], ends[-1]
    return Folded("".join(characters), tuple(starts), tuple(ends))


def _clusters(text: str, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield the span of each character together with the marks that may combine with it.

    Only the characters from `start` up to `stop` are looked at.
    """
    stop = len(text) if stop is None else stop
    for position in range(start + 1, stop):
        if position - start >= _LONGEST_CLUSTER or not _is_joining(text[position]):
            yield start, position
            start = position
    if start < stop:
        yield start, stop


def _is_joining(character: str) -> bool:
    """Return whether a character may combine with the character before it.

    Marks, the vowels and finals of Hangul, and the voiced marks of half-width kana may combine.
    """
    if character < "\u0300" or "\u3100" <= character <= "\ua000":
        return False
    is_letter = "\u1160" <= character <= "\u11ff" or character in "\uff9e\uff9f"
    return is_letter or unicodedata.category(character)[0] == "M"


def _fold_cluster(cluster: str) -> str:
    if len(cluster) == 1:
        return _TABLE[ord(cluster)]
    return _fold_wholly(cluster)


def _fold_wholly(text: str) -> str:
    """Fold a text until nothing changes, because folding case can undo NFKC, and vice versa."""
    before = None
    while text != before:
        before = text
        text = unicodedata.normalize("NFKC", text).casefold().translate(SIMPLIFIED)
        text = "".join(" " if one.isspace() else one for one in text if not _is_invisible(one))
    return text


def _is_invisible(character: str) -> bool:
    """Return whether a character is a control, a format character or a variation selector."""
    if character.isspace():
        return False
    is_selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return is_selector or unicodedata.category(character) in {"Cc", "Cf", "Cs"}


class _Table(dict[int, str]):
    """A table of characters and their folded forms, each computed when it is first needed."""

    def __missing__(self, number: int) -> str:
        folded = _fold_wholly(chr(number))
        if len(self) < _MOST_REMEMBERED:
            self[number] = folded
        return folded


class _Kinds(dict[int, str]):
    """A table of characters and their kinds, each found when it is first needed.

    `a` becomes one character, a blank one blank, `j` may combine with the character before it, and
    `o` is any other.
    """

    def __missing__(self, number: int) -> str:
        kind = "j" if _is_joining(chr(number)) else _kind_of(_TABLE[number])
        if len(self) < _MOST_REMEMBERED:
            self[number] = kind
        return kind


def _kind_of(folded: str) -> str:
    if folded == " ":
        return " "
    return "a" if len(folded) == 1 else "o"


_TABLE = _Table()
_KINDS = _Kinds()
# A run of characters that are folded one by one, each to one character.
_PLAIN = re.compile("(?:a(?!j)|(?<=a) (?=a))+")
_NO_CONTROLS = {n: None for n in (*range(32), 127) if not chr(n).isspace()}
