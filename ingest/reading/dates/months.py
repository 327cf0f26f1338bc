"""Finds days whose month is written in other languages: `09 Okt 2019`, `2024. május 20.`.

The names of months come from CLDR. They are loaded when a date first needs them, because loading
takes some tenths of a second. The module `days` reads English and Chinese months. Thai years of two
digits belong to the Buddhist era: `9 ต.ค. 62` is in 2019.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from ingest.reading.dates.day import BUDDHIST_ERA, Day, full_year

_LANGUAGES = (
    "af am ar ar_SY az be bg bn bs ca cs cy da de de_AT el es es_PE et eu fa fi fr ga gl gu he hi"
    " hr hu hy id is it ka kk km kn ky lo lt lv mk ml mr ms mt my nb ne nl nn pa pl pt ro ru si sk"
    " sl sq sr sr_Latn sv sw ta te tg th tr uk ur uz"
).split()
_SHORTEST = 3  # The shortest abbreviation of a name has this many letters.
# Scripts from Hindi to Khmer write vowels as combining marks, which `\w` does not match.
_SCRIPTS_WITH_MARKS = (*range(0x0900, 0x10A0), *range(0x1780, 0x17E0))
_MARKS = "".join(chr(c) for c in _SCRIPTS_WITH_MARKS if unicodedata.category(chr(c))[0] == "M")
_LETTER = rf"(?:[^\W\d_]|[{_MARKS}])"
_THAI = r"[\u0e01-\u0e2e\u0e34-\u0e3a]{1,3}\.\s?[\u0e01-\u0e2e]\."  # ต.ค., มี.ค.
_NAME = rf"(?P<name>{_THAI}|{_LETTER}{{3,20}}(?:\s{_LETTER}{{2,20}})?)\.?"
# The two Thai abbreviations mean the Buddhist era and the Christian era.
_ERA = r"(?P<era>พ\.\s?ศ\.\s*|ค\.\s?ศ\.\s*)?"
_OF = r"(?:\s+(?:de|del|di|do)\s+|\s+d['’]|[\s,./-]{1,3})"
_DAY = r"(?<!\d)(?P<d>\d{1,2})(?:\.|er|º|ª)?"
_PATTERNS = (
    re.compile(
        rf"(?P<span>{_DAY}{_OF}{_NAME}{_OF}{_ERA}(?P<y>\d{{4}}|\d\d))(?![\d:])", re.IGNORECASE
    ),
    re.compile(rf"(?<!\w)(?P<span>{_NAME}\s+(?P<d>\d{{1,2}}),?\s+(?P<y>\d{{4}}))(?![\d:])"),
    re.compile(
        rf"(?<!\d)(?P<span>(?P<y>\d{{4}})\.?\s+(?:m\.\s+)?{_NAME}\s+(?P<d>\d{{1,2}}))(?![\d:])"
    ),
)
# CLDR lacks these common abbreviations.
_MORE = {"mrz": 3, "अक्तूबर": 10}
_OLDEST_BUDDHIST = 1980
_IS_THAI = re.compile(r"[\u0e00-\u0e7f]")
# Marks after this character are vowels, and are kept: มี.ค. without its vowel would be ม.ค.
_LAST_ACCENT = "\u08ff"
_INVISIBLE = re.compile("[\u200b-\u200f]")
_HEBREW_IN = "\u05d1"  # This Hebrew prefix means "in".
# The names of months by context (with a day, or alone), by width and by number.
_Table = Mapping[str, Mapping[str, Mapping[int, str]]]
_WORD = re.compile(rf"{_LETTER}{{2,20}}")
_WHOLE_NAME = re.compile(rf"{_LETTER}[{_MARKS}\w. ]+")
_MANY_WORDS = 10


def find_foreign_day(text: str, now: datetime) -> Day | None:
    """Find a day whose month is written in one of `_LANGUAGES`.

    Raise `ValueError` for a day that does not exist.
    """
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            days = list(_days(match, now))
            if len(days) > 1:
                days = [day for day in days if day.isoweekday() in _weekdays_in(text)]
            if len(days) == 1:
                return Day(date=days[0], span=match.span("span"), method="month's name")
    return None


def _days(match: re.Match[str], now: datetime) -> Iterator[date]:
    """Yield the days that a match may name.

    There may be two, because `listopad` is October in Croatian and November in Polish.
    """
    year, day = _year(match, now), int(match["d"])
    for month in sorted(_names().months_of(match["name"])):
        yield date(year, month, day)


def _year(match: re.Match[str], now: datetime) -> int:
    """Return the Gregorian year that a match names.

    A two-digit Thai year is read as Buddhist if the result is 1980 or later.
    """
    era = match.groupdict().get("era") or ""
    is_buddhist = era.startswith("พ") or (not era and _IS_THAI.match(match["name"]))
    if is_buddhist and len(match["y"]) == 2:
        year = int(match["y"]) + 2500 - BUDDHIST_ERA
        if _OLDEST_BUDDHIST <= year <= now.year + 1:
            return year
    return full_year(match["y"], now)


def _weekdays_in(text: str) -> set[int]:
    words = _WORD.findall(text)[:_MANY_WORDS]
    return set().union(*(_names().weekdays.get(_fold(word), frozenset()) for word in words))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """Dictionaries from the names of months and weekdays, as `_fold` returns them, to numbers.

    The keys of `beginnings` are names of months without their last letters.
    """

    months: Mapping[str, frozenset[int]]
    beginnings: Mapping[str, frozenset[int]]
    weekdays: Mapping[str, frozenset[int]]

    def months_of(self, word: str) -> frozenset[int]:
        first, last = word.split(maxsplit=1)[0], word.rsplit(maxsplit=1)[-1]
        for name in (word, last, last.removeprefix(_HEBREW_IN), first):
            folded = _fold(name)
            if found := self.months.get(folded) or self.beginnings.get(folded):
                return found
        return frozenset()


@cache
def _names() -> _Names:
    from babel import Locale

    locales = [Locale.parse(language) for language in _LANGUAGES]
    months = [*_MORE.items(), *_pairs(locale.months for locale in locales)]
    beginnings = (
        (name[:length], number) for name, number in months for length in range(_SHORTEST, len(name))
    )
    # Dates with months in other languages often have English weekdays.
    locales.append(Locale.parse("en"))
    days = ((name, number + 1) for name, number in _pairs(locale.days for locale in locales))
    return _Names(months=_by_name(months), beginnings=_by_name(beginnings), weekdays=_by_name(days))


def _pairs(tables: Iterable[_Table]) -> Iterator[tuple[str, int]]:
    """Yield each full and each abbreviated name, as `_fold` returns it, with its number."""
    for table in tables:
        for widths in table.values():
            for width in ("wide", "abbreviated"):
                for number, name in widths.get(width, {}).items():
                    yield _fold(name), number


def _by_name(pairs: Iterable[tuple[str, int]]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for name, number in pairs:
        if _WHOLE_NAME.fullmatch(name):
            found.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}


def _fold(word: str) -> str:
    """Return a word in lower case, without accents, invisible characters and a final dot."""
    parts = unicodedata.normalize("NFKD", _INVISIBLE.sub("", word).casefold()).strip(".’' ")
    return "".join(c for c in parts if c > _LAST_ACCENT or unicodedata.category(c)[0] != "M")
