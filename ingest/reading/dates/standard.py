"""The two spellings that the standards ask for, read at once; most feeds keep to them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
_HOURS_AHEAD = r"[+-](?:0\d|1[0-3])"
_RFC_3339 = re.compile(
    rf"\d{{4}}-\d\d-\d\dT{_CLOCK}(?:Z|{_HOURS_AHEAD}:[0-5]\d)",
    re.ASCII,
)
_RFC_5322 = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d\d?) ({'|'.join(_MONTHS)}) (\d{{4}})"
    rf" ({_CLOCK}) (?:GMT|({_HOURS_AHEAD}[0-5]\d))",
    re.ASCII,
)


def find_standard(text: str) -> tuple[datetime, str] | None:
    """Read a whole string by RFC 3339 or RFC 5322 section 3.3; the instant and the rule's name.

    The zone is `datetime.UTC` itself where the offset is none or nought. Raise `ValueError` for a
    day that does not exist.
    """
    if _RFC_3339.fullmatch(text):
        return datetime.fromisoformat(text), "year, month, day"
    if match := _RFC_5322.fullmatch(text):
        day, month, year, clock, offset = match.groups()
        hour, minute, second = map(int, clock.split(":"))
        number = _MONTHS.index(month) + 1
        zone = _zone(offset or "+0000")
        return datetime(int(year), number, int(day), hour, minute, second, tzinfo=zone), "RFC 5322"
    return None


def _zone(offset: str) -> timezone:
    ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:]))
    return timezone(-ahead if offset[0] == "-" else ahead)
