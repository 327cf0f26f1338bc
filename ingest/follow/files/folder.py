"""The folder's files: written beside their place, moved there, deleted; knows no database.

An `OSError` becomes an `ArchiveError`, which says what to do.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from ingest.errors import ArchiveError, ArchiveFull
from ingest.files import has_room, is_there, sync, write_file

# Leading dot: Hexo, Hugo and Jekyll pass over it.
_UNFINISHED = ".guidang-unfinished"
_LATER = "the entries are kept; when that is mended, run: guidang archive"
_ADVICE = {
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EFBIG: "the largest file size is reached",
    errno.EACCES: "no permission to write there",
}
# What a file system says of a name that it takes from nobody; then a shorter one is given.
_BAD_NAME = frozenset({errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL})
# Another process may be at work there; no file takes it an hour.
_ABANDONED = timedelta(hours=1)


def is_bad_name(error: OSError) -> bool:
    """Whether no file can have this name here."""
    return error.errno in _BAD_NAME


class Folder:
    """The files below `root`; paths are relative to it, with `/` between folders."""

    def __init__(self, root: Path) -> None:
        self.root = root
        # Nobody else who writes here has files of this name, in whatever container they are.
        self._token = secrets.token_hex(8)

    def prepare(self, *, now: datetime) -> None:
        """Make the folder if need be, and clear what a killed run left unfinished."""
        old = (now - _ABANDONED).timestamp()
        with self._explain_errors():
            self.root.mkdir(parents=True, exist_ok=True)
            unfinished = self.root / _UNFINISHED
            for left in unfinished.iterdir() if unfinished.is_dir() else ():
                if left.stat().st_ctime < old:
                    left.unlink(missing_ok=True)

    def check_room(self) -> None:
        """Raise `ArchiveFull` if nothing can be written to the folder's disk."""
        if not has_room(self.root):
            raise self._full()

    def make_unfinished(self) -> None:
        """Make the folder in which files are written before they are moved to their places."""
        with self._explain_errors():
            (self.root / _UNFINISHED).mkdir(parents=True, exist_ok=True)

    def write_unfinished(self, name: str, content: bytes, at: datetime) -> str:
        """Write a file beside its place; return where it is."""
        unfinished = f"{self.root}/{_UNFINISHED}/{self._token}-{name}"
        with self._explain_errors():
            write_file(unfinished, content, at)
        return unfinished

    def make_parent(self, path: str) -> None:
        """Make the folder that a file is to lie in; raise `OSError` as well."""
        folder = Path(f"{self.root}/{path}").parent
        if not folder.resolve().is_relative_to(self.root.resolve()):
            raise ArchiveError(f"{folder} leads out of {self.root}; is a folder there a link?")
        folder.mkdir(parents=True, exist_ok=True)

    def holds(self, path: str, content: bytes, at: datetime) -> bool:
        """Whether a file is there, has this content and is as old; raise `OSError`."""
        return is_there(f"{self.root}/{path}", content, at)

    def sync(self) -> None:
        """Return when the disk has all that was written."""
        with self._explain_errors():
            sync(self.root)

    def move(self, unfinished: str, path: str) -> None:
        """Move a file to its place; raise `OSError`."""
        os.replace(unfinished, f"{self.root}/{path}")  # noqa: PTH105 - a Path costs as much

    def digest(self, path: str) -> bytes | None:
        """The SHA-256 of a file; None if there is none."""
        try:
            return hashlib.sha256((self.root / path).read_bytes()).digest()
        except FileNotFoundError:
            return None
        except OSError as error:
            if is_bad_name(error):
                return None
            raise self.explain(error) from error

    def has_file(self, path: str) -> bool:
        """Whether a file is there; none has a name that is too long."""
        return os.path.isfile(f"{self.root}/{path}")  # noqa: PTH113 - a Path raises there

    def records(self) -> Iterator[str]:
        """The records that lie in the folder, whoever put them there."""
        for folder, names, files in os.walk(self.root):
            names[:] = [name for name in names if not name.startswith((".", "_"))]
            for name in files:
                if name.endswith((".md", ".html")):
                    yield (Path(folder) / name).relative_to(self.root).as_posix()

    def delete(self, paths: Iterable[str]) -> None:
        """Delete files, and folders left empty; what is gone already is fine."""
        with self._explain_errors():
            for path in paths:
                (self.root / path).unlink(missing_ok=True)
                for folder in list(Path(path).parents)[:-1]:
                    with contextlib.suppress(OSError):  # not empty, or gone: both are fine
                        (self.root / folder).rmdir()

    @contextlib.contextmanager
    def _explain_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self.explain(error) from error

    def explain(self, error: OSError) -> ArchiveError:
        """Say what is wrong, and what to do."""
        if error.errno == errno.ENOSPC:
            return self._full()
        if known := _ADVICE.get(error.errno or 0):
            return ArchiveError(f"{self.root}: {known}; {_LATER}")
        where = error.filename2 or error.filename or self.root
        return ArchiveError(f"{where}: {error.strerror or error}; {_LATER}")

    def _full(self) -> ArchiveFull:
        return ArchiveFull(f"{self.root}: the disk is full; {_LATER}")
