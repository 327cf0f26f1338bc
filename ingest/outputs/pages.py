"""Predict the page that Hexo makes for a category or tag; spell names so that each has a page.

Hexo makes the folder of a page from the name with hexo-util's `slugize`: punctuation becomes
hyphens, and hyphens are removed at both ends. So `c`, `c++` and `C#` would have one page, and `???`
would replace the page that lists all names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256

from ingest.outputs.naming import cut_bytes

_SIGNS = r"~`!@#$%^&*()\-_+=\[\]{}|\\;:\"'<>,.?/"
_SIGN = re.compile(f"[{_SIGNS}]")
_SEPARATORS = re.compile(rf"[\s{_SIGNS}]+")
_FULL_WIDTH = 0xFEE0  # the distance from an ASCII character to its full-width form
_LETTERS = str.maketrans(
    {"ß": "s", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE"}
)
# The folder of a category or tag has at most this many bytes, without the `…`. eCryptfs allows 143
# bytes.
LONGEST_FOLDER = 120
_LAST_NUMBER = 9  # Each number costs a query, so no higher number is tried.
_DIGITS = 12
_MOST_REMEMBERED = 2_000  # names; most records repeat names of other records


@lru_cache(maxsize=_MOST_REMEMBERED)
def page_of(name: str) -> str:
    """Return the folder of the page for a name, in lower case and without accents.

    It may be empty. Upper and lower case are treated as equal because some file systems, and Hexo
    with `filename_case`, do so.
    """
    plain = "".join(c for c in name if not unicodedata.category(c).startswith("C"))
    return _SEPARATORS.sub("-", _without_accents(plain)).strip("-").casefold()


def _without_accents(name: str) -> str:
    """Remove accents from Latin letters, even full-width, like hexo-util's `escapeDiacritic`."""
    if name.isascii():
        return name
    return "".join(map(_letter, unicodedata.normalize("NFC", name)))


def _letter(character: str) -> str:
    parts = list(unicodedata.normalize("NFKD", character))
    is_latin = parts[0].isascii() and parts[0].isalpha()
    is_letter = is_latin and all(map(unicodedata.combining, parts[1:]))
    return parts[0] if is_letter else character.translate(_LETTERS)


def short_name(name: str) -> str:
    """Return a name cut to a length that every file system allows for a folder."""
    cut = cut_bytes(name, LONGEST_FOLDER)
    return name if cut == name else f"{cut.rstrip()}…"


def ways_to_write(name: str) -> Iterator[str]:
    """Yield possible spellings of a name: first the name itself.

    Then come spellings with full-width signs, with a number, and with a digest.
    """
    yield name
    full_width = short_name(_SIGN.sub(lambda sign: chr(ord(sign[0]) + _FULL_WIDTH), name))
    if full_width != name:
        yield full_width
    yield from (f"{full_width} {number}" for number in range(2, _LAST_NUMBER + 1))
    yield f"{full_width} {sha256(name.encode()).hexdigest()[:_DIGITS]}"


def loses_nothing(name: str) -> bool:
    """Return whether the page of a name has exactly this name; such a name keeps its spelling."""
    return page_of(name) == name.casefold()
