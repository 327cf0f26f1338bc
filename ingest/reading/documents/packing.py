"""The publisher's bytes as they are kept: compressed, and known by their digest."""

from __future__ import annotations

import hashlib
import threading
import zlib

import zstandard

from ingest.values import Packed

# Each Zstandard frame begins with this (RFC 8878 section 3.1.1), nothing of zlib's does.
_ZSTANDARD = b"\x28\xb5\x2f\xfd"


class _Tools(threading.local):
    """A compressor for each thread, made once: to make one takes half as long as to use it."""

    def __init__(self) -> None:
        self.compress = zstandard.ZstdCompressor().compress


_tools = _Tools()


def pack(body: bytes) -> Packed:
    """Compress a document, and tell it from every other."""
    digest = hashlib.sha256(body).digest()
    return Packed(digest=digest, body=_tools.compress(body))


def unpack(body: bytes) -> bytes:
    """The bytes as they came; those kept by earlier versions are compressed with zlib."""
    if body.startswith(_ZSTANDARD):
        return zstandard.ZstdDecompressor().decompress(body)
    return zlib.decompress(body)
