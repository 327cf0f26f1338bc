"""The names of a record for which programs make pages: its categories, tags and authors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ingest.outputs.inert import inert_text
from ingest.outputs.naming import author_of_record
from ingest.outputs.pages import short_name
from ingest.outputs.text import one_line
from ingest.values import Record

_MOST_REMEMBERED = 2_000  # Most records repeat names of other records.


def category_names(record: Record, default: str) -> Sequence[str]:
    """Return the categories that are set for the feed, the broadest category first.

    If none are set, return the default category and the feed's name.
    """
    names = tuple(record.feed_categories) or (default, record.feed_title)
    return page_names(names) or (default,)


def tag_names(record: Record) -> Sequence[str]:
    """Return the entry's own categories."""
    return page_names(tuple(record.tags))


def author_names(record: Record) -> Sequence[str]:
    """Return the names of the authors, each of which can have a page; at least one name."""
    names = tuple([author.name for author in record.authors])
    return page_names(names) or (page_name(author_text(record)),)


def author_text(record: Record) -> str:
    """Return the authors, or a substitute, on one line. It is never empty, `.` or `..`."""
    stand_ins = (author_of_record(record), record.feed_title, record.feed_slug)
    return next(name for name in stand_ins if page_name(name))


@lru_cache(maxsize=_MOST_REMEMBERED)
def page_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names as they are written in files, each once."""
    return tuple(dict.fromkeys(filter(None, map(page_name, names))))


@lru_cache(maxsize=_MOST_REMEMBERED)
def page_name(name: str) -> str:
    """Return a name as it is written in files, or an empty string for `.` and `..`."""
    line = one_line(name)
    return short_name(inert_text(line)) if line.strip("./ ") else ""
