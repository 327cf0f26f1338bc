"""Calendars that are not the Gregorian one: eras are converted, lunar days are no date.

A lunar day stands beside a Gregorian one, or on a page that says when it is from in other ways:
to read it as that day of the Gregorian month would be wrong by weeks.
"""

from __future__ import annotations

import re

# The year before the first of each era; months and days are Gregorian.
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
_ERA = re.compile(rf"({'|'.join(_ERAS)})\s*(\d{{1,2}}|元)\s*(?=年)")
BUDDHIST_ERA = 543  # years before the Gregorian one, with the same months and days
# 1987 to 2056. As a time or a Gregorian year these digits mean nothing.
_BUDDHIST_YEAR = re.compile(r"(?<![\d.+])(?:25[3-9]|๒๕[๓-๙])\d(?![\d.]\d)(?!\d)")
_GREGORIAN = re.compile(r"[公西阳陽国國新][历曆]\s*[:：]?\s*")
_OTHER = re.compile(r"[农農阴陰旧舊夏藏回佛黄黃彝][历曆]\s*[:：]?\s*(?:\d{2,4}\s*年\s*)?$")
# A year that was not understood, or a leap month.
_UNKNOWN_YEAR = re.compile(r"[年闰閏]\s*$")
_OF_A_REIGN = re.compile(r"[\u3400-\u9fff]$")
_BEFORE_YEAR = re.compile(r"[于於在是至自从從到间間期]$")
_FAR_ENOUGH = 20  # characters


def in_gregorian_years(text: str) -> str:
    """Write the years of Japan's eras as Gregorian ones: `令和6年3月1日` → `2024年3月1日`."""
    text = _ERA.sub(lambda era: str(_ERAS[era[1]] + (1 if era[2] == "元" else int(era[2]))), text)
    return _GREGORIAN.sub("", text)


def without_buddhist_years(text: str) -> str:
    """Write Thai years as Gregorian ones: `9 Oct 2562` → `9 Oct 2019`."""
    return _BUDDHIST_YEAR.sub(lambda year: str(int(year[0]) - BUDDHIST_ERA), text, count=1)


def is_of_another_calendar(text: str, day: re.Match[str]) -> bool:
    """Whether what stands before a day says that it is not a Gregorian one."""
    before = text[max(0, day.start() - _FAR_ENOUGH) : day.start()]
    if _OTHER.search(before):
        return True
    year = day.groupdict().get("y")
    if year is None:
        return bool(_UNKNOWN_YEAR.search(before))
    # 康熙20年 is not 2020: two digits behind a name are the year of a reign.
    is_short = len(year) < 4 and text[day.end("y") :].lstrip()[:1] == "年"
    return is_short and bool(_OF_A_REIGN.search(before) and not _BEFORE_YEAR.search(before))
