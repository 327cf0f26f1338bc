"""Feeds and pages among the responses in WARC files (ISO 28500), such as news crawls."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from ingest.reading import not_a_feed
from ingest.sources.past.names import planned
from ingest.sources.past.source import Form, Piece
from ingest.values import Document, DocumentKind, Planned

_AT_ONCE = 1000  # records looked through in one go
_BLOCK = 1 << 20
_LARGEST = 20 << 20
_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_FEED_WORDS = ("xml", "json", "rss", "atom")


class DamagedWarcError(ValueError):
    """A WARC file that cannot be read on."""


def scan(path: Path, at: int) -> tuple[list[Planned], int | None]:
    """Look through records from a place on: those to be read, and where to go on.

    A file that breaks off is gone on with at its end, which cannot be read. Raise
    `DamagedWarcError`, `OSError`.
    """
    size = path.stat().st_size
    if at >= size > 0:
        raise DamagedWarcError("it breaks off within a record")
    found: list[Planned] = []
    place, left = at, 0
    with _records(path, at) as records:
        for number, record in enumerate(records):
            kind = _kind(record)
            place = records.get_record_offset()  # which reads the record to its end
            if number == _AT_ONCE:
                return found, place
            left = record.raw_stream.limit
            if kind is not None:
                hints = {"at": place, "is_record": True}
                found.append(planned(path, kind, within=f"@{place}", hints=hints))
    return found, size if left > 0 or not _is_closed(path, place) else None


def _is_closed(path: Path, at: int) -> bool:
    """Whether the gzip members of a file from a place on, if they are that, are all whole."""
    with path.open("rb") as stream:
        stream.seek(at)
        if stream.read(2) != b"\x1f\x8b":
            return True
        stream.seek(at)
        member = zlib.decompressobj(wbits=31)
        while block := member.unused_data or stream.read(_BLOCK):
            if member.eof:
                member = zlib.decompressobj(wbits=31)
            while block and not member.eof:
                member.decompress(block, _BLOCK)
                block = member.unconsumed_tail
        return member.eof


def read(path: Path, at: int) -> Piece | None:
    """Read the response at a place; None if it is larger than any document may be."""
    with _records(path, at) as records:
        record = next(iter(records))
        body = record.content_stream().read(_LARGEST + 1)
    if len(body) > _LARGEST:
        return None
    headers = record.rec_headers
    url, fetched_at = headers.get_header("WARC-Target-URI"), _date(headers)
    document = Document(
        url=url,
        final_url=url,
        body=body,
        content_type=record.http_headers.get_header("Content-Type"),
        fetched_at=fetched_at,
    )
    is_page = not_a_feed.name_page(body) is not None
    return Piece(document=document, form=Form.PAGE if is_page else Form.FEED, as_of=fetched_at)


@contextlib.contextmanager
def _records(path: Path, at: int) -> Iterator[Any]:
    with path.open("rb") as stream:
        stream.seek(at)
        try:
            yield ArchiveIterator(stream)
        except (ArchiveLoadFailed, EOFError) as error:
            raise DamagedWarcError(f"it cannot be read on: {error}") from None


def _kind(record: Any) -> DocumentKind | None:
    """Whether a record is the response that a feed or a page was."""
    if record.rec_type != "response" or record.http_headers is None:
        return None
    if record.http_headers.get_statuscode() != "200":
        return None
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    content_type = (record.http_headers.get_header("Content-Type") or "").lower()
    if not url.startswith(("http://", "https://")) or not _date_or_none(record.rec_headers):
        return None
    if any(content_type.startswith(kind) for kind in _PAGE_TYPES):
        return DocumentKind.PAGE
    return DocumentKind.FEED if any(word in content_type for word in _FEED_WORDS) else None


def _date(headers: Any) -> datetime:
    found = _date_or_none(headers)
    if found is None:
        raise DamagedWarcError("a response without a date")
    return found


def _date_or_none(headers: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(headers.get_header("WARC-Date") or "")
    except ValueError:
        return None
