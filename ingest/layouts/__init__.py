"""How an entry becomes a file: each layout turns a `Record` into a path and bytes.

A layout is a pure function of the record and the archive's settings; `archive` does the writing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from ingest.config import ArchiveConfig
from ingest.layouts.hexo import NOTHING_APART, HexoLayout, Names
from ingest.values import Record


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

    def names(self, record: Record, written: Names) -> Iterator[tuple[str, str]]:
        """Categories and tags by the place of their pages, each with how it would be written.

        A category's place depends on how its parent is written: none is given below one that
        `written` has not.
        """

    def render(self, record: Record, names: Names = NOTHING_APART) -> bytes:
        """Write the record, its categories and tags as `names` say; the same, the same bytes."""


def make_layout(config: ArchiveConfig) -> Layout:
    """The layout that the configuration names."""
    return {"hexo": HexoLayout}[config.layout](config)
