"""Decode the content codings of a body while it is received, with bounded memory and time.

The bytes decide, not the header. A body that is not in the coding named by the header is passed on
unchanged. A gzip file is always unpacked, because some feeds are served as `feed.xml.gz`, and no
feed or page begins like a gzip file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO

from ingest.fetch.codings import CODINGS, ERRORS, Damaged, Decoder

# Real bodies are compressed at most twice. A hostile header could name a thousand codings.
_MAX_CODINGS = 3


class Overflow(Exception):
    """A body is larger than its limit."""


class Body:
    """A body whose content codings are decoded while it is received, up to `limit` bytes."""

    def __init__(self, content_encoding: str, limit: int) -> None:
        self._limit = limit
        self._received = 0
        self._buffer = BytesIO()
        codings = [CODINGS[name] for name in reversed(_parse_codings(content_encoding))]
        codings.append(CODINGS["gzip"])
        self._stages = [_Lenient(coding(), limit) for coding in codings]

    @property
    def was_gzip_file(self) -> bool:
        """Return whether the body, without its content codings, is a gzip file."""
        return self._stages[-1].decoded

    def write(self, data: bytes) -> Iterator[None]:
        """Decode received bytes; yield after every small piece, so that other tasks can run.

        Raise `Damaged`, or `Overflow`; after `Overflow`, `content` has `limit` bytes.
        """
        self._received += len(data)
        for piece in _decode_all(self._stages, data):
            self._buffer.write(piece)
            yield
        # The received bytes are limited too, because compressed data may decode to nothing.
        if self._received > self._limit:
            raise Overflow

    def finish(self) -> Iterator[None]:
        """Decode the bytes that are still held at the end of the body.

        Raise `Overflow` or `Damaged`.
        """
        for position, stage in enumerate(self._stages):
            for piece in _decode_all(self._stages[position + 1 :], stage.finish()):
                self._buffer.write(piece)
                yield

    def content(self) -> bytes:
        """Return the decoded bytes, up to `limit`."""
        return self._buffer.getvalue()


def _decode_all(stages: Sequence[_Lenient], data: bytes) -> Iterator[bytes]:
    if not stages:
        yield data
        return
    for piece in stages[0].decode(data):
        yield from _decode_all(stages[1:], piece)


def _parse_codings(content_encoding: str) -> list[str]:
    """Return the known codings in the order they were applied; ignore others, such as `UTF-8`."""
    named = [coding.strip().lower() for coding in content_encoding.split(",")]
    known = [coding for coding in named if coding in CODINGS]
    if len(known) > _MAX_CODINGS:
        raise Damaged(f"compressed {len(known)} times over")
    return known


class _Lenient:
    """A decoder for a coding that the header names, even if the body does not have this coding.

    Such a body is passed on unchanged.
    """

    def __init__(self, decoder: Decoder, limit: int) -> None:
        self._decoder: Decoder | None = decoder
        self._room = limit
        self._held = bytearray()
        self.decoded = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        for piece in self._decode_or_pass(data):
            yield piece[: self._room]
            self._room -= len(piece)
            if self._room < 0:
                raise Overflow

    def finish(self) -> bytes:
        """Return the bytes that were held back because the decoder had no output yet.

        Raise `Damaged` if the data end too early.
        """
        if self._decoder is None or self._decoder.complete:
            return b""
        if self.decoded:
            raise Damaged("its compressed data end too early")
        return bytes(self._held)

    def _decode_or_pass(self, data: bytes) -> Iterator[bytes]:
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
        except ERRORS as error:
            if self.decoded:
                raise Damaged("its compressed data are damaged") from error
            self._decoder = None
            yield bytes(self._held)
