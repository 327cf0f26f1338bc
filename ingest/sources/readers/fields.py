"""Dates, names and addresses as other readers write them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.reading import titles
from ingest.reading.html import from_text
from ingest.urls import absolute_link
from ingest.values import Enclosure

_AT_THE_FETCH = timedelta(minutes=1)
_YEARS = range(1990, 2101)  # in which a date may be


def from_seconds(value: Any) -> datetime | None:
    """Return the time of a number of seconds since 1970; None for 0, and for what is no time."""
    try:
        return _possible(datetime.fromtimestamp(float(value), UTC)) if value else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def from_milliseconds(value: Any) -> datetime | None:
    """Return the time of a number of milliseconds since 1970, like `from_seconds`."""
    try:
        return from_seconds(float(value) / 1000) if value else None
    except (TypeError, ValueError):
        return None


def from_microseconds(value: int) -> datetime | None:
    """Return the time of a number of microseconds since 1970, like `from_seconds`."""
    return from_seconds(value / 1_000_000)


def from_iso(value: Any) -> datetime | None:
    """Return the time of an ISO 8601 text, or of a value of a database; without a zone it is UTC.

    Return None for what is no time.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return _possible(value if value.tzinfo else value.replace(tzinfo=UTC))


def _possible(at: datetime) -> datetime | None:
    return at if at.year in _YEARS else None


def is_time_of_fetch(published: datetime | None, first_seen: datetime | None) -> bool:
    """Return whether a date is about the time of the fetch, as programs date undated entries."""
    return bool(published and first_seen and abs(first_seen - published) < _AT_THE_FETCH)


def plain(title: Any) -> str:
    """Return a title in HTML, as feeds have it, as plain text."""
    return titles.display_title(title) if isinstance(title, str) else ""


def as_html(text: Any) -> str:
    """Return a plain text as HTML; an empty string for anything else."""
    return from_text(text) if isinstance(text, str) else ""


def link_or_none(value: Any) -> str | None:
    """Return an absolute address, or None for anything else."""
    return absolute_link(value, None) if isinstance(value, str) else None


def names(*values: Any) -> tuple[str, ...]:
    """Return the values that are texts with content."""
    return tuple(value.strip() for value in values if isinstance(value, str) and value.strip())


def json_list(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list in JSON; an empty list for anything else."""
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def file_of(url: Any, media_type: Any = None, length: Any = None) -> tuple[Enclosure, ...]:
    """Return the file at an address as a tuple; it is empty if there is no address."""
    if not isinstance(url, str) or not url:
        return ()
    kind = media_type if isinstance(media_type, str) and media_type else None
    size = length if isinstance(length, int) and length > 0 else None
    return (Enclosure(url=url, media_type=kind, length=size),)
