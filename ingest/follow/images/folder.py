"""The files of kept pictures, each named after the SHA-256 of its bytes."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from ingest.errors import ArchiveError, ArchiveFull
from ingest.files import has_room, sync, write_file
from ingest.reading.images.kinds import file_name

_UNFINISHED = ".guidang-unfinished"
_ABANDONED = timedelta(hours=1)  # a younger unfinished file may belong to another process


class ImageFolder:
    """The folder of kept pictures; an `OSError` is raised as `ArchiveError` with advice."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._token = secrets.token_hex(8)

    def prepare(self, *, now: datetime) -> None:
        """Make the folder if it is missing, and delete unfinished files of killed processes."""
        unfinished = self.root / _UNFINISHED
        with self._explain_errors():
            for left in unfinished.glob("*"):
                if left.stat().st_ctime < (now - _ABANDONED).timestamp():
                    left.unlink(missing_ok=True)
            if not has_room(self.root):
                raise self._full()
            unfinished.mkdir(parents=True, exist_ok=True)

    def problem(self, kept: Sequence[tuple[bytes, str]]) -> str | None:
        """Return an error text if all of these files are gone, given by digest and type."""
        if not kept or any(self.has(file_name(*one)) for one in kept):
            return None
        return (
            f"{self.root} has none of the pictures that were kept there: is its disk mounted? "
            "To fetch them again: guidang images fetch --missing"
        )

    def write_unfinished(self, body: bytes, *, at: datetime) -> str:
        """Write a picture under a temporary name; return the path of this file."""
        path = f"{self.root}/{_UNFINISHED}/{self._token}-{secrets.token_hex(8)}"
        with self._explain_errors():
            write_file(path, body, at)
        return path

    def put(self, pictures: Iterable[tuple[str, str]]) -> None:
        """Flush temporary files to the disk, then move them to their names.

        `pictures` has the path of each temporary file, and its name.
        """
        pictures = list(pictures)
        with self._explain_errors():
            if pictures:
                sync(self.root)
            for unfinished, name in pictures:
                (self.root / name).parent.mkdir(exist_ok=True)
                Path(unfinished).replace(self.root / name)

    def has(self, name: str, *, size: int | None = None) -> bool:
        """Return whether a picture is there, with this size if `size` is given."""
        with self._explain_errors():
            try:
                found = os.stat(f"{self.root}/{name}")  # noqa: PTH116 - a Path costs as much
            except (FileNotFoundError, NotADirectoryError):
                return False
        return size is None or found.st_size == size

    def is_whole(self, name: str) -> bool:
        """Return whether a picture has the bytes that its name says."""
        with self._explain_errors():
            content = (self.root / name).read_bytes()
        return sha256(content).hexdigest() == Path(name).stem

    def names(self) -> Iterator[str]:
        """Yield the names of all pictures in the folder; files of others are left out."""
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            for file in sorted(folder.iterdir()):
                if len(file.stem) == sha256().digest_size * 2 and file.stem.startswith(folder.name):
                    yield f"{folder.name}/{file.name}"

    def delete(self, names: Iterable[str]) -> None:
        """Delete pictures and empty folders; ignore missing files."""
        with self._explain_errors():
            for name in names:
                (self.root / name).unlink(missing_ok=True)
                with contextlib.suppress(OSError):  # The folder is missing or not empty.
                    (self.root / name).parent.rmdir()

    @contextlib.contextmanager
    def _explain_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise self._full() from error
            where = error.filename2 or error.filename or self.root
            raise ArchiveError(f"{where}: {error.strerror or error}") from error

    def _full(self) -> ArchiveFull:
        return ArchiveFull(f"{self.root}: the disk is full; no pictures are kept until it has room")
