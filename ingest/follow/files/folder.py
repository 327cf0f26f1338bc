"""Write, move and delete the files in the folder of an output, without the database.

An `OSError` is raised as an `ArchiveError`, which tells the user what to do.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import logging
import os
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from ingest.errors import ArchiveError, ArchiveFull
from ingest.files import has_room, sync, write_file
from ingest.follow.files.own_part import Present, digest_of, split

logger = logging.getLogger(__name__)

# Hexo, Hugo and Jekyll ignore files and folders whose names begin with a dot.
_UNFINISHED = ".guidang-unfinished"
# If somebody has changed a file, the changed version is kept under a name with this ending.
_OLD = ".guidang-old"
_LATER = "the entries are kept; when that is mended, run: guidang archive"
_ADVICE = {
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EFBIG: "the largest file size is reached",
    errno.EACCES: "no permission to write there",
}
# File systems raise these errors for a name that they do not allow. The record then gets a shorter
# name.
_BAD_NAME = frozenset({errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL})
_MOST_ASIDE = 1_000
# Only temporary files that are older than this are deleted. A newer file may belong to a process
# that is writing it.
_ABANDONED = timedelta(hours=1)


def is_bad_name(error: OSError) -> bool:
    """Return whether an error means that the file system does not allow the name."""
    return error.errno in _BAD_NAME


class Folder:
    """The files below `root`; paths are relative to it, with `/` between folders."""

    def __init__(self, root: Path) -> None:
        self.root = root
        # The token is random, because processes in different containers can have the same process
        # id.
        self._token = secrets.token_hex(8)

    def prepare(self, *, now: datetime) -> None:
        """Make the folder if it is missing, and delete unfinished files of killed runs."""
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
        """Make the folder for temporary files."""
        with self._explain_errors():
            (self.root / _UNFINISHED).mkdir(parents=True, exist_ok=True)

    def write_unfinished(self, name: str, content: bytes, at: datetime) -> str:
        """Write a temporary file; return its path."""
        unfinished = f"{self.root}/{_UNFINISHED}/{self._token}-{name}"
        with self._explain_errors():
            write_file(unfinished, content, at)
        return unfinished

    def make_parent(self, path: str) -> None:
        """Make the parent folder of a file.

        Raise `OSError`, or `ArchiveError` if a link leads out of the archive.
        """
        folder = Path(f"{self.root}/{path}").parent
        if not folder.resolve().is_relative_to(self.root.resolve()):
            raise ArchiveError(f"{folder} leads out of {self.root}; is a folder there a link?")
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, path: str) -> Present | None:
        """Return a file, or None if it does not exist; raise `OSError` if it cannot be read."""
        try:
            with open(f"{self.root}/{path}", "rb") as file:  # noqa: PTH123 - a Path costs as much
                return Present(file.read(), int(os.fstat(file.fileno()).st_mtime))
        except FileNotFoundError:
            return None

    def sync(self) -> None:
        """Flush all written files to the disk."""
        with self._explain_errors():
            sync(self.root)

    def move(self, unfinished: str, path: str) -> None:
        """Move a temporary file into place; raise `OSError` if that fails."""
        os.replace(unfinished, f"{self.root}/{path}")  # noqa: PTH105 - a Path costs as much

    def present(self, path: str) -> Present | None:
        """Return a file, or None if it does not exist; raise `ArchiveError` if that fails."""
        with self._explain_errors():
            return self.read(path)

    def write(self, path: str, content: bytes, at: datetime) -> None:
        """Write a single file completely or not at all."""
        with self._explain_errors():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            unfinished = target.with_name(f".{target.name}{_UNFINISHED}-{self._token}")
            write_file(str(unfinished), content, at)
            sync(target.parent)
            unfinished.replace(target)

    def remove(self, path: str, *, written: bytes | None) -> None:
        """Delete a file; if a user has changed it or has written an own part, rename it instead."""
        with self._explain_errors():
            present = self.read(path)
            if present is not None and (
                digest_of(present.content) != written or split(present.content)[1]
            ):
                self.put_aside(path)
            (self.root / path).unlink(missing_ok=True)
            self._delete_empty_folders(path)

    def put_aside(self, path: str) -> None:
        """Rename a file that somebody has changed; raise `OSError` if that fails."""
        names = (f"{path}{_OLD}{number}" for number in ("", *range(2, _MOST_ASIDE)))
        aside = next(name for name in names if not self.has_file(name))
        logger.warning("%s/%s was changed by somebody; that version is %s", self.root, path, aside)
        (self.root / path).rename(self.root / aside)

    def digest(self, path: str) -> bytes | None:
        """Return the SHA-256 of the part of a file that Guidang wrote; None if there is no file."""
        try:
            present = self.read(path)
            return None if present is None else digest_of(present.content)
        except OSError as error:
            if is_bad_name(error):
                return None
            raise self.explain(error) from error

    def has_file(self, path: str) -> bool:
        """Return whether a file exists; False if its name is too long for the file system."""
        return os.path.isfile(f"{self.root}/{path}")  # noqa: PTH113 - a Path raises there

    def records(self) -> Iterator[str]:
        """Yield the paths of all Markdown and HTML files, including foreign ones."""
        for folder, names, files in os.walk(self.root):
            names[:] = [name for name in names if not name.startswith((".", "_"))]
            for name in files:
                if name.endswith((".md", ".html")):
                    yield (Path(folder) / name).relative_to(self.root).as_posix()

    def delete(self, paths: Iterable[str]) -> None:
        """Delete files, their renamed versions, and empty folders; ignore missing files."""
        with self._explain_errors():
            for path in paths:
                for file in (path, *self.versions(path)):
                    (self.root / file).unlink(missing_ok=True)
                self._delete_empty_folders(path)

    def _delete_empty_folders(self, path: str) -> None:
        for folder in list(Path(path).parents)[:-1]:
            with contextlib.suppress(OSError):  # The folder is missing or not empty.
                (self.root / folder).rmdir()

    def versions(self, path: str) -> list[str]:
        """Return the paths of the renamed versions of a file, which are in the same folder."""
        parent, _, name = path.rpartition("/")
        beside = sorted((self.root / parent).glob(f"{glob.escape(name)}{_OLD}*"))
        return [file.relative_to(self.root).as_posix() for file in beside]

    @contextlib.contextmanager
    def _explain_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self.explain(error) from error

    def explain(self, error: OSError) -> ArchiveError:
        """Return an error that says what is wrong and what to do."""
        if error.errno == errno.ENOSPC:
            return self._full()
        if known := _ADVICE.get(error.errno or 0):
            return ArchiveError(f"{self.root}: {known}; {_LATER}")
        where = error.filename2 or error.filename or self.root
        return ArchiveError(f"{where}: {error.strerror or error}; {_LATER}")

    def _full(self) -> ArchiveFull:
        return ArchiveFull(f"{self.root}: the disk is full; {_LATER}")
