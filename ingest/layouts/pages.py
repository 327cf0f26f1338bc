"""The page that Hexo makes of a category or tag, and how a name is written to have one of its own.

Hexo makes the folder of a page from the name, by hexo-util's `slugize`: signs become hyphens, and
go at the ends. So `c`, `c++` and `C#` share a page, of which one is left, and `???` takes the page
that lists all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import count, islice

_SIGNS = r"~`!@#$%^&*()\-_+=\[\]{}|\\;:\"'<>,.?/"
_SIGN = re.compile(f"[{_SIGNS}]")
_SEPARATORS = re.compile(rf"[\s{_SIGNS}]+")
_FULL_WIDTH = 0xFEE0  # from a sign of ASCII to its full-width form
_LETTERS = str.maketrans(
    {"ß": "s", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE"}
)
_MOST_TRIED = 1_000


def page_of(name: str) -> str:
    """The folder of a name, without its case and accents; empty if it is that of all names.

    Some file systems know no case, and Hexo writes all in one if told so (`filename_case`).
    """
    plain = "".join(c for c in name if not unicodedata.category(c).startswith("C"))
    return _SEPARATORS.sub("-", _without_accents(plain)).strip("-").casefold()


def _without_accents(name: str) -> str:
    """As hexo-util's `escapeDiacritic`: of Latin letters only, full-width ones among them."""
    if name.isascii():
        return name
    return "".join(map(_letter, unicodedata.normalize("NFC", name)))


def _letter(character: str) -> str:
    parts = list(unicodedata.normalize("NFKD", character))
    is_latin = parts[0].isascii() and parts[0].isalpha()
    is_letter = is_latin and all(map(unicodedata.combining, parts[1:]))
    return parts[0] if is_letter else character.translate(_LETTERS)


def ways_to_write(name: str) -> Iterator[str]:
    """The name, the same with full-width signs (`c＋＋`), then with a number (`c 2`)."""
    yield name
    full_width = _SIGN.sub(lambda sign: chr(ord(sign[0]) + _FULL_WIDTH), name)
    if full_width != name:
        yield full_width
    yield from (f"{full_width} {number}" for number in islice(count(2), _MOST_TRIED))


def loses_nothing(name: str) -> bool:
    """Whether a name is its page's: of several it is the one that stays as it is."""
    return page_of(name) == name.casefold()
