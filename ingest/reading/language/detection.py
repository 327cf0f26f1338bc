"""Which Chinese (or other language) a text is, judged by its characters alone."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Mapping

import opencc

_SAMPLE = 20_000  # characters that decide

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_HAN_CHARACTERS = re.compile(f"[{_HAN}]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")
_HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e]")
_LATIN_WORDS = re.compile("[A-Za-z\u00c0-\u024f]+")
_CANTONESE = frozenset("嘅咗喺嚟啲冇嗰唔佢哋嘢乜嘥咁嗌攞喎㗎嘞噉")
_ENGLISH = frozenset(
    "the and of with for from that this these those are were have has had you your how what when"
    " where which who why not but can will would should could about into than then its"
    " their".split()
)

_LEAST_KANA = 0.05
_LEAST_HANGUL = 0.3
_LEAST_HAN = 0.1  # of Han characters and Latin words together
_LEAST_HAN_BESIDE_ENGLISH = 0.3
_LEAST_CANTONESE = 0.01
_LEAST_ENGLISH = 0.05


def detect(text: str) -> str:
    """Name the language: zh-Hans, zh-Hant, yue, ja, ko, en, or und where the text does not say.

    What a feed says of itself is not asked: RSSHub says `en` where it does not know.
    """
    sample = text[:_SAMPLE]
    counts = Counter(sample)
    distinct = "".join(counts)
    han = {character: counts[character] for character in _HAN_CHARACTERS.findall(distinct)}
    kana = {character: counts[character] for character in _KANA.findall(distinct)}
    hangul = sum(counts[character] for character in _HANGUL.findall(distinct))
    words = _LATIN_WORDS.findall(sample)
    how_much_han, how_much_kana = sum(han.values()), sum(kana.values())
    letters = how_much_han + how_much_kana + hangul
    if len(kana) > 1 and how_much_kana > _LEAST_KANA * (how_much_han + how_much_kana):
        return "ja"
    if hangul and hangul > _LEAST_HANGUL * (letters + len(words)):
        return "ko"
    latin = _which_latin(words)
    least = _LEAST_HAN_BESIDE_ENGLISH if latin == "en" else _LEAST_HAN
    if han and how_much_han >= least * (letters + len(words)):
        return _which_chinese(han)
    return latin


def _which_chinese(han: Mapping[str, int]) -> str:
    """Judge by how often each character is there."""
    cantonese = sum(han.get(character, 0) for character in _CANTONESE)
    if cantonese > _LEAST_CANTONESE * sum(han.values()):
        return "yue"
    simplified, traditional = _variants()
    weight = sum(
        number * (simplified.get(character, 0.0) - traditional.get(character, 0.0))
        for character, number in han.items()
    )
    if weight == 0:
        return "und"
    return "zh-Hans" if weight > 0 else "zh-Hant"


@functools.cache
def _variants() -> tuple[dict[str, float], dict[str, float]]:
    """Weigh the characters that only one of the two scripts writes.

    One that the other script's character set holds as well (后, 里, 著) says little.
    """
    characters = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    lines = "\n".join(characters)
    other = {to: opencc.OpenCC(to).convert(lines).split("\n") for to in ("s2t", "t2s")}
    return (
        _weigh(characters, other["s2t"], "big5"),
        _weigh(characters, other["t2s"], "gb2312"),
    )


def _weigh(characters: list[str], converted: list[str], charset_of_other: str) -> dict[str, float]:
    return {
        character: 0.1 if character.encode(charset_of_other, "ignore") else 1.0
        for character, changed in zip(characters, converted, strict=True)
        if character != changed
    }


def _which_latin(words: list[str]) -> str:
    known = sum(1 for word in words if word.lower() in _ENGLISH)
    return "en" if known and known >= _LEAST_ENGLISH * len(words) else "und"
