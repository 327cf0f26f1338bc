"""Feeds and pages in WARC files (ISO 28500), from records of type response and resource.

Other records are counted by kind, so that the report can name what was ignored.
"""

from __future__ import annotations

import contextlib
import os
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, BinaryIO

from warcio.archiveiterator import WARCIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser

from ingest.fetch.codings import Damaged
from ingest.fetch.decompress import Body, Overflow
from ingest.reading.documents import charset, not_a_feed
from ingest.reading.past import LeftOut
from ingest.reading.xml import xml_text
from ingest.values import Document, DocumentKind, Form, Piece

_AT_ONCE = 1000  # records that one call reads at most
_BLOCK = 1 << 20
_PIECE = 65536
_HEAD = 2048  # bytes at the beginning of a body, by which a feed is recognised
_LARGEST = 20 << 20
_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_FEED_WORDS = ("xml", "json", "rss", "atom")
_BLANK = b"\xef\xbb\xbf\xff\xfe \t\r\n\0"
_HTTP = StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1"], verify=False)
_OF_THE_CRAWL = frozenset({"warcinfo", "request"})  # records with nothing from the publisher


class DamagedWarcError(ValueError):
    """Raised if the rest of a WARC file cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The feeds and pages in a part of a WARC file: the offset, address and kind of each.

    `next_at` is the offset of the next part, or None if there is none.
    """

    found: list[tuple[int, str, DocumentKind]]
    left_out: LeftOut
    next_at: int | None


def scan(stream: BinaryIO, at: int) -> Scan:
    """List the feeds and pages in the next records, beginning at offset `at`.

    If the file is damaged or truncated later, `next_at` is the offset of the damage, and the next
    call raises `DamagedWarcError`. Raise `OSError` if the file cannot be read.
    """
    found, left_out = list[tuple[int, str, DocumentKind]](), LeftOut()
    last, end, is_all = None, at, False
    with contextlib.suppress(ArchiveLoadFailed):
        records = _records(stream, at)
        for number, record in enumerate(records):
            kind = _kind(record)
            what = None if kind else _kind_left_out(record)
            place = records.get_record_offset()  # also reads the record to its end
            if number == _AT_ONCE:
                return Scan(found=found, left_out=left_out, next_at=place)
            if kind is not None:
                found.append((place, _url(record), kind))
            elif what is not None:
                left_out.add(what, _url(record))
            if _is_truncated(record):
                break
            last, end = place, records.offset
        else:
            is_all = True
    if last is not None:
        end = _end_of_member(stream, last) or end
    next_at = _next_offset(stream.seek(0, os.SEEK_END), at, end, is_all=is_all, is_any=bool(found))
    return Scan(found=found, left_out=left_out, next_at=next_at)


def _next_offset(size: int, at: int, end: int, *, is_all: bool, is_any: bool) -> int | None:
    """Return the offset after the last complete record, or None at the end of the file.

    Raise `DamagedWarcError` if there was no complete record after `at`.
    """
    if end >= size and end > at:
        if not is_all:
            raise DamagedWarcError("its records are compressed as one; unpack it first")
        return None
    if end > at:
        return end
    if at > 0:
        raise DamagedWarcError(f"it breaks off within a record, or is damaged, at byte {at:,}")
    if not is_any:
        raise DamagedWarcError("it is no WARC file, or damaged at its beginning")
    return size


def _end_of_member(stream: BinaryIO, at: int) -> int | None:
    """Return the offset after the gzip member at `at`, or `at` itself if the member is incomplete.

    Return None if no gzip member begins at `at`.
    """
    stream.seek(at)
    if stream.read(2) != b"\x1f\x8b":
        return None
    stream.seek(at)
    member = zlib.decompressobj(wbits=31)
    with contextlib.suppress(zlib.error):
        while not member.eof and (block := stream.read(_BLOCK)):
            while block and not member.eof:
                member.decompress(block, _BLOCK)
                block = member.unconsumed_tail
    return stream.tell() - len(member.unused_data) if member.eof else at


def read(stream: BinaryIO, at: int, default_time: datetime) -> Piece:
    """Read the response or resource at an offset; `default_time` replaces a missing date.

    Raise `DamagedWarcError` if there is no such record.
    """
    try:
        record = next(iter(_records(stream, at)), None)
    except ArchiveLoadFailed:
        record = None
    answer = _answer(record) if record else None
    if record is None or answer is None:
        raise DamagedWarcError("it has changed since the run began, or is damaged")
    body = _body(record, answer)
    url, as_of = _url(record), _date(record.rec_headers)
    document = Document(
        url=url,
        final_url=url,
        body=body,
        content_type=answer.get_header("Content-Type"),
        fetched_at=as_of or default_time,
    )
    form = Form.PAGE if not_a_feed.name_page(body) else Form.FEED
    return Piece(document=document, form=form, as_of=as_of, dates_itself=as_of is None)


def _records(stream: BinaryIO, at: int) -> Any:
    stream.seek(at)
    return WARCIterator(stream, no_record_parse=True)


def _is_truncated(record: Any) -> bool:
    """Return whether a record, read to its end, is shorter than stated, or states no length."""
    return record.length is None or record.raw_stream.limit > 0


def _kind(record: Any) -> DocumentKind | None:
    """Return whether a record is a feed or a page, or None, by its Content-Type or its bytes."""
    answer = record.http_headers = _answer(record)
    if answer is None or answer.get_statuscode() != "200":
        return None
    content_type = _type(answer)
    if content_type.startswith(_PAGE_TYPES):
        return DocumentKind.PAGE
    is_feed = any(word in content_type for word in _FEED_WORDS) or _begins_as_feed(record, answer)
    return DocumentKind.FEED if is_feed else None


def _kind_left_out(record: Any) -> str | None:
    """Return a name for the kind of an ignored record, or None if it only describes the crawl."""
    answer = record.http_headers
    if answer is None:
        return None if record.rec_type in _OF_THE_CRAWL else f"{record.rec_type} record"
    status = answer.get_statuscode()
    return f"status {status}" if status != "200" else _type(answer) or "no type"


def _type(answer: Any) -> str:
    return (answer.get_header("Content-Type") or "").partition(";")[0].strip().lower()


def _url(record: Any) -> str:
    return record.rec_headers.get_header("WARC-Target-URI") or ""


def _answer(record: Any) -> Any:
    """Return status and headers of the response in a record, or None if it has no response.

    A resource record has no HTTP headers. The record's own Content-Type is used instead.
    """
    if not _url(record).startswith(("http://", "https://")):
        return None
    if record.rec_type == "resource":
        content_type = record.rec_headers.get_header("Content-Type") or ""
        return StatusAndHeaders("200 OK", [("Content-Type", content_type)], "HTTP/1.1")
    if record.rec_type != "response":
        return None
    try:
        return _HTTP.parse(record.raw_stream)
    except EOFError:
        return None


def _begins_as_feed(record: Any, answer: Any) -> bool:
    raw = BytesIO(record.raw_stream.read(_PIECE))
    body = Body(answer.get_header("Content-Encoding") or "", _PIECE)
    with contextlib.suppress(Damaged, Overflow):
        for piece in _payload(raw, answer):
            deque(body.write(piece), maxlen=0)
    head = body.content()[:_HEAD]
    if head.lstrip(_BLANK)[:1] not in {b"<", b"{"}:
        return False
    text = xml_text.repair(charset.decode(head).text)
    root = xml_text.find_root(text)
    return "//jsonfeed.org/version" in text or bool(root and root.name in xml_text.FEED_ROOTS)


def _body(record: Any, answer: Any) -> bytes:
    """Return the decoded body of a response; raise `DamagedWarcError`."""
    try:
        body = Body(answer.get_header("Content-Encoding") or "", _LARGEST)
        for piece in _payload(record.raw_stream, answer):
            deque(body.write(piece), maxlen=0)
        deque(body.finish(), maxlen=0)
    except Overflow:
        raise DamagedWarcError(f"it has more than {_LARGEST >> 20} MiB") from None
    except Damaged as error:
        raise DamagedWarcError(str(error)) from None
    return body.content()


def _payload(stream: Any, answer: Any) -> Iterator[bytes]:
    """Yield the pieces of a body, with the chunked transfer coding removed."""
    if (answer.get_header("Transfer-Encoding") or "").strip().lower() == "chunked":
        stream = ChunkedDataReader(stream)
    while piece := stream.read(_PIECE):
        yield piece


def _date(headers: Any) -> datetime | None:
    """Parse WARC-Date; a year, month or day alone (WARC 1.1) means its beginning in UTC."""
    raw = headers.get_header("WARC-Date") or ""
    try:
        found = datetime.fromisoformat(raw + "0000-01-01"[len(raw) :])
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
