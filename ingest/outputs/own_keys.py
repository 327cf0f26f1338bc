"""Fill the keys that a user adds to the front matter (`front_matter`) with values of a record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from ingest.outputs.inert import inert_link, inert_picture, inert_text, without_quotes
from ingest.outputs.naming import author_of_record, safe_name
from ingest.urls import without_secrets
from ingest.values import Record

# A value as it is written in the configuration.
OwnValue = str | bool | int | tuple[str, ...]
OwnKeys = Mapping[str, OwnValue]
NO_OWN_KEYS: OwnKeys = MappingProxyType({})

_FIELD = re.compile(r"\{(\w*)\}")


def _date(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"


_TEXTS: Mapping[str, Callable[[Record, str], str]] = {
    "title": lambda record, _: record.title,
    "author": lambda record, _: author_of_record(record),
    "feed": lambda record, _: record.feed_title,
    "category": lambda record, _: "".join(record.feed_categories[:1]),
    "language": lambda record, _: record.language,
    "guid": lambda record, _: record.guid or "",
    "folder": lambda record, _: safe_name(record.feed_slug),
    "id": lambda record, _: record.key[:10],
    "date": lambda record, zone: _date(record.at, zone),
    "updated": lambda record, zone: _date(record.last_change_at, zone),
}
_ADDRESSES: Mapping[str, Callable[[Record], str]] = {
    "link": lambda record: inert_link(record.link or ""),
    "feed_url": lambda record: inert_link(without_secrets(record.feed_url)),
    "lead_image": lambda record: inert_picture(record.lead_image or ""),
}
FIELDS = (*_TEXTS, *_ADDRESSES)


def unknown_fields(value: OwnValue) -> set[str]:
    """Return the fields `{…}` in a value that do not exist."""
    return {name for text in _texts(value) for name in _FIELD.findall(text)} - set(FIELDS)


def _texts(value: OwnValue) -> Iterable[str]:
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, str) else ()


def fill_own_keys(keys: OwnKeys, record: Record, zone: str) -> dict[str, OwnValue]:
    """Return the user's keys with their fields filled; some values may be empty.

    The values of fields are inert: they cannot open a tag or end an attribute, whatever text the
    user has put around the fields.
    """
    return {key: _fill(value, record, zone) for key, value in keys.items()}


def _fill(value: OwnValue, record: Record, zone: str) -> OwnValue:
    if isinstance(value, str):
        return _fill_text(value, record, zone)
    if isinstance(value, tuple):
        return tuple(_fill_text(text, record, zone) for text in value)
    return value


def _fill_text(text: str, record: Record, zone: str) -> str:
    is_alone = _FIELD.fullmatch(text) is not None

    def of_field(match: re.Match[str]) -> str:
        name = match[1]
        if name in _ADDRESSES:
            return _ADDRESSES[name](record)
        given = " ".join(_TEXTS[name](record, zone).split())
        return inert_text(given if is_alone else without_quotes(given))

    return _FIELD.sub(of_field, text)


def with_own_keys(lines: Iterable[str], own: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of front matter with the user's keys.

    A user's key replaces the line with the same key, or is added at the end. `own` has the text
    after the colon of each key. If the text is empty, the key is left out.
    """
    left = dict(own)
    key = ""
    for line in lines:
        if not line.startswith((" ", "-")):
            key = line.partition(":")[0]
            if value := left.pop(key, ""):
                yield f"{key}:{value}"
        if key not in own:
            yield line
    yield from (f"{key}:{value}" for key, value in left.items() if value)
