"""How an entry becomes a file: each layout turns a `Record` into a path and bytes.

A layout is a pure function of the record and the archive's settings; `follow/files` writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ingest.config import ArchiveConfig
from ingest.outputs.hexo import NOTHING_APART, HexoLayout, Names
from ingest.values import Record

# How long the parts of a path may be where the file system takes no longer ones.
SHORTER = (100, 60, 0)


class Layout(Protocol):
    """A form of file."""

    name: str
    form: int
    """Raised whenever one record gives other bytes than before, so that all are rendered again."""

    def path(self, record: Record, *, apart: bool = False, longest: int | None = None) -> str:
        """Name the record's file below the archive's folder, with `/` between folders.

        With `apart` no entry of another feed can have it. `longest` is how many bytes each part
        may have; with 0 it has only what it cannot do without.
        """

    def names(
        self, record: Record, written: Names, *, guess: bool = False
    ) -> Iterator[tuple[str, str]]:
        """Categories and tags by the place of their pages, each with how it would be written.

        A category's place depends on how its parent is written: none is given below one that
        `written` has not, unless with `guess`, which takes that as it is.
        """

    def render(self, record: Record, names: Names = NOTHING_APART) -> bytes:
        """Write the record, its categories and tags as `names` say; the same, the same bytes."""


def make_layout(config: ArchiveConfig) -> Layout:
    """The layout that the configuration names."""
    return {"hexo": HexoLayout}[config.layout](config)


def paths_for(layout: Layout, record: Record) -> Iterator[str]:
    """The paths that a record may have, the wanted one first.

    The others are for one whose path is another record's already, or is too long for the disk.
    """
    yield layout.path(record)
    yield layout.path(record, apart=True)
    for longest in SHORTER:
        yield layout.path(record, apart=True, longest=longest)


def is_at_home(layout: Layout, record: Record) -> bool:
    """Whether a record has a path that it would be given today."""
    return record.path is not None and record.path in paths_for(layout, record)
