"""Compute the folder of the page that Hexo makes for each category, below its parent's folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from ingest.outputs.layout import Names
from ingest.outputs.pages import page_of

_LONGEST_PLACE = 1_000  # bytes; PostgreSQL allows 2,700 bytes for all columns of an index entry


def category_places(
    categories: Iterable[str], written: Names, *, guess: bool = False
) -> Iterator[tuple[str, str]]:
    """Yield pairs: the folder of a category's page, and the category.

    `categories` is a path of categories, the broadest first. The folder depends on the spelling of
    the parent category in `written`. If `written` lacks the parent, the category is left out; with
    `guess`, the parent's own name is used as its spelling.
    """
    place = "categories"
    for name in categories:
        yield place, name
        if not guess and (place, name) not in written:
            return
        place = _below(place, written.get((place, name), name))


def _below(place: str, category: str) -> str:
    """Return the folder of a category's children, or a digest if no index can hold the folder."""
    inner = f"{place}/{page_of(category)}"
    return inner if len(inner.encode()) < _LONGEST_PLACE else f"…/{_digest(inner)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
