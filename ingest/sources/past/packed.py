"""List the members of packed files, which are zip or tar files, some members at a time.

A tar file is never held in memory. Its members are identified by the offset of their bytes.
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

from ingest.sources.past.names import display_name

ZIPS = (".zip", ".wacz")
TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
_AT_ONCE = 1000  # members that one call returns at most
_BLOCK = 1 << 20
# RuntimeError means that a member of a zip file is encrypted, or compressed by an unsupported
# method.
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
    """Raised if a file has changed since its members were listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file in a packed file.

    In a tar file, it has `size` bytes at `offset`. In a zip file, `number` is the index of its
    entry, and `is_replaced` is true if a later entry has the same name.
    """

    name: str
    number: int | None = None
    is_replaced: bool | None = None
    offset: int | None = None
    size: int | None = None


def is_packed(name: str) -> bool:
    """Return whether a file's name has the ending of a zip or tar file."""
    return name.lower().endswith((*ZIPS, *TARS))


def members(path: Path, at: int = 0) -> tuple[list[Member], int | None]:
    """Return the next members of a packed file, and the position of the members after them.

    Hidden files are left out. `at` is 0, or the position that the previous call returned. The
    position is None at the end. If the file is damaged at `at`, raise one of `DAMAGED`. If it is
    damaged later, return the members before the damage, and the position of the damage.
    """
    list_members = _in_zip if path.name.lower().endswith(ZIPS) else _in_tar
    found: list[Member] = []
    with ExitStack() as stack:
        for number, (place, member) in enumerate(list_members(path, at, stack)):
            if member is None or number == _AT_ONCE:
                return found, place
            if not _is_hidden(member.name):
                found.append(member)
    return found, None


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") and part not in {".", ".."} for part in name.split("/"))


def _in_zip(path: Path, at: int, stack: ExitStack) -> Iterator[tuple[int, Member]]:
    packed = stack.enter_context(zipfile.ZipFile(path))
    for number, one in enumerate(packed.infolist()[at:], at):
        if not one.is_dir():
            is_last = packed.getinfo(one.filename) is one
            yield number, Member(name=one.filename, number=number, is_replaced=not is_last or None)


def _in_tar(path: Path, at: int, stack: ExitStack) -> Iterator[tuple[int, Member | None]]:
    """Yield offset and member, beginning at offset `at`; the member is None where damage begins."""
    stream = decompress(path.open("rb"), stack)
    stream.seek(at)
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
            member = Member(name=display_name(one.name), offset=one.offset_data, size=one.size)
            yield one.offset, member
        place = packed.offset


def _next_in_tar(packed: tarfile.TarFile, stream: BinaryIO) -> tarfile.TarInfo | None:
    """Return the next member, or None at the end of the file.

    Raise `tarfile.ReadError` for a damaged header, which `TarFile.next` treats as the end.
    """
    one = packed.next()
    # `TarFile` appends each member to this list, which would grow without bound.
    packed.members = []  # type: ignore[attr-defined]
    if one is None:
        stream.seek(packed.offset)
        if stream.read(tarfile.BLOCKSIZE).strip(b"\0"):
            raise tarfile.ReadError("it is damaged")
        while stream.read(_BLOCK):
            # A compressed file has its checksum at the end. Reading to the end verifies it.
            pass
    return one


def decompress(stream: BinaryIO, stack: ExitStack) -> BinaryIO:
    """Return a stream of the decompressed bytes; `stack` closes both streams."""
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
