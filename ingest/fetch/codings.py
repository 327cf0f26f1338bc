"""Decode content codings with bounded memory: gzip, deflate, Brotli, Zstandard."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import brotli  # type: ignore[import-untyped]
import zstandard

# The largest number of bytes that a decoder returns at a time. It limits the memory that a
# decompression bomb needs.
_PIECE = 65536
# The zstd decoder has no limit on its output, and a block of 4 bytes can stand for 128 KiB. With
# input in pieces of this size, the output of one piece is at most 2 MiB.
_ZSTD_INPUT = 64
# RFC 9659: HTTP content must not need a window over 8 MiB.
_ZSTD_WINDOW = 8 << 20
# Real gzip files have few members. A hostile file could have a million empty members.
_MAX_MEMBERS = 4096


class Damaged(Exception):
    """The compressed data of a body is damaged or incomplete."""


class Decoder(Protocol):
    """A decoder of one coding for one body."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield the decoded bytes in small pieces; raise one of `ERRORS`."""

    @property
    def complete(self) -> bool:
        """Return whether the data is complete if it ends here."""


class _Gzip:
    """A decoder of gzip (RFC 1952): one or more members, then perhaps padding."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._members = 1

    def decode(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._member.eof:
                if not data.startswith(b"\x1f\x8b"[: len(data)]):
                    return
                self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
                self._members = _count_member(self._members)
            yield from _inflate(self._member, data)
            data = self._member.unused_data

    @property
    def complete(self) -> bool:
        return self._member.eof


class _Deflate:
    """A decoder of deflate: the zlib format (RFC 9110 section 8.4.1.2), or raw deflate.

    Many servers send raw deflate.
    """

    def __init__(self) -> None:
        self._head = b""
        self._inflater: zlib._Decompress | None = None

    def decode(self, data: bytes) -> Iterator[bytes]:
        if self._inflater is None:
            self._head += data
            if len(self._head) < 2:
                return
            data, self._head = self._head, b""
            wrapped = data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0
            self._inflater = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        yield from _inflate(self._inflater, data)

    @property
    def complete(self) -> bool:
        return self._inflater is not None and self._inflater.eof


def _inflate(inflater: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    while not inflater.eof:
        piece = inflater.decompress(data, _PIECE)
        data = inflater.unconsumed_tail
        if piece:
            yield piece
        elif not data:
            return


class _Brotli:
    """A decoder of Brotli (RFC 7932)."""

    def __init__(self) -> None:
        self._brotli: Any = brotli.Decompressor()

    def decode(self, data: bytes) -> Iterator[bytes]:
        # The decoder may still have output when it says that it can accept more data.
        while not self._brotli.is_finished():
            piece = self._brotli.process(data, output_buffer_limit=_PIECE)
            data = b""
            if piece:
                yield piece
            elif self._brotli.can_accept_more_data():
                return

    @property
    def complete(self) -> bool:
        return bool(self._brotli.is_finished())


class _Zstd:
    """A decoder of Zstandard (RFC 8878): one or more frames."""

    def __init__(self) -> None:
        self._format = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._frame = self._format.decompressobj()
        self._frames = 1

    def decode(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _ZSTD_INPUT):
            yield from self._decode_small(data[start : start + _ZSTD_INPUT])

    def _decode_small(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._frame.eof:
                self._frame = self._format.decompressobj()
                self._frames = _count_member(self._frames)
            yield from filter(None, [self._frame.decompress(data)])
            data = self._frame.unused_data if self._frame.eof else b""

    @property
    def complete(self) -> bool:
        return self._frame.eof


def _count_member(members: int) -> int:
    """Return the count of members plus one; raise `Damaged` over the limit."""
    if members == _MAX_MEMBERS:
        raise Damaged(f"compressed in more than {_MAX_MEMBERS} parts")
    return members + 1


ERRORS = (zlib.error, brotli.error, zstandard.ZstdError)

CODINGS: dict[str, Callable[[], Decoder]] = {
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstd,
}
