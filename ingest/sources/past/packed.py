"""Packed files, zip and tar, compressed or not: what is in them, some members at a time.

A tar is never taken in as a whole: a member is known by where its bytes are.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from ingest.sources.past.names import shown

ZIPS = (".zip", ".wacz")
TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_AT_ONCE = 1000  # members
_BLOCK = 1 << 20
# RuntimeError and NotImplementedError: a member of a zip that is encrypted, or in an odd coding.
DAMAGED = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    tarfile.TarError,
    RuntimeError,
    ValueError,
)


class ChangedError(ValueError):
    """A file is another than it was when it was looked through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file in a packed file: in a tar `size` bytes at `offset`, in a zip the one of a `number`.

    In a zip, one that `is_replaced` is followed by another of the same name.
    """

    name: str
    number: int | None = None
    is_replaced: bool | None = None
    offset: int | None = None
    size: int | None = None


def is_packed(name: str) -> bool:
    """Whether a file is packed, by its name."""
    return name.lower().endswith((*ZIPS, *TARS))


def members(path: Path, at: int = 0) -> tuple[list[Member], int | None]:
    """The next members of a packed file, and where to go on; hidden files are left out.

    `at` is 0 or what was returned before. Raise one of `DAMAGED` for one that is damaged
    there; with damage further on, return what was read and the offset of the damage.
    """
    listed = _in_zip if path.name.lower().endswith(ZIPS) else _in_tar
    taken: list[Member] = []
    with ExitStack() as stack:
        for number, (place, member) in enumerate(listed(path, at, stack)):
            if member is None or number == _AT_ONCE:
                return taken, place
            if not _is_hidden(member.name):
                taken.append(member)
    return taken, None


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") and part not in {".", ".."} for part in name.split("/"))


def _in_zip(path: Path, at: int, stack: ExitStack) -> Iterator[tuple[int, Member]]:
    packed = stack.enter_context(zipfile.ZipFile(path))
    for number, one in enumerate(packed.infolist()[at:], at):
        if not one.is_dir():
            is_last = packed.getinfo(one.filename) is one
            yield number, Member(name=one.filename, number=number, is_replaced=not is_last or None)


def _in_tar(path: Path, at: int, stack: ExitStack) -> Iterator[tuple[int, Member | None]]:
    """The members from a place on, and None where the rest cannot be read."""
    stream = decompressed(path.open("rb"), stack)
    stream.seek(at)
    # Without its list of members, which would hold all of them.
    packed = stack.enter_context(tarfile.TarFile(fileobj=stream, mode="r"))
    place = at
    while True:
        try:
            one = _next_in_tar(packed, stream)
        except DAMAGED:
            if place == at:
                raise
            yield place, None
            return
        if one is None:
            return
        if one.isreg() and not one.issparse():
            member = Member(name=shown(one.name), offset=one.offset_data, size=one.size)
            yield one.offset, member
        place = packed.offset


def _next_in_tar(packed: tarfile.TarFile, stream: BinaryIO) -> tarfile.TarInfo | None:
    """The next member, None at the end; a damaged one is no end, as it is to tarfile."""
    one = packed.next()
    packed.members = []  # type: ignore[attr-defined]
    if one is None:
        stream.seek(packed.offset)
        if stream.read(tarfile.BLOCKSIZE).strip(b"\0"):
            raise tarfile.ReadError("it is damaged")
        while stream.read(_BLOCK):  # to where a compressed one has its checksum
            pass
    return one


def decompressed(stream: BinaryIO, stack: ExitStack) -> BinaryIO:
    """The bytes of a stream, compression undone; what is opened, the stack closes."""
    stack.enter_context(stream)
    start = stream.read(6)
    stream.seek(0)
    if start.startswith(b"\x1f\x8b"):
        return cast("BinaryIO", stack.enter_context(gzip.open(stream)))
    if start.startswith(b"BZh"):
        return cast("BinaryIO", stack.enter_context(bz2.open(stream)))
    if start == b"\xfd7zXZ\0":
        return cast("BinaryIO", stack.enter_context(lzma.open(stream)))
    return stream
