"""Values as text for people: instants in the zone of the configuration, lists without brackets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from functools import reduce

from ingest.messages import _

_zone: list[tzinfo] = []  # The zone (archive.timezone) is set by `show_times_in`.


def show_times_in(zone: tzinfo) -> None:
    """Show instants in this zone from now on."""
    _zone[:] = [zone]


def in_words(value: object) -> str:
    """Return a value as text for people: instants in `archive.timezone`, lists without brackets."""
    if isinstance(value, datetime):
        return local(value)
    if isinstance(value, Mapping):
        return list_of(f"{name} {in_words(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return list_of(map(in_words, value))
    return str(value)


def list_of(values: Iterable[str]) -> str:
    """Return values as a list with the commas of the user's language."""
    return _(", ").join(values)


def clauses(parts: Iterable[str]) -> str:
    """Return parts of a sentence, joined by the comma of the user's language."""
    return reduce(lambda one, two: _("{one}, {two}", one=one, two=two), parts)


def local(at: datetime | None) -> str:
    """Return an instant as text in `archive.timezone`."""
    return at.astimezone(_zone[0] if _zone else None).strftime("%Y-%m-%d %H:%M %Z") if at else ""
