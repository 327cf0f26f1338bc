"""Whether files that were written are still where they were, or a disk is not mounted."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

# The front matter of every record has it, in its first lines.
_MARK = b"\nsource_feed: "
_FRONT_MATTER = 16_384  # bytes in which it ends
_RECORDS = (".md", ".html")


def has_records(root: Path) -> bool:
    """Whether a folder holds a record that Guidang wrote; those of a blog's author are none."""
    return any(map(_is_record, _files(root)))


def _files(root: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if not name.startswith(".")]
        yield from (Path(folder) / name for name in files if name.endswith(_RECORDS))


def _is_record(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_FRONT_MATTER).replace(b"\r\n", b"\n")  # as Git has it on Windows
    except OSError:  # nobody can tell; then it is not ours to ask about
        return False
    front_matter, _, _ = head.removeprefix(b"---\n").partition(b"\n---\n")
    return head.startswith(b"---\n") and _MARK in front_matter


class Presence:
    """Whether files below a folder are still there; the one that was found last is asked first."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._found: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether the file that was found last is still there: then nobody need be asked."""
        return self._found is not None and self._is_there(self._found)

    def are_all_gone(self, paths: Iterable[str]) -> bool:
        """Whether none of these files is left; where there are no paths, nothing is gone."""
        has_any = False
        for path in paths:
            if self._is_there(path):
                self._found = path
                return False
            has_any = True
        return has_any

    def _is_there(self, path: str) -> bool:
        return os.path.lexists(f"{self._root}/{path}")
