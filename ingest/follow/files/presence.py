"""Check whether written records still exist; if all are gone, a disk may not be mounted."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple


class _Form(NamedTuple):
    """The bytes by which records in one format are recognised.

    `begin` is at the start of the file, `end` is at the end of the front matter, and `line` is
    between them.
    """

    begin: bytes
    end: bytes
    line: bytes


_FORMS = (
    _Form(b"---\n", b"\n---\n", b"\nsource_feed: "),
    _Form(b"<!--\n", b"\n-->\n", b"\n.. source_feed: "),  # Nikola
    _Form(b"<!DOCTYPE html>\n", b"\n</head>", b'\n<meta name="source_feed" content="'),
    _Form(b"", b"\n\n", b"\nsource_feed:"),  # Pelican, Logseq
)
_FRONT_MATTER = 16_384  # bytes; no front matter is longer
_RECORDS = (".md", ".html")


def has_records(root: Path) -> bool:
    """Return whether a folder has a record written by Guidang, not by a blog's author."""
    return any(map(_is_record, _files(root)))


def _files(root: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if not name.startswith(".")]
        yield from (Path(folder) / name for name in files if name.endswith(_RECORDS))


def _is_record(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            # On Windows, Git may have changed LF to CRLF.
            head = file.read(_FRONT_MATTER).replace(b"\r\n", b"\n")
    except OSError:  # An unreadable file does not count as a record.
        return False
    return any(_is_in_head(head, form) for form in _FORMS)


def _is_in_head(content: bytes, form: _Form) -> bool:
    if not content.startswith(form.begin):
        return False
    return form.line in content.removeprefix(form.begin).partition(form.end)[0]


class Presence:
    """A check whether files below a folder still exist; it remembers a file that it found."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._found: str | None = None

    @property
    def is_known(self) -> bool:
        """Return whether the file that was found last still exists."""
        return self._found is not None and self._is_there(self._found)

    def are_all_gone(self, paths: Iterable[str]) -> bool:
        """Return whether none of these files exists; return False if `paths` is empty."""
        has_any = False
        for path in paths:
            if self._is_there(path):
                self._found = path
                return False
            has_any = True
        return has_any

    def _is_there(self, path: str) -> bool:
        return os.path.lexists(f"{self._root}/{path}")
