"""The files below folders, and the lists of feeds (OPML) among them."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.sources.past import names
from ingest.sources.past.open_files import OpenFiles
from ingest.sources.past.packed import DAMAGED, Member, is_packed, members

LIST = re.compile(rb"<opml[\s>]", re.IGNORECASE)
HEAD = 1000  # A list contains `<opml>` within this many bytes.
_LARGEST_LIST = 16 << 20


def files_below(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the given files, and the files below the given folders in the order of their paths.

    Hidden files are left out. Unreadable folders and links to folders are yielded too, so that
    the caller can name them in an error.
    """
    for path in paths:
        if path.is_dir():
            yield from sorted(_below(path))
        else:
            yield path


def _below(folder: Path) -> Iterator[Path]:
    errors: list[OSError] = []
    for at, folders, files in os.walk(folder, onerror=errors.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if Path(at, name).is_symlink()]
        yield from (Path(at, name) for name in [*files, *links] if not name.startswith("."))
    yield from (Path(error.filename) for error in errors)


def lists_below(paths: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the lists of feeds (OPML) among files, also in zip and tar files.

    Unreadable files are left out here, because the run reports them when it reads documents.
    """
    opened = OpenFiles()
    with contextlib.closing(opened):
        for path in files_below(paths):
            with contextlib.suppress(*DAMAGED):
                refuse_other_than_file(path)
                for member in _all_members(path):
                    if _is_named_list(member.name if member else path.name):
                        stream = opened.stream(path, member)
                        stream.seek(0)
                        body = stream.read(_LARGEST_LIST)
                        if LIST.search(body[:HEAD]):
                            yield member.name if member else names.display_name(str(path)), body


def refuse_other_than_file(path: Path) -> None:
    """Raise `ValueError` or `OSError` if a path is not a regular file.

    Reading a pipe, for example, might never end.
    """
    if path.is_file():
        return
    if path.is_symlink():
        what = "a folder, which is not followed" if path.is_dir() else "nothing"
        raise ValueError(f"it is a link to {what}")
    path.stat()
    raise ValueError("it is no file")


def _all_members(path: Path) -> Iterator[Member | None]:
    if not is_packed(path.name):
        yield None
        return
    at: int | None = 0
    while at is not None:
        found, at = members(path, at)
        yield from found


def _is_named_list(name: str) -> bool:
    return name.lower().endswith((".opml", ".xml"))
