"""Files, and members of zip and tar files, open for reading from any place."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
import tempfile
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

from ingest.sources.past.packed import ZIPS, ChangedError, Member, decompressed

_BLOCK = 1 << 20
_LARGEST_IN_HEADER = 8 << 30  # a larger size is noted elsewhere
_LARGEST_RATIO = 100  # what a member may grow to in a temporary file


class Opened:
    """The file that is being read stays open: its next piece, or member, is behind the last one."""

    def __init__(self) -> None:
        self._packed, self._member = ExitStack(), ExitStack()
        self._path: Path | None = None
        self._file: zipfile.ZipFile | BinaryIO | None = None
        self._named: tuple[Path, Member | None, str] | None = None
        self._stream: BinaryIO | None = None

    def stream(self, path: Path, member: Member | None) -> BinaryIO:
        """The bytes of a file or member, compression undone, to be read from any place."""
        named = (path, member, "unpacked")
        if self._stream is None or self._named != named:
            self._member.close()
            self._stream = decompressed(self._bytes_of(path, member), self._member)
            self._named = named
        return self._stream

    def packed(self, path: Path, member: Member | None) -> BinaryIO:
        """The bytes of a file or member as they are, to be read from any place.

        A member that cannot be read from any place is copied into a temporary file first.
        Raise `ValueError` for one that would be much larger there than in its packed file.
        """
        named = (path, member, "packed")
        if self._stream is None or self._named != named:
            self._member.close()
            self._stream = self._member.enter_context(self._as_they_are(path, member))
            self._named = named
        return self._stream

    def _as_they_are(self, path: Path, member: Member | None) -> BinaryIO:
        stream = self._bytes_of(path, member)
        if member is None:
            return stream
        if isinstance(self._file, zipfile.ZipFile):
            info = _in_zip_again(self._file, member)
            if info.file_size > _LARGEST_RATIO * max(info.compress_size, _BLOCK):
                raise ValueError("it is packed so tightly that it may be a bomb; unpack it first")
        copy = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - closed with the member
        with stream:
            shutil.copyfileobj(stream, copy, _BLOCK)
        return copy

    def _bytes_of(self, path: Path, member: Member | None) -> BinaryIO:
        if member is None:
            return path.open("rb")
        if self._path != path or self._file is None:
            self._packed.close()
            is_zip = path.name.lower().endswith(ZIPS)
            self._file = (
                self._packed.enter_context(zipfile.ZipFile(path))
                if is_zip
                else decompressed(path.open("rb"), self._packed)
            )
            self._path = path
        if isinstance(self._file, zipfile.ZipFile):
            return cast("BinaryIO", self._file.open(_in_zip_again(self._file, member)))
        _refuse_changed_tar(self._file, member)
        return cast("BinaryIO", io.BufferedReader(_Part(self._file, member)))

    def close(self) -> None:
        """Close what is open."""
        self._member.close()
        self._packed.close()
        self._path = self._file = self._named = self._stream = None


def _in_zip_again(packed: zipfile.ZipFile, member: Member) -> zipfile.ZipInfo:
    """Find a member that was listed; raise `ChangedError` if it is not there any more."""
    listed = packed.infolist()
    if member.number is None:  # it was listed before members had numbers
        found = packed.NameToInfo.get(member.name)
    else:
        found = next(iter(listed[member.number : member.number + 1]), None)
    if found is None or found.filename != member.name:
        raise ChangedError("the packed file has changed since the run began")
    return found


def _refuse_changed_tar(stream: BinaryIO, member: Member) -> None:
    """Raise `ChangedError` where the header before a place is not that of its member."""
    stream.seek(max((member.offset or 0) - tarfile.BLOCKSIZE, 0))
    header = stream.read(tarfile.BLOCKSIZE)
    try:
        size = tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape").size
    except tarfile.TarError:
        size = None
    has_room = (member.size or 0) < _LARGEST_IN_HEADER
    if size is None or (has_room and size != member.size):
        raise ChangedError("the packed file has changed since the run began")


class _Part(io.RawIOBase):
    """A member's bytes within those of its tar."""

    def __init__(self, whole: BinaryIO, member: Member) -> None:
        self._whole, self._offset, self._size = whole, member.offset or 0, member.size or 0
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._whole.seek(self._offset + self._at)
        piece = self._whole.read(min(len(buffer), max(self._size - self._at, 0)))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
