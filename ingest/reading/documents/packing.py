"""Compresses the publisher's bytes for the database, and decompresses them."""

from __future__ import annotations

import hashlib
import threading
import zlib

import zstandard

from ingest.values import Packed

# Each Zstandard frame begins with these bytes (RFC 8878 section 3.1.1). zlib data never does.
_ZSTANDARD = b"\x28\xb5\x2f\xfd"


class _Tools(threading.local):
    """Keeps one compressor for each thread, because creating one takes half as long as using it."""

    def __init__(self) -> None:
        self.compress = zstandard.ZstdCompressor().compress


_tools = _Tools()


def pack(body: bytes) -> Packed:
    """Return a document compressed, with its SHA-256 digest."""
    digest = hashlib.sha256(body).digest()
    return Packed(digest=digest, body=_tools.compress(body))


def unpack(body: bytes) -> bytes:
    """Return the original bytes of a document that `pack` compressed.

    Earlier versions of Guidang used zlib. Such documents are decompressed too.
    """
    if body.startswith(_ZSTANDARD):
        return zstandard.ZstdDecompressor().decompress(body)
    return zlib.decompress(body)
