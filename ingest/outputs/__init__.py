"""Layouts turn a `Record` into a path and the bytes of a file. All functions are pure.

    layout        the interface of a layout   ← open this first
    hexo          posts for Hexo
    sites         posts for other site generators, and pages for a browser
    notes         notes in Markdown
    body          an entry's HTML, protected from Markdown and templates
    inert         text and addresses that are safe in themes
    naming        the author and the file name of a record
    names         the names of categories, tags and authors
    own_keys      keys that the user adds to the front matter
    pages         Hexo's names of pages
    pictures      the pictures of an entry, and local files in their place
    picture_place where a program has its pictures
    rights        excerpts and embargoes
    selection     the filters of an output
    source_line   the line with the author and a link to the original
    summary       the beginning of an entry's text
    text          text on one line, and quoted for YAML

`follow/files` writes the files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ingest.outputs.hexo import HexoLayout
from ingest.outputs.layout import NOTHING_APART, Layout, Names, Options
from ingest.outputs.notes import MarkdownLayout
from ingest.outputs.sites import SITE_LAYOUTS
from ingest.values import Record

__all__ = [
    "LAYOUTS",
    "NOTHING_APART",
    "SHORTER",
    "Layout",
    "Names",
    "Options",
    "is_at_home",
    "make_layout",
    "paths_for",
]

# If the file system refuses a path, its parts are shortened to these lengths in bytes.
SHORTER = (100, 60, 0)

# A new layout needs a module and its class here.
_LAYOUTS: tuple[type[Layout], ...] = (HexoLayout, *SITE_LAYOUTS, MarkdownLayout)
LAYOUTS: Mapping[str, type[Layout]] = {layout.name: layout for layout in _LAYOUTS}


def make_layout(name: str, options: Options) -> Layout:
    """Return the layout with this name."""
    return LAYOUTS[name](options)


def paths_for(layout: Layout, record: Record) -> Iterator[str]:
    """Yield the possible paths of a record, the preferred path first.

    The other paths are for a record whose preferred path belongs to another record, or is too long
    for the file system.
    """
    yield layout.path(record)
    yield layout.path(record, apart=True)
    for longest in SHORTER:
        yield layout.path(record, apart=True, longest=longest)


def is_at_home(layout: Layout, record: Record) -> bool:
    """Return whether a record has one of the paths that it could get if it were new."""
    return record.path is not None and record.path in paths_for(layout, record)
