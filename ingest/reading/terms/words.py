"""Find a word in a text; both are in the form that `fold` returns.

In scripts without blanks between words, such as Chinese, a word is found anywhere in a text. In
other scripts, a word is a run of letters and digits, with the dots between digits, and is found
only as a whole. Other characters, such as the signs in `C++` and `GPT-4o`, must be exactly the
same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

# Han with its iteration marks, kana, bopomofo, Hangul, Thai, Lao, Tibetan, Myanmar, Khmer.
UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029"
    "\u3031-\u3035\u3038-\u303b\u3041-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00016fe0-\U00018cff\U0001aff0-\U0001b2ff"
    "\U00020000-\U000323af"
)
_LETTER = rf"[^\W_{UNSPACED}]"
WORD = rf"{_LETTER}+(?:(?<=\d)\.(?=\d){_LETTER}+)*"
_SEARCHABLE = re.compile(rf"[{UNSPACED}]|{_LETTER}")
_ONE_LETTER = re.compile(_LETTER)
_SIGNS = frozenset("#%&@")


def is_letter(character: str) -> bool:
    """Return whether a character is part of words that are found only as a whole."""
    return _ONE_LETTER.match(character) is not None


def is_sign(character: str) -> bool:
    """Return whether a sign is indexed; symbols and emoji are indexed, punctuation is not."""
    return character in _SIGNS or unicodedata.category(character)[0] == "S"


def holds_words(folded: str) -> bool:
    """Return whether a text, as `fold` returns it, has a word or sign that can be searched for."""
    return _SEARCHABLE.search(folded) is not None or any(map(is_sign, folded))


# For each way a pattern may begin or end: the characters that must not be next to a match, because
# they would be part of the same word.
_BEFORE = (
    (re.compile(_LETTER), rf"(?<!{_LETTER})"),
    (re.compile(r"\d"), r"(?<!\d\.)"),
    (re.compile(r"\.\d"), r"(?<!\d)"),
)
_AFTER = (
    (re.compile(rf"{_LETTER}\Z"), rf"(?!{_LETTER})"),
    (re.compile(r"\d\Z"), r"(?!\.\d)"),
    (re.compile(r"\d\.\Z"), r"(?!\d)"),
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A word or phrase to find, as `fold` returns it.

    With `is_prefix`, its last word may be the beginning of a longer word.
    """

    text: str
    is_prefix: bool = False
    _regex: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        before = "".join(check for sign, check in _BEFORE if sign.match(self.text))
        after = "".join(check for sign, check in _AFTER if sign.search(self.text))
        pattern = before + re.escape(self.text) + ("" if self.is_prefix else after)
        object.__setattr__(self, "_regex", re.compile(pattern))

    def is_in(self, folded: str) -> bool:
        """Return whether a text, as `fold` returns it, contains this word or phrase."""
        return self.text in folded and self._regex.search(folded) is not None

    def spans_in(self, folded: str) -> Iterator[tuple[int, int]]:
        """Yield the start and end of each match in a text, as `fold` returns it."""
        for found in self._regex.finditer(folded):
            yield found.span()
