"""A text from outside becomes one line of what can be seen of it."""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\u200c\u200d"
_PLAIN_SCRIPTS = re.compile("[\\s\x00-\x7f\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
# A black flag and the tags that say which region's it is (UTS 51, ED-14a).
_FLAG = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]{1,16}\U000e007f)")
# Formats that are seen: signs around Arabic, Syriac and Kaithi numbers.
_SEEN_FORMATS = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
_MONGOLIAN = re.compile("[\u1820-\u18aa]")
_VOWEL_SEPARATOR = "\u180e"


def one_line(text: str) -> str:
    """Return a text on one line, with single blanks, without what cannot be seen."""
    if text.isprintable():  # no blank but U+0020, and all of it can be seen
        return " ".join(text.split())
    pieces = _FLAG.split(text)
    pieces[::2] = [_seen(piece) for piece in pieces[::2]]
    return " ".join("".join(pieces).split())


def _seen(text: str) -> str:
    return "".join(
        " " if character.isspace() else character
        for place, character in enumerate(text)
        if not _is_invisible(character) or _is_needed(text, place)
    )


def _is_invisible(character: str) -> bool:
    if character.isspace() or character in _SEEN_FORMATS:
        return False
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"} or character in "\ufffe\uffff"


def _is_needed(text: str, place: int) -> bool:
    """Whether what cannot be seen changes what stands beside it.

    Joiners do inside an emoji and in Arabic and Indic words, the vowel separator in Mongolian.
    """
    if not 0 < place < len(text) - 1:
        return False
    if text[place] == _VOWEL_SEPARATOR:
        return _MONGOLIAN.match(text[place - 1]) is not None
    if text[place] not in _JOINERS:
        return False
    return not any(_PLAIN_SCRIPTS.match(text[beside]) for beside in (place - 1, place + 1))
