"""Limit the effect of an unexpected error to one entry, one document or one feed.

After such an error, only the bytes of the entry are stored, or the entry has no full text. In a
backfill, the document counts as missing. If the whole feed is affected, its next poll is later. The
rest of the run continues.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ingest.errors import Fault, GuidangError, Unreadable


@contextmanager
def border(url: str) -> Iterator[None]:
    """Raise unexpected exceptions of the block as `SourceError`, with the address `url`.

    A `GuidangError` is raised unchanged. A `MemoryError` becomes `Unreadable`, because the document
    is too large. Any other exception becomes a `Fault`.
    """
    try:
        yield
    except GuidangError:
        raise
    except MemoryError:
        raise Unreadable(url, "it takes too much memory") from None
    except Exception as error:  # noqa: BLE001 - the one place that catches every exception
        raise Fault.of(url, error) from None
