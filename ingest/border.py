"""Limit the effect of an unexpected error to one entry, one document or one feed.

After such an error, the entry is stored as bytes only or without its full text, the document of a
backfill counts as missing, or the next poll of the feed is later. The rest of the run continues.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ingest.errors import Fault, GuidangError, Unreadable


@contextmanager
def border(url: str) -> Iterator[None]:
    """Raise a `GuidangError` unchanged, and any other exception as a `SourceError` of `url`.

    A `MemoryError` becomes `Unreadable`, because the document is too large. Any other
    exception becomes a `Fault`.
    """
    try:
        yield
    except GuidangError:
        raise
    except MemoryError:
        raise Unreadable(url, "it takes too much memory") from None
    except Exception as error:  # noqa: BLE001 - the one place that catches every exception
        raise Fault.of(url, error) from None
