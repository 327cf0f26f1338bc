"""Typed looks into feedparser's dictionaries, where an unknown element may have put anything."""

from __future__ import annotations

from typing import Any

from ingest.reading.xml.cdata import unwrap

Fields = dict[str, Any]

# Where the texts of an entry are, by role: lists of details. No element has a name with a blank.
CONTENT = "content texts"
SUMMARY = "summary texts"
ALTERNATES = "alternate files"
PODCAST = "podcast texts"
SUBTITLE = "subtitle texts"
CAPTION = "caption texts"
MEDIA_TITLE = "media titles"


def dicts(holder: Fields, key: str) -> list[Fields]:
    """Read a list; an unknown element of that name has put something else there."""
    value = dict.get(holder, key)  # past feedparser's own aliases, which warn and substitute
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def string(holder: Fields, key: str) -> str:
    """Read a text; empty if there is none."""
    value = dict.get(holder, key)
    return unwrap(value.strip()) if isinstance(value, str) else ""


def optional(holder: Fields, key: str) -> str | None:
    """Read a text; None if there is none."""
    return string(holder, key) or None


def number(holder: Fields, key: str) -> int | None:
    """Read a size: a number of bytes or pixels."""
    value = string(holder, key).removesuffix("px")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None
