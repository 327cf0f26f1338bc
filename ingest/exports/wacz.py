"""Export a WACZ 1.1.1 file: a web archive and its index in a zip file. It needs no server.

The pieces form a WARC file. `finish` puts this file, its index and its list of pages into the zip
file.
"""

from __future__ import annotations

import hashlib
import heapq
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from typing import IO, Any, BinaryIO
from urllib.parse import urlsplit

import orjson
from warcio.archiveiterator import ArchiveIterator

from ingest.exports.warc import Warc
from ingest.values.exports import About

_BEGINNING = (1980, 1, 1, 0, 0, 0)  # a fixed time: the earliest that zip allows
_WARC = "data.warc.gz"
_SORTED_AT_ONCE = 50_000  # lines
_DEFAULT_PORTS = {("http", "80"), ("https", "443")}
_PAGES = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}


class Wacz(Warc):
    """A package with one WARC file, a CDXJ index, and a page for each document."""

    name = "wacz"
    has_finish = True

    def finish(self, pieces: BinaryIO, out: BinaryIO, about: About) -> None:
        """Write the package."""
        with zipfile.ZipFile(out, "w") as package, tempfile.TemporaryFile() as pages:
            _write_line(pages, _PAGES)
            resources = [_put(package, f"archive/{_WARC}", pieces, zipfile.ZIP_STORED)]
            with _sort(_index(pieces, pages)) as index:
                resources.append(_put(package, "indexes/index.cdx", index))
            resources.append(_put(package, "pages/pages.jsonl", pages))
            described = _describe(about, resources)
            _put_bytes(package, "datapackage.json", described)
            digest = {"path": "datapackage.json", "hash": _hash(hashlib.sha256(described))}
            _put_bytes(package, "datapackage-digest.json", orjson.dumps(digest))


def _describe(about: About, resources: list[dict[str, Any]]) -> bytes:
    facts = {
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "title": about.title,
        "description": "; ".join(about.choice),
        "created": about.changed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "software": about.generator,
        "resources": resources,
    }
    return orjson.dumps(facts, option=orjson.OPT_INDENT_2)


def _put(
    package: zipfile.ZipFile, path: str, content: IO[bytes], compression: int = zipfile.ZIP_DEFLATED
) -> dict[str, Any]:
    """Add a file; return its entry in the package's description."""
    content.seek(0)
    size, digest = 0, hashlib.sha256()
    with package.open(_info(path, compression), "w", force_zip64=True) as member:
        while block := content.read(1 << 20):
            member.write(block)
            digest.update(block)
            size += len(block)
    name = path.rpartition("/")[2]
    return {"name": name, "path": path, "hash": _hash(digest), "bytes": size}


def _put_bytes(package: zipfile.ZipFile, path: str, content: bytes) -> None:
    package.writestr(_info(path, zipfile.ZIP_DEFLATED), content)


def _info(path: str, compression: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, _BEGINNING)
    info.compress_type = compression
    info.create_system = 3
    return info


def _hash(digest: Any) -> str:
    return f"sha256:{digest.hexdigest()}"


def _index(warc: BinaryIO, pages: IO[bytes]) -> Iterator[bytes]:
    """Yield a line of the index for each document; write a line about each page to `pages`."""
    warc.seek(0)
    records = ArchiveIterator(warc)
    for record in records:
        headers = record.rec_headers
        url, date = headers.get_header("WARC-Target-URI"), headers.get_header("WARC-Date")
        if url is None:
            continue
        facts = {
            "url": url,
            "mime": _mime(record),
            "status": record.http_headers.get_statuscode() if record.http_headers else "200",
            "digest": headers.get_header("WARC-Payload-Digest"),
            "offset": str(records.get_record_offset()),
            "length": str(records.get_record_length()),
            "filename": _WARC,
        }
        if record.rec_type == "response":
            _write_line(pages, {"id": headers.get_header("WARC-Record-ID"), "url": url, "ts": date})
        at = "".join(filter(str.isdigit, date))[:14]
        yield b"%s %s %s\n" % (surt(url).encode(), at.encode(), orjson.dumps(facts))


def _mime(record: Any) -> str:
    if record.rec_type == "revisit":
        return "warc/revisit"
    headers = record.http_headers or record.rec_headers
    return (headers.get_header("Content-Type") or "unk").partition(";")[0].strip()


def surt(url: str) -> str:
    """Return the key of an address in an index, in the same form as other tools.

    The key is the reversed host, then the path and the sorted query, all in lower case.
    """
    parts = urlsplit(url.lower())
    if not parts.netloc:
        return url.lower().replace("///", "/")
    host, port = parts.netloc.rpartition("@")[2].removeprefix("www."), ""
    if ":" in host and not host.endswith("]"):
        host, _, port = host.rpartition(":")
    name = ",".join(reversed(_in_ascii(host.strip("[]")).split(".")))
    shown_port = f":{port}" if port and (parts.scheme, port) not in _DEFAULT_PORTS else ""
    query = "&".join(sorted(parts.query.split("&")))
    return f"{name}{shown_port}){parts.path.rstrip('/') or '/'}{query and f'?{query}'}"


def _in_ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _sort(lines: Iterable[bytes]) -> IO[bytes]:
    """Return an open file with the lines sorted; memory does not grow with the number of lines."""
    waiting, out = iter(lines), tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    with ExitStack() as stack:
        parts = []
        while some := sorted(islice(waiting, _SORTED_AT_ONCE)):
            parts.append(stack.enter_context(tempfile.TemporaryFile()))
            parts[-1].writelines(some)
            parts[-1].seek(0)
        out.writelines(heapq.merge(*parts))
    return out


def _write_line(file: IO[bytes], value: dict[str, Any]) -> None:
    file.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
