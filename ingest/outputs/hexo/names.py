"""The categories and tags of a record, and the place of the page that Hexo makes for each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache

from ingest.outputs.hexo.yaml import one_line
from ingest.outputs.inert import inert_text
from ingest.outputs.layout import Names
from ingest.outputs.pages import page_of, short_name
from ingest.values import Record

_LONGEST_PLACE = 1_000  # bytes; PostgreSQL allows 2,700 bytes for all columns of an index entry
_MOST_REMEMBERED = 2_000  # names; most records repeat names of other records


def category_places(
    categories: Iterable[str], written: Names, *, guess: bool = False
) -> Iterator[tuple[str, str]]:
    """Yield each category of a path with the place that its parents give it.

    The place depends on the spelling of the parent in `written`. If the parent has none, the
    category is left out; with `guess`, the parent's own name is used.
    """
    place = "categories"
    for name in categories:
        yield place, name
        if not guess and (place, name) not in written:
            return
        place = _below(place, written.get((place, name), name))


def categories_of(record: Record, default: str) -> list[str]:
    """Return the categories as Hexo's path, from the widest to the narrowest."""
    path = record.feed_categories or (default, record.feed_title)
    return _pages(path) or [default]


def tags_of(record: Record) -> list[str]:
    """Return the entry's own categories."""
    return _pages(record.tags)


def _pages(names: Iterable[str]) -> list[str]:
    """Return the names in the form for files, each once; Hexo makes a page for each."""
    return list(dict.fromkeys(filter(None, map(_name_of_page, names))))


@lru_cache(maxsize=_MOST_REMEMBERED)
def _name_of_page(name: str) -> str:
    """Return a name in the form for files; empty if it is empty, `.` or `..`."""
    line = one_line(name)
    return short_name(inert_text(line)) if line.strip("./ ") else ""


def _below(place: str, category: str) -> str:
    """Return the place of a category's children; a digest of it if it is too long for an index."""
    inner = f"{place}/{page_of(category)}"
    return inner if len(inner.encode()) < _LONGEST_PLACE else f"…/{_digest(inner)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
