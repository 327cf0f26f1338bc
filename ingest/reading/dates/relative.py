"""Resolves dates that say how long ago: 3小时前, 半年前, 1年2个月前, `1d 1h ago`, 刚刚."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from ingest.values import DatePrecision, ResolvedDate

_UNITS = {
    "second": "秒钟|秒鐘|秒|초|seconds?|secs?|s",
    "minute": "分钟|分鐘|分|분|minutes?|mins?|m",
    "hour": "小时|小時|钟头|鐘頭|時間|시간|hours?|hrs?|h",
    "day": "天|日|일|days?|d",
    "week": "周|週間|週|星期|礼拜|禮拜|주일|주|weeks?|w",
    "month": "个月|個月|[ヶケかカヵ]月|개월|달|月|months?|mos?",
    "year": "年|년|years?|yrs?|y",
}
_COUNT = r"(?P<count>\d+(?:\.\d+)?|几|幾|数|數|半|an?)\s*(?:个|個)?(?P<half>半)?\s*"
_UNIT = "|".join(f"(?P<{name}>{words})" for name, words in _UNITS.items())
_PART = re.compile(rf"{_COUNT}(?:{_UNIT})(?![a-z])(?P<half_more>半)?", re.IGNORECASE)
_GAP = re.compile(r"[\s,，]*(?:and|零|又|多)?\s*", re.IGNORECASE)
_BEFORE_NOW = re.compile(r"\s*(?:多)?\s*(?:之前|以前|前|전|ago)", re.IGNORECASE)
_SHORT = re.compile(r"(\d+)\s*(s|sec|m|min|h|hr|d|w|mo|y)", re.IGNORECASE)
_JUST_NOW = re.compile(r"^(?:刚刚|剛剛|刚才|剛才|片刻前|just now|now|moments? ago)", re.IGNORECASE)
# 几天前 means "a few days ago". It is read as three days.
_COUNTS = {"几": 3.0, "幾": 3.0, "数": 3.0, "數": 3.0, "半": 0.5, "a": 1.0, "an": 1.0}
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_MOST = 10_000


def find_ago(text: str, now: datetime) -> ResolvedDate | None:
    """Find words for a time before now (3小时前), and return that time.

    Raise `OverflowError` or `ValueError` if the result is out of the range of `datetime`.
    """
    if _JUST_NOW.match(text):
        return _relative_date(now, "minute")
    if match := _SHORT.fullmatch(text):
        text = f"{match[0]} ago"
    for start in _PART.finditer(text):
        if found := _chain(text, start, now):
            return found
    return None


def _chain(text: str, part: re.Match[str], now: datetime) -> ResolvedDate | None:
    """Subtract a chain of durations (`1d 1h`) from `now`; return None if no 前 or `ago` follows."""
    at = now
    while True:
        at = _back(at, part)
        if _BEFORE_NOW.match(text, part.end()):
            return _relative_date(at, _unit(part))
        gap = _GAP.match(text, part.end())
        further = _PART.match(text, gap.end() if gap else part.end())
        if further is None:
            return None
        part = further


def _unit(part: re.Match[str]) -> str:
    return next(name for name in _UNITS if part[name])


def _back(at: datetime, part: re.Match[str]) -> datetime:
    word = part["count"].lower()
    count = _COUNTS[word] if word in _COUNTS else float(word)
    count += 0.5 if part["half"] or part["half_more"] else 0
    if count > _MOST:
        raise OverflowError(f"too long ago: {part[0]}")
    unit = _unit(part)
    if unit in _SECONDS:
        return at - timedelta(seconds=count * _SECONDS[unit])
    return _months_back(at, count * (12 if unit == "year" else 1))


def _months_back(at: datetime, months: float) -> datetime:
    whole = int(months)
    years, month = divmod(at.year * 12 + at.month - 1 - whole, 12)
    day = min(at.day, _days_in(years, month + 1))
    return at.replace(year=years, month=month + 1, day=day) - timedelta(days=30 * (months - whole))


def _days_in(year: int, month: int) -> int:
    following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return (following - timedelta(days=1)).day


def _relative_date(at: datetime, unit: str) -> ResolvedDate:
    precision = DatePrecision.DAY if unit == "week" else DatePrecision(unit)
    return ResolvedDate(at=at.astimezone(UTC), method="relative", precision=precision)
