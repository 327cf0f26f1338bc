"""Days whose month is named in a language that CLDR knows: `09 Okt 2019`, `2024. május 20.`.

English and Chinese are read elsewhere. Reading the names takes some tenths of a second, once, and
only when a date needs them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from ingest.reading.dates.day import Day, full_year

_LANGUAGES = (
    "af ar az be bg bn bs ca cs cy da de de_AT el es es_PE et eu fa fi fr ga gl hi hr hu hy id is"
    " it ka kk lt lv mk mr ms mt nb nl nn pl pt ro ru sk sl sq sr sr_Latn sv sw ta th tr uk ur uz"
).split()
_SHORTEST = 3  # letters of an abbreviated name
# Letters, and the vowels that Thai and Indian scripts write as marks, which are no `\w`.
_MARKS = (
    "\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd\u0b82\u0bbe-\u0bcd"
    "\u0e31-\u0e3a\u0e47-\u0e4e"
)
_LETTER = rf"(?:[^\W\d_]|[{_MARKS}])"
_NAME = rf"(?P<name>{_LETTER}{{3,20}})\.?"
_OF = r"(?:\s+(?:de|del|di|do)\s+|\s+d['’]|[\s,./-]{1,3})"
_DAY = r"(?<!\d)(?P<d>\d{1,2})(?:\.|er|º|ª)?"
_PATTERNS = (
    re.compile(rf"(?P<span>{_DAY}{_OF}{_NAME}{_OF}(?P<y>\d{{4}}|\d\d))(?![\d:])", re.IGNORECASE),
    re.compile(rf"(?<!\w)(?P<span>{_NAME}\s+(?P<d>\d{{1,2}}),?\s+(?P<y>\d{{4}}))(?![\d:])"),
    re.compile(
        rf"(?<!\d)(?P<span>(?P<y>\d{{4}})\.?\s+(?:m\.\s+)?{_NAME}\s+(?P<d>\d{{1,2}}))(?![\d:])"
    ),
)
# Abbreviations that are common and not CLDR's.
_MORE = {"mrz": 3}
# By context (beside a day, or alone) and width: numbers and names.
_Table = Mapping[str, Mapping[str, Mapping[int, str]]]
_WORD = re.compile(rf"{_LETTER}{{2,20}}")
_WHOLE_WORD = re.compile(rf"{_LETTER}+")
_MANY_WORDS = 10


def find_foreign_day(text: str, now: datetime) -> Day | None:
    """Find a day whose month is named in one of the languages; raise `ValueError` if it is none."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            days = list(_days(match, now))
            if len(days) > 1:
                days = [day for day in days if day.isoweekday() in _weekdays_in(text)]
            if len(days) == 1:
                return Day(date=days[0], span=match.span("span"), method="month's name")
    return None


def _days(match: re.Match[str], now: datetime) -> Iterator[date]:
    """The days that a match may name; `listopad` is October in Zagreb, November in Warsaw."""
    year, day = full_year(match["y"], now), int(match["d"])
    for month in sorted(_names().months_of(match["name"])):
        yield date(year, month, day)


def _weekdays_in(text: str) -> set[int]:
    words = _WORD.findall(text)[:_MANY_WORDS]
    return set().union(*(_names().weekdays.get(_folded(word), frozenset()) for word in words))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """Folded names, whole and by their beginnings, and the numbers they stand for."""

    months: Mapping[str, frozenset[int]]
    beginnings: Mapping[str, frozenset[int]]
    weekdays: Mapping[str, frozenset[int]]

    def months_of(self, word: str) -> frozenset[int]:
        name = _folded(word)
        return self.months.get(name) or self.beginnings.get(name) or frozenset()


@cache
def _names() -> _Names:
    from babel import Locale

    locales = [Locale.parse(language) for language in _LANGUAGES]
    months = [*_MORE.items(), *_pairs(locale.months for locale in locales)]
    beginnings = (
        (name[:length], number) for name, number in months for length in range(_SHORTEST, len(name))
    )
    locales.append(Locale.parse("en"))  # months of other languages often have English weekdays
    days = ((name, number + 1) for name, number in _pairs(locale.days for locale in locales))
    return _Names(months=_by_name(months), beginnings=_by_name(beginnings), weekdays=_by_name(days))


def _pairs(tables: Iterable[_Table]) -> Iterator[tuple[str, int]]:
    """Yield the names, wide and abbreviated, with their numbers."""
    for table in tables:
        for widths in table.values():
            for width in ("wide", "abbreviated"):
                for number, name in widths.get(width, {}).items():
                    yield _folded(name), number


def _by_name(pairs: Iterable[tuple[str, int]]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for name, number in pairs:
        if _WHOLE_WORD.fullmatch(name):
            found.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}


def _folded(word: str) -> str:
    """A word without case, accents and other marks, and the dot of an abbreviation."""
    parts = unicodedata.normalize("NFD", word.casefold().strip(".’'"))
    return "".join(c for c in parts if not unicodedata.category(c).startswith("M"))
