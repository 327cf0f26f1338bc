"""Records of old archives, which may name no address, and the articles that they are of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from ingest.reading.dedupe.identity import key_of
from ingest.values import KnownEntry, NormalEntry


def record_key(entry: NormalEntry, nth: int = 1) -> str:
    """The key of an archive's record that names no address: its title, and its time if it has one.

    `nth` counts records of one title and time that are different posts. A record with an address,
    or without a title, keeps the key that it has.
    """
    if entry.guid is not None or entry.link_key is not None or not entry.title_key:
        return entry.key
    return _record_key(entry.title_key, entry.published_at, nth)


def _record_key(title_key: str, at: datetime | None, nth: int = 1) -> str:
    number = f"\x00{nth}" if nth > 1 else ""
    return key_of("record", f"{title_key}\x00{at.isoformat() if at else ''}{number}")


def times_of_record(at: datetime | None) -> set[datetime | None]:
    """The times that an archive's record may give an article of this time.

    None at all; the day; the right one; and the one that takes Chinese time for GMT.
    """
    if at is None:
        return {None}
    days = (at.astimezone(zone).replace(**_MIDNIGHT) for zone in (UTC, _CHINA))
    return {None, at, at + _AHEAD, at - _AHEAD, *(day.astimezone(UTC) for day in days)}


_AHEAD = timedelta(hours=8)
_CHINA = timezone(_AHEAD)
_MIDNIGHT: dict[str, Any] = {"hour": 0, "minute": 0, "second": 0, "microsecond": 0}


def record_keys(entry: NormalEntry) -> list[str]:
    """The keys of records that may be of an article with an address of its own."""
    if not entry.title_key or (entry.guid is None and entry.link_key is None):
        return []
    return [_record_key(entry.title_key, at) for at in times_of_record(entry.published_at)]


def record_of(entry: NormalEntry, by_key: Mapping[str, KnownEntry]) -> KnownEntry | None:
    """The record of an archive, without an address, that an article was kept as."""
    if not by_key:  # six digests an entry for nothing
        return None
    found = (by_key.get(key) for key in record_keys(entry))
    return next((kept for kept in found if kept and kept.guid is kept.link_key is None), None)
