"""What a format of exports is: how batches of entries become the bytes of a file."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import Any, BinaryIO, ClassVar

from ingest.values.exports import About


class Format:
    """A format whose file is a head, a piece for each batch, and a tail.

    All methods are pure, so the same entries give the same bytes. A format that cannot be written
    piece by piece, such as a zip file, collects pieces in a form of its own, and makes the file of
    them in `finish`.
    """

    name: ClassVar[str]
    # What may be added: earlier versions, the publisher's bytes, the visible text.
    extras: ClassVar[frozenset[str]] = frozenset()
    newest_first: ClassVar[bool] = False
    has_card: ClassVar[bool] = False
    is_public: ClassVar[bool] = False  # It is made for others to read, unless the user says no.
    has_finish: ClassVar[bool] = False
    has_documents: ClassVar[bool] = False  # It has documents as they were seen, not entries.

    def prepare(self) -> None:
        """Raise `UsageError` if a library that the format needs is not installed."""

    def head(self, about: About) -> bytes:
        """Return the bytes before the first entry."""
        return b""

    def piece(self, entries: Sequence[Any], *, is_first: bool) -> bytes:
        """Return the bytes of a batch: of `ExportEntry`, or of `Sighting` if it has documents."""
        raise NotImplementedError

    def tail(self, about: About) -> bytes:
        """Return the bytes after the last entry."""
        return b""

    def finish(self, pieces: BinaryIO, out: BinaryIO, about: About) -> None:
        """Write the file, given all pieces from the first to the last byte."""
        shutil.copyfileobj(pieces, out, 1 << 20)
