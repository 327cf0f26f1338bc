"""Estimates whether a text was decoded correctly, by the share of common characters.

Chinese characters are rated by the tables of GB2312 and Big5, the characters of some other scripts
by their Unicode blocks. Words and languages are ignored.
"""

from __future__ import annotations

import re
from itertools import islice

_SAMPLE = 1000  # More characters do not change the result.
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")

_HANGUL = re.compile("[\uac00-\ud7a3]")
_KANA = re.compile("[\u3041-\u30fe\uff66-\uff9d]")
_CYRILLIC = re.compile("[\u0400-\u045f]")
_SCRIPTS = {
    "cp949": _HANGUL,
    "johab": _HANGUL,
    "euc_jp": _KANA,
    "cp932": _KANA,
    "cp1251": _CYRILLIC,
    "koi8-r": _CYRILLIC,
    "koi8-u": _CYRILLIC,
    "iso8859-5": _CYRILLIC,
    "cp866": _CYRILLIC,
}


def _rows(codec: str, leads: range, trails: tuple[range, ...]) -> frozenset[str]:
    """List the characters in rows of a double-byte character set."""
    table = b"".join(bytes((lead, trail)) for lead in leads for r in trails for trail in r)
    return frozenset(table.decode(codec, "ignore"))


_BIG5_TRAILS = (range(0x40, 0x7F), range(0xA1, 0xFF))
# The level-1 areas contain the characters of daily use, the level-2 areas the rarer ones.
_GB_COMMON = _rows("gb2312", range(0xB0, 0xD8), (range(0xA1, 0xFF),))
_GB_RARE = _rows("gb2312", range(0xD8, 0xF8), (range(0xA1, 0xFF),))
_BIG5_COMMON = _rows("big5", range(0xA4, 0xC7), _BIG5_TRAILS)
_BIG5_RARE = _rows("big5", range(0xC9, 0xFA), _BIG5_TRAILS)
_PUNCTUATION = frozenset("　，。、；：？！（）《》〈〉【】「」『』“”‘’…—·～％｜")

_OTHER_HAN = 0.2
_PRIVATE_USE = -0.5


class _Weights(dict[str, float]):
    """Maps each character to a weight that says how common it is in Chinese texts.

    The weight comes from the tables of GB2312 and Big5, or otherwise from the Unicode block.
    """

    def __missing__(self, character: str) -> float:
        if "\ue000" <= character <= "\uf8ff":
            return _PRIVATE_USE
        is_han = "\u3400" <= character <= "\u9fff" or character >= "\U00010000"
        return _OTHER_HAN if is_han else 0.0


_WEIGHTS = _Weights(
    dict.fromkeys(_BIG5_RARE, 0.3)
    | dict.fromkeys(_GB_RARE, 0.45)
    | dict.fromkeys(_BIG5_COMMON, 0.9)
    | dict.fromkeys(_GB_COMMON, 1.0)
    | dict.fromkeys(_PUNCTUATION, 1.0)
    | {"\ufffd": -3.0}
)


def chinese_share(text: str) -> float:
    """Return the mean weight of characters beyond ASCII: 1 for common Chinese, below 0 for junk."""
    sample = _beyond_ascii(text)
    return sum(map(_WEIGHTS.__getitem__, sample)) / len(sample) if sample else 0.0


def _beyond_ascii(text: str) -> str:
    runs = islice(_BEYOND_ASCII.finditer(text), _SAMPLE)
    return "".join(run[0] for run in runs)[:_SAMPLE]


def has_own_script(codec: str) -> bool:
    """Return whether a codec is for one script that can be recognised, such as Hangul or kana."""
    return codec in _SCRIPTS


def shows_own_script(text: str, codec: str) -> bool:
    """Return whether more than a fifth of the letters beyond ASCII belong to the codec's script."""
    letters = _beyond_ascii(text)
    script = _SCRIPTS[codec]
    return sum(1 for letter in letters if script.match(letter)) * 5 > len(letters)
