"""The interface of export formats, which convert batches of entries to the bytes of a file."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Any, BinaryIO, ClassVar

from ingest.values.exports import About


class Format:
    """A format whose file is a head, a piece for each batch, and a tail.

    All methods are pure, so the same entries give the same bytes. A format that cannot be written
    piece by piece, such as a zip file, returns pieces in an internal format; `finish` makes the
    file from these.
    """

    name: ClassVar[str]
    # The optional parts that the format supports: `revisions`, `captures` (the publisher's bytes),
    # `text` (the visible text).
    extras: ClassVar[frozenset[str]] = frozenset()
    newest_first: ClassVar[bool] = False
    has_card: ClassVar[bool] = False
    is_public: ClassVar[bool] = False  # True if the rights of feeds apply by default.
    has_finish: ClassVar[bool] = False
    has_documents: ClassVar[bool] = False  # True if its batches have documents, not entries.

    def prepare(self) -> None:
        """Raise `UsageError` if a library that the format needs is not installed."""

    def head(self, about: About) -> bytes:
        """Return the bytes before the first entry."""
        return b""

    def piece(self, entries: Sequence[Any], *, is_first: bool) -> bytes:
        """Return the bytes of a batch of `ExportEntry`, or of `Sighting` if `has_documents`."""
        raise NotImplementedError

    def tail(self, about: About) -> bytes:
        """Return the bytes after the last entry."""
        return b""

    def finish(self, pieces: BinaryIO, out: BinaryIO, about: About) -> None:
        """Write the file from `pieces`, a stream of all pieces."""
        shutil.copyfileobj(pieces, out, 1 << 20)
