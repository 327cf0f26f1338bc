"""Convert the options --since and --until, days in the archive's zone, to instants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from ingest.errors import UsageError

Since = Annotated[
    str | None,
    typer.Option("--since", metavar="DATE", help="Only entries from this day on: YYYY-MM-DD."),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="DATE", help="Only entries up to and including this day."),
]


def span(
    since: str | None, until: str | None, zone: ZoneInfo
) -> tuple[datetime | None, datetime | None]:
    """Return the first instant of `since`, and the first instant after `until`, in UTC.

    Raise `UsageError` if a day is not written as YYYY-MM-DD, or `since` is later than `until`.
    """
    first, last = _day(since, "--since", zone), _day(until, "--until", zone)
    if first and last and first > last:
        raise UsageError("--since is later than --until")
    end = last + timedelta(days=1) if last else None
    return first and first.astimezone(UTC), end and end.astimezone(UTC)


def _day(text: str | None, option: str, zone: ZoneInfo) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=zone)
    except ValueError:
        raise UsageError(f"{option} {text}: write a date as YYYY-MM-DD") from None
