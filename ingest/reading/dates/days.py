"""Finds the day that a text names: a calendar date, a word such as 昨天, a weekday."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from ingest.reading.dates.clock import Time, find_time
from ingest.reading.dates.day import ROC_BEGAN, Day, full_year, is_of_another_calendar
from ingest.values import DatePrecision

_WEEK = timedelta(weeks=1)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
# A time may follow a day without a space, as in 2016年6月2911:30.
_END = r"(?=\D|$|\d\d?:\d\d)"
_BEGIN = r"(?<![\d.])"


Reader = Callable[[re.Match[str], datetime], Day]


def _day(match: re.Match[str], year: int, month: int, day: int, method: str) -> Day:
    return Day(date=date(year, month, day), span=match.span(), method=method)


def _month_number(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def _year_first(match: re.Match[str], now: datetime) -> Day:
    year = full_year(match["y"], now)
    return _day(match, year, int(match["m"]), int(match["d"]), "year, month, day")


def _short_year_first(match: re.Match[str], now: datetime) -> Day:
    """Read `24-2-1` as 1 February 2024.

    In 2024, `20/5/24` may mean 20 May 2024. So raise `ValueError` for a date with slashes if only
    its last number, and not its first, is this year or the last one.
    """
    recent = {now.year % 100, (now.year - 1) % 100}
    if match[2] == "/" and int(match["d"]) in recent and int(match["y"]) not in recent:
        raise ValueError(f"the year may be the last number: {match[0]}")
    return _year_first(match, now)


def _republic(match: re.Match[str], _now: datetime) -> Day:
    year = (1 if match["y"] == "元" else int(match["y"])) + ROC_BEGAN
    return _day(match, year, int(match["m"]), int(match["d"]), "民国")


def _month_only(match: re.Match[str], now: datetime) -> Day:
    first = date(full_year(match["y"], now), int(match["m"]), 1)
    return Day(date=first, span=match.span(), method="year, month", precision=DatePrecision.MONTH)


def _english(match: re.Match[str], now: datetime) -> Day:
    year = full_year(match["y"], now)
    span = match.span("date")
    day = date(year, _month_number(match["m"]), int(match["d"]))
    return Day(date=day, span=span, method="RFC 5322")


def _local_rfc_5322(match: re.Match[str], now: datetime) -> Day:
    year = full_year(match["y"], now)
    return _day(match, year, int(match["m"]), int(match["d"]), "localised RFC 5322")


def _day_first(match: re.Match[str], _now: datetime) -> Day:
    first, second = int(match["d"]), int(match["m"])
    if second > 12:  # The month is first, as in 01/28/2022.
        first, second = second, first
    return _day(match, int(match["y"]), second, first, "day, month, year")


def _iso_week(match: re.Match[str], _now: datetime) -> Day:
    day = date.fromisocalendar(int(match["y"]), int(match["w"]), int(match["d"] or 1))
    return Day(date=day, span=match.span(), method="ISO 8601 week")


def _nearest_past(match: re.Match[str], now: datetime) -> Day:
    return _last(int(match["m"]), int(match["d"]), match, now)


def _english_of_no_year(match: re.Match[str], now: datetime) -> Day:
    return _last(_month_number(match["name"]), int(match["d"]), match, now)


def _last(month: int, day: int, match: re.Match[str], now: datetime) -> Day:
    """Return the latest date with this month and day, at most two days in the future."""
    for year in range(now.year, now.year - 9, -1):
        # The last 29th of February may be eight years ago.
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= now.date() + timedelta(days=2):
            return Day(date=found, span=match.span(), method="month, day")
    raise ValueError(f"no such day: {match[0]}")


def _of_named_year(match: re.Match[str], now: datetime) -> Day:
    """Read 去年12月30日 and 今年1月5日."""
    year = now.year - "今去前".index(match["year"])
    return _day(match, year, int(match["m"]), int(match["d"]), "month, day")


def _of_this_month(match: re.Match[str], now: datetime) -> Day:
    return _day(match, now.year, now.month, int(match["d"]), "month, day")


def _word(match: re.Match[str], now: datetime) -> Day:
    """Read 昨天, 前天 and 大前天. The 晚 of 昨晚 is left out, because it belongs to the time."""
    ago = len(match["farther"] or "") + {"今": 0, "昨": 1, "前": 2, "明": -1}[match["day"]]
    start, end = match.span()
    end -= 1 if match["half"] in {"晚", "早", "夜"} else 0
    return _days_ago(ago, (start, end), now)


def _days_ago(ago: int, span: tuple[int, int], now: datetime) -> Day:
    """Return the day `ago` days before today.

    If `ago` is 0 and the text adds a time that is still to come, the text means yesterday.
    """
    day = now.date() - timedelta(days=ago)
    repeats = timedelta(days=1) if ago == 0 else None
    return Day(date=day, span=span, method="day word", repeats=repeats)


def _english_word(match: re.Match[str], now: datetime) -> Day:
    ago = {"today": 0, "yesterday": 1, "오늘": 0, "어제": 1, "그저께": 2}[match[0].lower()]
    return _days_ago(ago, match.span(), now)


def _weekday(match: re.Match[str], now: datetime) -> Day:
    """Read 周三 as the last Wednesday, and 上周三 as Wednesday of the previous ISO week."""
    name = match["day"]
    number = 7 if name in "日天7" else int(name)
    return _day_of_week(match, now, number, match["week"] or "")


def _english_weekday(match: re.Match[str], now: datetime) -> Day:
    number = "mon tue wed thu fri sat sun".split().index(match["day"].lower()) + 1
    return _day_of_week(match, now, number, "上" if match["last"] else "")


def _day_of_week(match: re.Match[str], now: datetime, number: int, week: str) -> Day:
    monday = now.date() - timedelta(days=now.weekday())
    found = monday + timedelta(days=number - 1) - _WEEK * week.count("上")
    repeats = None if week else _WEEK
    return Day(date=found, span=match.span(), method="weekday", repeats=repeats, stands_alone=True)


def _rule(pattern: str, read: Reader) -> tuple[re.Pattern[str], Reader]:
    return re.compile(pattern, re.IGNORECASE), read


_WITH_YEAR = [
    _rule(r"(?:中[华華])?民[国國]\s*(?P<y>\d{1,3}|元)\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号號]?", _republic),
    _rule(rf"{_BEGIN}(?P<y>\d{{4}}|\d{{2,3}})\s*年\s*(?P<m>\d{{1,2}})\s*月\s*(?P<d>\d{{1,2}})\s*[日号號]?{_END}", _year_first),
    _rule(rf"{_BEGIN}(?P<y>\d{{4}})\s*([-/.·‧・])\s*(?P<m>\d{{1,2}})\s*\2\s*(?P<d>\d{{1,2}}){_END}(?![./]\d)", _year_first),
    _rule(rf"{_BEGIN}(?P<y>\d{{4}})\s*[年년]\s*(?P<m>\d{{1,2}})\s*(?:[-/.월]|月\s*[-/.])\s*(?P<d>\d{{1,2}})\s*[日号號일]?{_END}", _year_first),
    _rule(rf"{_BEGIN}(?P<y>\d{{4}})\s*[-/.]\s*(?P<m>\d{{1,2}})\s*月\s*(?P<d>\d{{1,2}})\s*[日号號]?{_END}", _year_first),
    _rule(r"(?<!\d)(?P<y>\d{4})-?W(?P<w>\d\d)(?:-?(?P<d>[1-7]))?(?!\d)", _iso_week),
    _rule(rf"(?<!\d)(?P<date>(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ -]*(?P<m>{_MONTH})[ ,-]+(?P<y>\d{{4}}|\d\d))(?=\D|$)", _english),
    _rule(rf"\b(?P<date>(?P<m>{_MONTH})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b),?(?:[ T]+\d{{1,2}}:\d\d[^,]{{0,40}}?)?[ ,]+(?P<y>\d{{4}})(?!\d|:)", _english),
    _rule(r"(?<!\d)(?P<d>\d{1,2})[ ,/-]+(?P<m>\d{1,2})\s*[月월][ ,/-]+(?P<y>\d{4})(?!\d)", _local_rfc_5322),
    _rule(r"(?<!\d)(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})[日号號일]?\s*,\s*(?P<y>\d{4})(?!\d)", _local_rfc_5322),
    _rule(r"(?<!\d)(?P<d>\d{1,2})\s+(?:tháng|thg)\s+(?P<m>\d{1,2})(?:\s+năm)?[ ,]+(?P<y>\d{4})(?!\d)", _local_rfc_5322),
    _rule(r"(?<![\d./-])(?P<d>\d{1,2})([-/.])(?P<m>\d{1,2})\2(?P<y>\d{4})(?!\d)", _day_first),
    _rule(r"(?<![\d.:/-])(?P<d>\d{1,2}) (?P<m>\d{1,2}) (?P<y>\d{4})(?![\d:])", _day_first),
    _rule(r"(?<![\d.:/-])(?P<y>\d{4}) (?P<m>\d\d) (?P<d>\d\d)(?![\d:])", _year_first),
    _rule(rf"(?<![\d./-])(?P<y>1[0-4]\d)([-/.])(?P<m>\d{{1,2}})\2(?P<d>\d{{1,2}}){_END}(?![./]\d)", _year_first),
    _rule(r"(?<![\d./-])(?P<y>\d\d)([-/])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?![\d./-])", _short_year_first),
    _rule(r"(?<!\d)(?P<y>\d{4})\s*[年년]\s*(?P<m>\d{1,2})\s*[月월](?:份)?(?!\s*[\d初])", _month_only),
    _rule(r"^(?P<y>\d{4})[-/.](?P<m>\d{1,2})$", _month_only),
]  # fmt: skip
_WITHOUT_YEAR = [
    _rule(r"(?P<year>[今去前])年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号號]?", _of_named_year),
    _rule(r"(?:本月|这个月|這個月)\s*(?P<d>\d{1,2})\s*[日号號]", _of_this_month),
    _rule(rf"{_BEGIN}(?P<m>\d{{1,2}})\s*[月월]\s*(?P<d>\d{{1,2}})\s*[日号號일]?{_END}", _nearest_past),
    _rule(r"(?P<farther>大*)(?P<day>[今昨前明])(?P<half>[天日晚早夜])", _word),
    _rule(r"\b(?:today|yesterday)\b|오늘|어제|그저께", _english_word),
    _rule(r"(?P<week>上+个?|本|这|這)?(?:周|週|星期|礼拜|禮拜)(?P<day>[1-7日天])", _weekday),
    _rule(r"^(?:(?:周|週|星期)[1-7日天]\s*)?(?P<m>\d{1,2})[-/](?P<d>\d{1,2})(?=[\s(]|$)", _nearest_past),
    _rule(r"^(?P<m>\d{1,2})\.(?P<d>\d{1,2})(?=\s+\d{1,2}:\d\d)", _nearest_past),
    _rule(rf"^(?P<d>\d{{1,2}})\s+(?P<name>{_MONTH})(?=\s|$)", _english_of_no_year),
    _rule(rf"^(?P<name>{_MONTH})\s+(?P<d>\d{{1,2}})(?=[\s,]|$)", _english_of_no_year),
    _rule(r"\b(?P<last>last\s+)?(?P<day>mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?\b", _english_weekday),
]  # fmt: skip
_A_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# These words may stand beside a weekday and its time.
_BESIDE_WEEKDAY = re.compile(
    r"\b(?:at|on)\b|(?:GMT|UTC|[A-Z]{1,5})?\s*[+-]\d\d?:?\d*|\b[A-Z]{1,5}$|[\W_]+"
)


def find_day(text: str, now: datetime, *, with_year: bool) -> Day | None:
    """Find a day in a text; a day without a year is relative to `now`.

    Raise `ValueError` for a day that does not exist.
    """
    for pattern, read in _WITH_YEAR if with_year else _WITHOUT_YEAR:
        for match in pattern.finditer(text):
            if read is not _republic and is_of_another_calendar(text, match):
                continue
            day = read(match, now)
            if with_year or _is_understood(text, day):
                return day
    return None


def _is_understood(text: str, day: Day) -> bool:
    """Return whether the rest of the text shows that a day without a year was understood correctly.

    A weekday or a day of a month may be part of a full date in an unknown form. The year of that
    date is not known, so it must not be read as a date of this year.
    """
    if day.method == "day word":
        return True
    rest = _without_day_and_time(text, day.span)
    if day.stands_alone:
        return not _BESIDE_WEEKDAY.sub("", rest)
    return not _A_YEAR.search(rest)


def _without_day_and_time(text: str, span: tuple[int, int]) -> str:
    """Return the text without the day at `span` and without its time."""
    time: Time | None = find_time(text, span)
    pieces = [span] if time is None else sorted([span, (time.start, time.end)])
    rest, end = "", 0
    for begin, stop in pieces:
        rest += text[end:begin] + " "
        end = max(end, stop)
    return rest + text[end:]
