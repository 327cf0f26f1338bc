"""A day as it was found in a text, and the years that are written short."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ingest.values import DatePrecision

ROC_BEGAN = 1911  # 民国元年 is 1912


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day found in a text at `span`; if it would lie ahead, it is the one `repeats` before.

    One that `stands_alone` is believed only where nothing but a time stands beside it.
    """

    date: date
    span: tuple[int, int]
    method: str
    precision: DatePrecision = DatePrecision.DAY
    repeats: timedelta | None = None
    stands_alone: bool = False


def full_year(written: str, now: datetime) -> int:
    """Two digits are of this century or the last, three of the Republic (民国)."""
    year = int(written)
    if len(written) == 3:
        return year + ROC_BEGAN
    if len(written) > 2:
        return year
    return 2000 + year if 2000 + year <= now.year + 1 else 1900 + year
