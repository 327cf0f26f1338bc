"""The page that Hexo makes of a category or tag, and how a name is written to have one of its own.

Hexo makes the folder of a page from the name, by hexo-util's `slugize`: signs become hyphens, and
go at the ends. So `c`, `c++` and `C#` share a page, of which one is left, and `???` takes the page
that lists all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from hashlib import sha256

from ingest.outputs.naming import cut_bytes

_SIGNS = r"~`!@#$%^&*()\-_+=\[\]{}|\\;:\"'<>,.?/"
_SIGN = re.compile(f"[{_SIGNS}]")
_SEPARATORS = re.compile(rf"[\s{_SIGNS}]+")
_FULL_WIDTH = 0xFEE0  # from a sign of ASCII to its full-width form
_LETTERS = str.maketrans(
    {"ß": "s", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE"}
)
# Of a category's or tag's folder in the site, before the `…`; eCryptfs takes 143 bytes.
LONGEST_FOLDER = 120
_LAST_NUMBER = 9  # each is tried in the database, so that a thousand names take their time
_DIGITS = 12


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


def short_name(name: str) -> str:
    """A name of which every file system can make a folder; a longer one would end the build."""
    cut = cut_bytes(name, LONGEST_FOLDER)
    return name if cut == name else f"{cut.rstrip()}…"


def ways_to_write(name: str) -> Iterator[str]:
    """The name; the same with full-width signs (`c＋＋`), a number (`c 2`), at last a digest."""
    yield name
    full_width = short_name(_SIGN.sub(lambda sign: chr(ord(sign[0]) + _FULL_WIDTH), name))
    if full_width != name:
        yield full_width
    yield from (f"{full_width} {number}" for number in range(2, _LAST_NUMBER + 1))
    yield f"{full_width} {sha256(name.encode()).hexdigest()[:_DIGITS]}"


def loses_nothing(name: str) -> bool:
    """Whether a name is its page's: of several it is the one that stays as it is."""
    return page_of(name) == name.casefold()
