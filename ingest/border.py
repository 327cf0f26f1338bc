"""The border around an entry, a document and a feed: a fault inside stops nothing else.

Behind it, an entry is kept unread or without its full text, a document of a backfill counts as
missing, and a feed backs off.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ingest.errors import Fault, GuidangError, Unreadable


@contextmanager
def border(url: str) -> Iterator[None]:
    """Raise a `GuidangError` unchanged, and any other exception as a `SourceError` of `url`.

    A `MemoryError` becomes `Unreadable`, because the document is too large; any other a `Fault`.
    """
    try:
        yield
    except GuidangError:
        raise
    except MemoryError:
        raise Unreadable(url, "it takes too much memory") from None
    except Exception as error:  # noqa: BLE001 - the one place that catches every exception
        raise Fault.of(url, error) from None
