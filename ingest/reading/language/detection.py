"""Detects the language of a text, and the kind of Chinese, only by its characters."""

from __future__ import annotations

import functools
import re

import opencc

_SAMPLE = 20_000  # The language is detected from this many characters.
_CHINESE_SAMPLE = 1_000  # The Chinese script is detected from this many Han characters.
# If this many Han characters at the beginning and at the end are clearly of the same kind, the rest
# is not read. "Clearly" means that the mean weight of the characters is above `_CLEARLY`.
_CHINESE_ENDS = 100
_CLEARLY = 0.15


def _runs(characters: str) -> re.Pattern[str]:
    """Compile a pattern for runs of these characters.

    `[…]+` matches the same, but `re` finds `[…][…]*` faster, because it first scans for a single
    character.
    """
    return re.compile(f"([{characters}][{characters}]*)")


_OF_KANA = "\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d"
_OF_HANGUL = "\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e"
_OF_LATIN = "A-Za-z\u00c0-\u024f"
_HAN = _runs("\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af")
_KANA, _HANGUL, _LATIN_WORDS = _runs(_OF_KANA), _runs(_OF_HANGUL), _runs(_OF_LATIN)
_BESIDE_HAN = re.compile(f"[{_OF_KANA}{_OF_HANGUL}{_OF_LATIN}]")
_CANTONESE = re.compile("[嘅咗喺嚟啲冇嗰唔佢哋嘢乜嘥咁嗌攞喎㗎嘞噉]")
_ENGLISH = frozenset(
    "the and of with for from that this these those are were have has had you your how what when"
    " where which who why not but can will would should could about into than then its"
    " their".split()
)

_LEAST_KANA = 0.05
_LEAST_HANGUL = 0.3
_LEAST_HAN = 0.1  # the share of Han characters among Han characters and Latin words
_LEAST_HAN_BESIDE_ENGLISH = 0.3
_LEAST_CANTONESE = 0.01
_LEAST_ENGLISH = 0.05


def detect(text: str) -> str:
    """Return the language of a text: zh-Hans, zh-Hant, yue, ja, ko, en, or und if unclear.

    The language that a feed states is not used: RSSHub writes `en` by default.
    """
    sample = text[:_SAMPLE]
    runs = _HAN.split(sample)  # Every second piece is a run of Han characters.
    han = "".join(runs[1::2])
    if han and not _BESIDE_HAN.search("".join(runs[::2])):
        return _which_chinese(han[:_CHINESE_SAMPLE])
    kana = "".join(_KANA.findall(sample))
    hangul = sum(map(len, _HANGUL.findall(sample)))
    words = _LATIN_WORDS.findall(sample)
    letters = len(han) + len(kana) + hangul
    if len(set(kana)) > 1 and len(kana) > _LEAST_KANA * (len(han) + len(kana)):
        return "ja"
    if hangul and hangul > _LEAST_HANGUL * (letters + len(words)):
        return "ko"
    latin = _which_latin(words)
    least = _LEAST_HAN_BESIDE_ENGLISH if latin == "en" else _LEAST_HAN
    if han and len(han) >= least * (letters + len(words)):
        return _which_chinese(han[:_CHINESE_SAMPLE])
    return latin


def _which_chinese(han: str) -> str:
    """Return the kind of Chinese, by the characters that only one kind uses."""
    if len(_CANTONESE.findall(han)) > _LEAST_CANTONESE * len(han):
        return "yue"
    weight = _weight_at_ends(han) or _weight_of(han)
    if weight == 0:
        return "und"
    return "zh-Hans" if weight > 0 else "zh-Hant"


def _weight_at_ends(han: str) -> float:
    """Return the weight of a text's beginning and end together.

    Return 0 if they are not clearly of the same kind of Chinese, or if the text is short.
    """
    if len(han) <= 2 * _CHINESE_ENDS:
        return 0.0
    ends = _weight_of(han[:_CHINESE_ENDS]), _weight_of(han[-_CHINESE_ENDS:])
    least = _CLEARLY * _CHINESE_ENDS
    return sum(ends) if min(ends) > least or max(ends) < -least else 0.0


def _weight_of(han: str) -> float:
    """Return the sum of the weights of some characters.

    The sum is above 0 for Simplified and below 0 for Traditional Chinese.
    """
    units = memoryview(han.encode("utf-16")).cast("H")  # twice as fast as a lookup by character
    return sum(map(_weights().__getitem__, units))


@functools.cache
def _weights() -> list[float]:
    """Return the weight of each code unit of UTF-16: 0 if Simplified and Traditional share it.

    Traditional characters have weights below 0. A character that the other script's character set
    also contains (后, 里, 著) has a small weight.
    """
    characters = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    lines = "\n".join(characters)
    other = {to: opencc.OpenCC(to).convert(lines).split("\n") for to in ("s2t", "t2s")}
    weights = [0.0] * 0x10000
    for character, weight in _weigh(characters, other["s2t"], "big5").items():
        weights[ord(character)] += weight
    for character, weight in _weigh(characters, other["t2s"], "gb2312").items():
        weights[ord(character)] -= weight
    return weights


def _weigh(characters: list[str], converted: list[str], charset_of_other: str) -> dict[str, float]:
    return {
        character: 0.1 if character.encode(charset_of_other, "ignore") else 1.0
        for character, changed in zip(characters, converted, strict=True)
        if character != changed
    }


def _which_latin(words: list[str]) -> str:
    known = sum(1 for word in words if word.lower() in _ENGLISH)
    return "en" if known and known >= _LEAST_ENGLISH * len(words) else "und"


def simplify(text: str) -> str:
    """Return a text in Simplified characters."""
    # OpenCC refuses lone surrogates, which JSON can contain.
    return str(_simplifier().convert(text.encode("utf-8", "replace").decode("utf-8")))


@functools.cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
