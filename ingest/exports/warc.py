"""Export documents as WARC 1.1 (ISO 28500:2017), with each record compressed separately.

Guidang stores only the body and the Content-Type of a response, so a record has only these. It
stores a feed's document as one small document for each entry; these are joined again.
"""

from __future__ import annotations

import hashlib
import uuid
from base64 import b32encode
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import groupby
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from ingest.exports.format import Format
from ingest.reading.shortcuts.split import split
from ingest.values.exports import About, Sighting

_VERSION = "WARC/1.1"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "records.guidang")


class Warc(Format):
    """A gzip file with a member for each record. It always includes earlier versions."""

    name = "warc"
    extras = frozenset({"revisions", "captures"})
    has_card = True
    has_documents = True

    def head(self, about: About) -> bytes:
        """Return the record that describes the file (section 6.2 of the standard)."""
        out, writer = _writer()
        fields = {
            "software": about.generator,
            "format": "WARC File Format 1.1",
            "description": "; ".join(("documents of feeds, item by item as stored", *about.choice)),
        }
        body = "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in fields.items())
        record = writer.create_warc_record(
            "",
            "warcinfo",
            payload=BytesIO(body.encode()),
            warc_content_type="application/warc-fields",
            warc_headers_dict=_headers(about.id, about.changed_at.isoformat(), b""),
        )
        _put(writer, record)
        return out.getvalue()

    def piece(self, entries: Sequence[Sighting], *, is_first: bool) -> bytes:
        """Return the records of documents."""
        out, writer = _writer()
        for sighting in _join(entries):
            _write(writer, sighting)
        return out.getvalue()


def _writer() -> tuple[BytesIO, WARCWriter]:
    out = BytesIO()
    return out, WARCWriter(out, gzip=True, warc_version=_VERSION)


def _headers(url: str, at: str, body: bytes) -> dict[str, str]:
    """Return fixed headers; by default, warcio would use the current time and a random id."""
    digest = hashlib.sha256(body).hexdigest()
    return {
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(_NAMESPACE, f'{at} {digest} {url}')}>",
        "WARC-Date": at.replace("+00:00", "Z"),
    }


def _write(writer: WARCWriter, seen: Sighting) -> None:
    at = seen.at.isoformat()
    headers = _headers(seen.url, at, seen.body)
    kind = [("Content-Type", seen.content_type)] if seen.content_type else []
    answer = StatusAndHeaders(
        "200 OK", [*kind, ("Content-Length", str(len(seen.body)))], protocol="HTTP/1.1"
    )
    if not seen.url.startswith(("http://", "https://")):
        record = writer.create_warc_record(
            seen.url,
            "resource",
            payload=BytesIO(seen.body),
            warc_content_type=seen.content_type or "application/octet-stream",
            warc_headers_dict=headers,
        )
    elif seen.at == seen.newest_at:
        record = writer.create_warc_record(
            seen.url,
            "response",
            payload=BytesIO(seen.body),
            http_headers=answer,
            warc_headers_dict=headers,
        )
    else:
        record = writer.create_revisit_record(
            seen.url,
            digest=_payload_digest(seen.body),
            refers_to_uri=seen.url,
            refers_to_date=seen.newest_at.isoformat().replace("+00:00", "Z"),
            http_headers=answer,
            warc_headers_dict=headers,
        )
    _put(writer, record)


def _put(writer: WARCWriter, record: Any) -> None:
    """Write a record; close the temporary file in which warcio computes its digests."""
    writer.write_record(record)
    record.raw_stream.close()


def _payload_digest(body: bytes) -> str:
    """Return the SHA-1 of a body in Base32, as warcio writes it and pywb compares it."""
    digest = hashlib.sha1(body, usedforsecurity=False).digest()
    return f"sha1:{b32encode(digest).decode()}"


def _join(found: Sequence[Sighting]) -> Iterator[Sighting]:
    """Join the small documents, with one entry each, into which a feed's document was split.

    Documents that were seen several times are not joined.
    """
    for _, same in groupby(found, key=lambda one: (one.at, one.url, one.is_page)):
        together = list(same)
        yield from (one for one in together if one.is_repeated)
        single = [one for one in together if not one.is_repeated]
        yield from _join_items(single)


def _join_items(found: Sequence[Sighting]) -> Iterator[Sighting]:
    """Join documents that have one item (an entry of a feed) each, and are otherwise equal.

    Yield each joined document, and all other documents unchanged.
    """
    joined: dict[tuple[bytes, bytes, bytes, str | None], tuple[Sighting, list[bytes]]] = {}
    for one in found:
        parts = None if one.is_page else split(one.body)
        if parts is None or len(parts.items) != 1:
            yield one
            continue
        frame = (parts.head, parts.tail, parts.separator, one.content_type)
        joined.setdefault(frame, (one, []))[1].append(parts.items[0])
    for (head, tail, separator, _), (one, items) in joined.items():
        yield one._replace(body=head + separator.join(items) + tail)
