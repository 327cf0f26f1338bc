"""Values as text for people: instants in the zone of the configuration, lists without brackets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

_zone: list[tzinfo] = []  # The zone (archive.timezone) is set by `show_times_in`.


def show_times_in(zone: tzinfo) -> None:
    """Show instants in this zone from now on."""
    _zone[:] = [zone]


def in_words(value: object) -> str:
    """Return a value as text for people: instants in `archive.timezone`, lists without brackets."""
    if isinstance(value, datetime):
        return local(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {in_words(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(in_words, value))
    return str(value)


def local(at: datetime | None) -> str:
    """Return an instant as text in `archive.timezone`."""
    return at.astimezone(_zone[0] if _zone else None).strftime("%Y-%m-%d %H:%M %Z") if at else ""
