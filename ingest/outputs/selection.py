"""Decide whether a record passes the filters of an output."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Protocol
from zoneinfo import ZoneInfo

from ingest.values import Record


class Filters(Protocol):
    """The filters of an output. An empty filter excludes no record."""

    @property
    def feeds(self) -> Collection[str]:
        """The feeds to include, each by its address, title or folder name."""

    @property
    def categories(self) -> Collection[str]:
        """The categories of feeds, and tags of entries, to include."""

    @property
    def languages(self) -> Collection[str]:
        """The languages to include, as tags (BCP 47); `zh` includes `zh-Hant`."""

    @property
    def since(self) -> date | None:
        """The first day on which an entry may have been published, in `timezone`."""

    @property
    def until(self) -> date | None:
        """The last day on which an entry may have been published, in `timezone`."""

    @property
    def timezone(self) -> str:
        """The time zone in which the days `since` and `until` begin and end."""


def passes(record: Record, filters: Filters) -> bool:
    """Return whether a record passes all filters."""
    return (
        _has_any(filters.feeds, (record.feed_url, record.feed_title, record.feed_slug))
        and _has_any(filters.categories, (*record.feed_categories, *record.tags))
        and _is_in_language(record.language, filters.languages)
        and _is_in_time(record, filters)
    )


def _has_any(wanted: Collection[str], names: tuple[str, ...]) -> bool:
    return not wanted or any(name in wanted for name in names)


def _is_in_language(language: str, wanted: Collection[str]) -> bool:
    tag = f"{language}-".casefold()
    return not wanted or any(tag.startswith(f"{one}-".casefold()) for one in wanted)


def _is_in_time(record: Record, filters: Filters) -> bool:
    if filters.since is None and filters.until is None:
        return True
    day = record.at.astimezone(ZoneInfo(filters.timezone)).date()
    return (filters.since or day) <= day <= (filters.until or day)
