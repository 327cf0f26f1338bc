"""The places of lists in the addresses of pages: `1700000000.42`, the date and id of an entry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from ingest.errors import UsageError
from ingest.store.entry_lists import ListedEntry
from ingest.store.listings import Key

SIZE = 50
_PLACE = re.compile(r"(-?\d{1,11})\.(\d{1,18})", re.ASCII)


def place_of(rows: Sequence[ListedEntry]) -> str | None:
    """Return the place after which the next page begins; None if this is the last page."""
    if len(rows) < SIZE:
        return None
    key = rows[-1].key
    return f"{int(key.at.timestamp())}.{key.id}"


def key_at(place: str | None) -> Key | None:
    """Return the key for a place, None for the first page; raise `UsageError` if it is none."""
    if not place:
        return None
    match = _PLACE.fullmatch(place)
    try:
        if match:
            return Key(datetime.fromtimestamp(int(match[1]), UTC), int(match[2]))
    except (ValueError, OverflowError, OSError):
        pass
    raise UsageError(f"{place!r} is not the place of an entry; begin again with the first page")


def number_in(text: str | None) -> int | None:
    """Return a number given in an address, None if it is missing; raise `UsageError` if it is not.

    A number larger than any in a database becomes one that no feed has.
    """
    if not text:
        return None
    if text.isascii() and text.isdecimal():
        return min(int(text.lstrip("0")[:20] or 0), 2**63 - 1)
    raise UsageError(f"{text!r} is not a number")
