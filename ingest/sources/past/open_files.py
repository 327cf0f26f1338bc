"""Open files, and members of zip and tar files, as seekable streams."""

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

from ingest.sources.past.packed import ZIPS, ChangedError, Member, decompress

_BLOCK = 1 << 20
_LARGEST_IN_HEADER = 8 << 30  # bytes; a tar header cannot store a larger size
_LARGEST_RATIO = 100  # the highest allowed ratio of unpacked size to packed size


class OpenFiles:
    """A cache that keeps the last file open, because it is usually read again next."""

    def __init__(self) -> None:
        self._packed, self._member = ExitStack(), ExitStack()
        self._path: Path | None = None
        self._file: zipfile.ZipFile | BinaryIO | None = None
        self._named: tuple[Path, Member | None, str] | None = None
        self._stream: BinaryIO | None = None

    def stream(self, path: Path, member: Member | None) -> BinaryIO:
        """Return a seekable stream of the decompressed bytes of a file or member."""
        named = (path, member, "unpacked")
        if self._stream is None or self._named != named:
            self._member.close()
            self._stream = decompress(self._open(path, member), self._member)
            self._named = named
        return self._stream

    def raw(self, path: Path, member: Member | None) -> BinaryIO:
        """Return a seekable stream of the bytes of a file or member, still compressed.

        A member is unpacked into a temporary file. Raise `ValueError` if it is compressed so much
        that it may be a zip bomb.
        """
        named = (path, member, "raw")
        if self._stream is None or self._named != named:
            self._member.close()
            self._stream = self._member.enter_context(self._open_raw(path, member))
            self._named = named
        return self._stream

    def _open_raw(self, path: Path, member: Member | None) -> BinaryIO:
        stream = self._open(path, member)
        if member is None:
            return stream
        if isinstance(self._file, zipfile.ZipFile):
            info = _find_in_zip(self._file, member)
            if info.file_size > _LARGEST_RATIO * max(info.compress_size, _BLOCK):
                raise ValueError("it is packed so tightly that it may be a bomb; unpack it first")
        copy = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - closed with the member
        with stream:
            shutil.copyfileobj(stream, copy, _BLOCK)
        return copy

    def _open(self, path: Path, member: Member | None) -> BinaryIO:
        if member is None:
            return path.open("rb")
        if self._path != path or self._file is None:
            self._packed.close()
            is_zip = path.name.lower().endswith(ZIPS)
            self._file = (
                self._packed.enter_context(zipfile.ZipFile(path))
                if is_zip
                else decompress(path.open("rb"), self._packed)
            )
            self._path = path
        if isinstance(self._file, zipfile.ZipFile):
            return cast("BinaryIO", self._file.open(_find_in_zip(self._file, member)))
        _refuse_changed_tar(self._file, member)
        return cast("BinaryIO", io.BufferedReader(_Part(self._file, member)))

    def close(self) -> None:
        """Close the open file and member."""
        self._member.close()
        self._packed.close()
        self._path = self._file = self._named = self._stream = None


def _find_in_zip(packed: zipfile.ZipFile, member: Member) -> zipfile.ZipInfo:
    """Return the entry of a member in its zip file; raise `ChangedError` if it is not there."""
    listed = packed.infolist()
    if member.number is None:  # planned by an early version, which stored no numbers
        found = packed.NameToInfo.get(member.name)
    else:
        found = next(iter(listed[member.number : member.number + 1]), None)
    if found is None or found.filename != member.name:
        raise ChangedError("the packed file has changed since the run began")
    return found


def _refuse_changed_tar(stream: BinaryIO, member: Member) -> None:
    """Raise `ChangedError` if the tar header before a member's bytes does not fit the member."""
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
    """A member of a tar file as a seekable stream."""

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
