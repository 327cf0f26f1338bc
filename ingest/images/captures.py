"""Look for a picture in a web archive, when its own server no longer gives it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlencode

from ingest.config import WaybackConfig
from ingest.fetch import Fetcher
from ingest.sources.past.cdx import read_cdx
from ingest.values import Document

_FIELDS = ("timestamp", "original")
_MOST_LISTED = 1000  # captures in the answer of the index


async def captures_of(
    fetcher: Fetcher, settings: WaybackConfig, url: str, *, max_size: int
) -> AsyncIterator[Document]:
    """Yield the newest capture of a picture with status 200, then the oldest one.

    The newest may be a placeholder. Raise `SourceError` if the archive does not answer.
    """
    asked = {"url": url, "output": "json", "fl": ",".join(_FIELDS), "filter": "statuscode:200",
             "collapse": "digest", "limit": str(_MOST_LISTED)}  # fmt: skip
    index = f"{settings.index}?{urlencode(asked)}"
    answer = await fetcher.fetch_document(index, host_delay=settings.delay)
    rows = sorted(read_cdx(answer.body, index, _FIELDS).rows)
    for timestamp, original in dict.fromkeys(map(tuple, [*rows[-1:], *rows[:1]])):
        address = settings.capture.format(timestamp=timestamp, url=original)
        yield await fetcher.fetch_document(address, max_size=max_size, host_delay=settings.delay)
