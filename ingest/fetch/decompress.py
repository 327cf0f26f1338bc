"""Content codings undone as the bytes come in, in memory and time bounded by the cap.

Labels are not believed over bytes: a body that is not in the coding it is labelled with comes
out as it is, and a gzip file is unpacked with or without a label (feeds are served as
`feed.xml.gz`; no feed or page begins like a gzip file).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import Any, Protocol

import brotli  # type: ignore[import-untyped]
import zstandard

# How much a decoder may give at a time: it bounds what a bomb costs beyond the cap.
_PIECE = 65536
# A zstd block of 4 bytes can stand for 128 KiB, and its decoder knows no limit, so it is fed
# by the spoon: 2 MiB at the most come out of one.
_ZSTD_SPOON = 64
# RFC 9659: a window over 8 MiB is not for HTTP.
_ZSTD_WINDOW = 8 << 20
# Nobody compresses a body more than twice; a header can name a thousand codings.
_MAX_CODINGS = 3
# Nobody writes more parts into one file; a million empty ones fit into a feed's size.
_MAX_MEMBERS = 4096


class Overflow(Exception):
    """A body is larger than its cap."""


class Damaged(Exception):
    """A body began in its coding and then went wrong, or ended too early."""


class Body:
    """The bytes of a body, decoded and counted while they come in."""

    def __init__(self, content_encoding: str, limit: int) -> None:
        self._limit = limit
        self._received = 0
        self._buffer = BytesIO()
        codings = [_CODINGS[name] for name in reversed(_known_codings(content_encoding))]
        self._stages = [_Lenient(coding(), limit) for coding in (*codings, _Gzip)]

    @property
    def was_gzip_file(self) -> bool:
        """Whether what was left after all named codings was a gzip file."""
        return self._stages[-1].decoded

    def write(self, data: bytes) -> Iterator[None]:
        """Take bytes as they came, yielding after every small piece of work, so that the caller
        can let others run meanwhile. Raise `Overflow` (with the cap filled) or `Damaged`.
        """
        self._received += len(data)
        for piece in _through(self._stages, data):
            self._buffer.write(piece)
            yield
        # A coding can turn any number of bytes into none at all.
        if self._received > self._limit:
            raise Overflow

    def finish(self) -> Iterator[None]:
        """Say that there is no more; raise `Overflow`, or `Damaged` where a coding goes on."""
        for position, stage in enumerate(self._stages):
            for piece in _through(self._stages[position + 1 :], stage.finish()):
                self._buffer.write(piece)
                yield

    def content(self) -> bytes:
        """Give what has come, up to the cap."""
        return self._buffer.getvalue()


def _through(stages: Sequence[_Lenient], data: bytes) -> Iterator[bytes]:
    if not stages:
        yield data
        return
    for piece in stages[0].decode(data):
        yield from _through(stages[1:], piece)


def _known_codings(content_encoding: str) -> list[str]:
    """Name the codings in the order they were applied; what is no coding (`UTF-8`) was none."""
    named = [coding.strip().lower() for coding in content_encoding.split(",")]
    known = [coding for coding in named if coding in _CODINGS]
    if len(known) > _MAX_CODINGS:
        raise Damaged(f"compressed {len(known)} times over")
    return known


class _Decoder(Protocol):
    """One coding of one body."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield small pieces of what these bytes stand for; raise one of `_ERRORS`."""

    @property
    def complete(self) -> bool:
        """Whether the body may end here."""


class _Lenient:
    """A decoder that gives up the coding, not the body, if the body was never in it."""

    def __init__(self, decoder: _Decoder, limit: int) -> None:
        self._decoder: _Decoder | None = decoder
        self._room = limit
        self._held = bytearray()
        self.decoded = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        for piece in self._decoded(data):
            yield piece[: self._room]
            self._room -= len(piece)
            if self._room < 0:
                raise Overflow

    def finish(self) -> bytes:
        """Give what was held back: a body that ends before its coding begins is not in it."""
        if self._decoder is None or self._decoder.complete:
            return b""
        if self.decoded:
            raise Damaged("its compressed data end too early")
        return bytes(self._held)

    def _decoded(self, data: bytes) -> Iterator[bytes]:
        if self._decoder is None:
            yield data
            return
        if not self.decoded:
            self._held += data
        try:
            for piece in self._decoder.decode(data):
                self.decoded = True
                self._held.clear()
                yield piece
        except _ERRORS as error:
            if self.decoded:
                raise Damaged("its compressed data are damaged") from error
            self._decoder = None
            yield bytes(self._held)


class _Gzip:
    """RFC 1952: one member after the other; what follows them is padding."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._members = 1

    def decode(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._member.eof:
                if not data.startswith(b"\x1f\x8b"[: len(data)]):
                    return
                self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
                self._members = _counted(self._members)
            yield from _inflated(self._member, data)
            data = self._member.unused_data

    @property
    def complete(self) -> bool:
        return self._member.eof


class _Deflate:
    """RFC 9110 section 8.4.1.2 means zlib's format; many servers send bare deflate instead."""

    def __init__(self) -> None:
        self._head = b""
        self._inflate: zlib._Decompress | None = None

    def decode(self, data: bytes) -> Iterator[bytes]:
        if self._inflate is None:
            self._head += data
            if len(self._head) < 2:
                return
            data, self._head = self._head, b""
            wrapped = data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        yield from _inflated(self._inflate, data)

    @property
    def complete(self) -> bool:
        return self._inflate is not None and self._inflate.eof


def _inflated(inflate: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    while not inflate.eof:
        piece = inflate.decompress(data, _PIECE)
        data = inflate.unconsumed_tail
        if piece:
            yield piece
        elif not data:
            return


class _Brotli:
    """RFC 7932."""

    def __init__(self) -> None:
        self._brotli: Any = brotli.Decompressor()

    def decode(self, data: bytes) -> Iterator[bytes]:
        # It may hold output back and yet say that it can accept more data.
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
    """RFC 8878: one frame after the other."""

    def __init__(self) -> None:
        self._format = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._frame = self._format.decompressobj()
        self._frames = 1

    def decode(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), _ZSTD_SPOON):
            yield from self._decode_spoon(data[start : start + _ZSTD_SPOON])

    def _decode_spoon(self, spoon: bytes) -> Iterator[bytes]:
        while spoon:
            if self._frame.eof:
                self._frame = self._format.decompressobj()
                self._frames = _counted(self._frames)
            yield from filter(None, [self._frame.decompress(spoon)])
            spoon = self._frame.unused_data if self._frame.eof else b""

    @property
    def complete(self) -> bool:
        return self._frame.eof


def _counted(members: int) -> int:
    if members == _MAX_MEMBERS:
        raise Damaged(f"compressed in more than {_MAX_MEMBERS} parts")
    return members + 1


_ERRORS = (zlib.error, brotli.error, zstandard.ZstdError)

_CODINGS: dict[str, Callable[[], _Decoder]] = {
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstd,
}
