"""Typed access to feedparser's dictionaries, whose values may have any type."""

from __future__ import annotations

from typing import Any

from ingest.reading.xml.cdata import unwrap

Fields = dict[str, Any]

# The keys of an entry's texts by role. The value of each is a list of details. The keys contain a
# blank, so that no element can have the same name.
CONTENT = "content texts"
SUMMARY = "summary texts"
ALTERNATES = "alternate files"
PODCAST = "podcast texts"
SUBTITLE = "subtitle texts"
CAPTION = "caption texts"
MEDIA_TITLE = "media titles"


def dicts(holder: Fields, key: str) -> list[Fields]:
    """Return the dictionaries in a list; [] if the value is not a list."""
    value = dict.get(holder, key)  # feedparser's own `get` warns, and substitutes other keys.
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def string(holder: Fields, key: str) -> str:
    """Return a text, or "" if there is none."""
    value = dict.get(holder, key)
    return unwrap(value.strip()) if isinstance(value, str) else ""


def optional(holder: Fields, key: str) -> str | None:
    """Return a text, or None if there is none."""
    return string(holder, key) or None


def number(holder: Fields, key: str) -> int | None:
    """Return a number of bytes or pixels, or None if it is invalid."""
    value = string(holder, key).removesuffix("px")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None
