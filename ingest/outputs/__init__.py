"""Layouts turn a `Record` into a path and the bytes of a file. All functions are pure.

`follow/files` writes the files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ingest.config import ArchiveConfig
from ingest.outputs.hexo import NOTHING_APART, HexoLayout, Names
from ingest.values import Record

# If the file system refuses a path, its parts are shortened to these lengths in bytes.
SHORTER = (100, 60, 0)


class Layout(Protocol):
    """A file format for records."""

    name: str
    form: int
    """The version of the format. Increase it if `render` returns other bytes than before, so that
    all records are rendered again."""

    def path(self, record: Record, *, apart: bool = False, longest: int | None = None) -> str:
        """Return the path of the record's file below the archive, with `/` between folders.

        With `apart`, the path differs from those of all other feeds. `longest` is the most bytes
        that each part may have; with 0, all optional fields are left out.
        """

    def names(
        self, record: Record, written: Names, *, guess: bool = False
    ) -> Iterator[tuple[str, str]]:
        """Yield the categories and tags of a record, each with the place of its page.

        The place of a category depends on the spelling of its parent in `written`. If the parent
        has no spelling, the category is left out; with `guess`, the parent's own name is used.
        """

    def render(self, record: Record, names: Names = NOTHING_APART) -> bytes:
        """Return the bytes of the file, with categories and tags spelled as in `names`."""


def make_layout(config: ArchiveConfig) -> Layout:
    """Return the layout that the configuration names."""
    return {"hexo": HexoLayout}[config.layout](config)


def paths_for(layout: Layout, record: Record) -> Iterator[str]:
    """Yield the possible paths of a record, the preferred one first.

    The other paths are for a record whose preferred path belongs to another record, or is too long
    for the file system.
    """
    yield layout.path(record)
    yield layout.path(record, apart=True)
    for longest in SHORTER:
        yield layout.path(record, apart=True, longest=longest)


def is_at_home(layout: Layout, record: Record) -> bool:
    """Return whether a new record could get the path of this record."""
    return record.path is not None and record.path in paths_for(layout, record)
