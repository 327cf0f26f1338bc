"""Finds the time of day in a text: 21:34:39, 下午9时34分, 晚上9点半, 9:34 PM."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from ingest.values import DatePrecision

_BEFORE_NOON = "上午|早上|清晨|早晨|凌晨|早间|早間|早|午前|오전|AM"
_AFTER_NOON = "下午|午后|午後|傍晚|晚上|晚间|晚間|夜间|夜間|夜里|夜裡|深夜|半夜|晚|夜|오후|PM"
_NIGHT = frozenset("晚上 晚间 晚間 晚 夜间 夜間 夜里 夜裡 夜 深夜 半夜".split())
_SECOND = r"60|[0-5]?\d"  # second 60 is a leap second
_TIME = re.compile(
    rf"(?P<half>{_BEFORE_NOON}|中午|正午|{_AFTER_NOON})?\s*"
    r"(?<![\d.])(?P<hour>\d{1,2})\s*"
    rf"(?:(?::|时|時|시)\s*(?P<minute>[0-5]?\d)(?:\s*(?::|分|분)\s*(?P<second>{_SECOND})(?:[.,]\d+)?)?"
    r"|h\s?(?P<minute_of_h>[0-5]\d)\b"
    r"|(?P<oclock>点|點|时|時|시)(?:\s*(?P<part>半|[13]刻)|\s*(?P<past>[0-5]?\d)(?:\s*분?分?"
    rf"(?:\s*(?P<past_second>{_SECOND}))?)?)?)"
    r"\s*[分秒분초]?钟?\s*(?P<meridiem>[AaPp]\.?\s?[Mm]\b\.?)?"
)
_PARTS = {"半": 30, "1刻": 15, "3刻": 45}
_LAST_HOUR = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """A time of day found in a text between the positions `start` and `end`.

    The time may be 24:00 or later: 晚上12:30 is read as 24:30, which is 00:30 on the next day.
    """

    since_midnight: timedelta
    precision: DatePrecision
    start: int
    end: int


def find_time(text: str, day: tuple[int, int]) -> Time | None:
    """Find the time of day that follows a day in a text; if none follows, the time before the day.

    `day` contains the positions where the day begins and ends. Raise `ValueError` for a time that
    does not exist.
    """
    # The text is sliced before the search. Otherwise, in `2911:30`, the lookbehind of `_TIME` would
    # find the digits of the day and reject the time.
    behind = _TIME.search(text[day[1] :])
    match, offset = (behind, day[1]) if behind else (_TIME.search(text[: day[0]]), 0)
    if match is None:
        return None
    half = match["half"] or ""
    hour = _hour(int(match["hour"]), half, (match["meridiem"] or "").upper())
    written = match["minute"] or match["minute_of_h"] or match["past"]
    minute = int(written or _PARTS.get(match["part"] or "", 0))
    second = match["second"] or match["past_second"]
    if hour > _LAST_HOUR or (hour == _LAST_HOUR and minute and half not in _NIGHT):
        raise ValueError(f"no such time: {match[0]}")
    exact = written or match["part"]
    precision = DatePrecision.MINUTE if exact else DatePrecision.HOUR
    return Time(
        since_midnight=timedelta(hours=hour, minutes=minute, seconds=int(second or 0)),
        precision=DatePrecision.SECOND if second else precision,
        start=offset + match.start(),
        end=offset + match.end(),
    )


def _hour(hour: int, half: str, meridiem: str) -> int:
    """Return the hour from 0 to 24: 上午12 and 12 AM are 0, 下午12 and 12 PM 12, 晚上12 is 24."""
    if re.fullmatch(_BEFORE_NOON, half) or meridiem.startswith("A"):
        return 0 if hour == 12 else hour
    if half in {"中午", "正午"}:
        return hour + 12 if hour < 4 else hour
    if re.fullmatch(_AFTER_NOON, half) or meridiem.startswith("P"):
        if half in _NIGHT and hour in {0, 12}:
            return _LAST_HOUR if hour else 0
        late = half in {"深夜", "半夜", "夜里", "夜裡"} and hour < 6
        return hour + 12 if hour < 12 and not late else hour
    return hour
