"""Defines `Day`, a day found in a text; recognises other calendars and completes short years."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ingest.values import DatePrecision

ROC_BEGAN = 1911  # The first year of the Republic of China (民国元年) is 1912.
# The Buddhist era began 543 years before the Gregorian one. Its dates have Gregorian months and
# days.
BUDDHIST_ERA = 543
_OTHER_CALENDAR = re.compile(r"[农農阴陰旧舊夏藏回佛黄黃彝][历曆]\s*[:：]?\s*(?:\d{2,4}\s*年\s*)?$")
# If one of these signs precedes a day, its year was not recognised (年), or its month is a lunar
# leap month (闰).
_UNKNOWN_YEAR = re.compile(r"[年闰閏]\s*$")
_OF_A_REIGN = re.compile(r"[\u3400-\u9fff]$")
_BEFORE_YEAR = re.compile(r"[于於在是至自从從到间間期]$")
_FAR_ENOUGH = 20  # The name of a calendar is searched in this many characters before a day.


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day found in a text at `span`.

    `repeats` is the time after which such a day comes again, such as a week for 周三. If the day is
    in the future, the text means the day before it in this series. If `stands_alone` is true, the
    day is accepted only if the rest of the text is empty or a time.
    """

    date: date
    span: tuple[int, int]
    method: str
    precision: DatePrecision = DatePrecision.DAY
    repeats: timedelta | None = None
    stands_alone: bool = False


def full_year(written: str, now: datetime) -> int:
    """Return the Gregorian year that the digits `written` mean.

    Two digits are a year of this century or the last one. Three digits are a year of the Republic
    of China (民国).
    """
    year = int(written)
    if len(written) == 3:
        return year + ROC_BEGAN
    if len(written) > 2:
        return year
    return 2000 + year if 2000 + year <= now.year + 1 else 1900 + year


def is_of_another_calendar(text: str, day: re.Match[str]) -> bool:
    """Return whether the words before a day say that the day is not Gregorian.

    Texts often name a lunar day beside the Gregorian one. The lunar day, read as Gregorian, would
    be wrong by weeks.
    """
    before = text[max(0, day.start() - _FAR_ENOUGH) : day.start()]
    if _OTHER_CALENDAR.search(before):
        return True
    year = day.groupdict().get("y")
    if year is None:
        return bool(_UNKNOWN_YEAR.search(before))
    # 康熙20年 is not 2020: two digits after a Chinese name are the year of an emperor's reign.
    is_short = len(year) < 4 and text[day.end("y") :].lstrip()[:1] == "年"
    return is_short and bool(_OF_A_REIGN.search(before) and not _BEFORE_YEAR.search(before))
