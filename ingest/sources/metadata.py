"""Fetch RSSHub's descriptions of its routes from an instance, an address or a file."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

from ingest.errors import UsageError
from ingest.fetch import Fetcher
from ingest.rsshub.metadata import Namespace, read_metadata
from ingest.sources.instances import METADATA_ACCEPT, METADATA_MAX_SIZE, METADATA_PATH, Instances
from ingest.values import Document


async def fetch_namespaces(
    fetcher: Fetcher, instances: Instances, url: str | None
) -> tuple[list[Namespace], str]:
    """Fetch the route descriptions, and return them with the address that they came from.

    They come from `url`, or from the first instance that answers. Raise `SourceError` if none
    answers, and `UsageError` if the answer is not RSSHub's metadata.
    """
    document = await (_fetch(fetcher, instances, url) if url else instances.fetch_metadata())
    return _read(document.body, document.final_url), document.final_url


async def _fetch(fetcher: Fetcher, instances: Instances, url: str) -> Document:
    if urlsplit(url).path.strip("/") == "":
        url = f"{url.rstrip('/')}{METADATA_PATH}"
    if instances.route_of(url) is not None:
        return await instances.fetch_metadata(url)
    return await fetcher.fetch_document(url, accept=METADATA_ACCEPT, max_size=METADATA_MAX_SIZE)


def read_file(file: Path) -> list[Namespace]:
    """Read the route descriptions of RSSHub from a file; raise `UsageError` if it has none."""
    try:
        with file.open("rb") as opened:
            body = opened.read(METADATA_MAX_SIZE + 1)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    if len(body) > METADATA_MAX_SIZE:
        raise UsageError(f"{file}: larger than {METADATA_MAX_SIZE:,} bytes")
    return _read(body, str(file))


def _read(body: bytes, source: str) -> list[Namespace]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise UsageError(f"{source}: not RSSHub's metadata: no JSON") from None
    return read_metadata(answer, source)
