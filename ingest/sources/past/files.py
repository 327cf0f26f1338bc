"""Files on this machine: feed documents, records, WARC files, and archives of them.

A large document is taken in pieces, so that memory is bounded whatever its size.
"""

from __future__ import annotations

import contextlib
import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

from ingest.errors import Unreadable
from ingest.reading.front_matter import NoRecordError, read_record
from ingest.sources.past import warc
from ingest.sources.past.cutting import UncutError, cut
from ingest.sources.past.source import Form, Piece, Source, Taken, Window
from ingest.values import Document, DocumentKind, Planned

_RECORDS = (".md", ".markdown", ".mdown", ".html", ".htm")
_TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_WARCS = (".warc", ".warc.gz")
_ARCHIVES = (".zip", *_TARS, *_WARCS)
_LISTS = (".opml",)
_LARGEST_RECORD = 5 << 20
_MOST_MEMBERS = 1_000_000
_DAMAGED = (OSError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError, ValueError)


def files_below(paths: Sequence[Path]) -> Iterator[Path]:
    """The files among paths and below folders, in their order, without hidden ones."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for below in sorted(path.rglob("*")):
            is_hidden = any(part.startswith(".") for part in below.relative_to(path).parts)
            if below.is_file() and not is_hidden:
                yield below


def is_feed_list(path: Path) -> bool:
    """Whether a file is a list of feeds by its name."""
    return path.name.lower().endswith(_LISTS)


class Files(Source):
    """The documents in files, whatever feeds they are of."""

    def __init__(self, paths: Sequence[Path], window: Window) -> None:
        self._paths, self._window = paths, window

    async def plan(self) -> Sequence[Planned]:
        """All files; what is in archives comes when they are taken."""
        found = (path.absolute() for path in files_below(self._paths) if not is_feed_list(path))
        return [_planned(path) for path in found]

    async def take(self, planned: Planned) -> Taken:
        """Open a file, a member of an archive, or a record of a WARC file."""
        path, name = Path(planned.address), planned.hints.get("member") or planned.address
        try:
            if planned.hints.get("is_record"):
                piece = warc.read(path, planned.hints["at"])
                return Taken(piece=piece, reason=None if piece else "it is too large")
            if planned.kind is DocumentKind.LIST:
                return _listed(path, planned.hints.get("at", 0))
            return _document(path, planned, name)
        except UncutError as error:
            raise Unreadable(name, str(error)) from None
        except _DAMAGED as error:
            raise Unreadable(name, str(error)) from None


def _planned(path: Path) -> Planned:
    is_archive = path.name.lower().endswith(_ARCHIVES)
    kind = DocumentKind.LIST if is_archive else DocumentKind.FEED
    return Planned(key=str(path), address=str(path), kind=kind)


def _listed(path: Path, at: int) -> Taken:
    """What is in an archive."""
    if path.name.lower().endswith(_WARCS):
        found, go_on_at = warc.scan(path, at)
        if go_on_at is not None:
            more = Planned(
                key=f"{path} from {go_on_at}",
                address=str(path),
                kind=DocumentKind.LIST,
                hints={"at": go_on_at},
            )
            found.append(more)
        return Taken(more=found)
    return Taken(more=[_member(path, name) for name in _members(path)])


def _member(path: Path, name: str) -> Planned:
    return Planned(key=f"{path}!{name}", address=str(path), hints={"member": name})


def _members(path: Path) -> list[str]:
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive:
            names = [one.filename for one in archive.infolist() if not one.is_dir()]
    else:
        with tarfile.open(path) as archive:
            names = [one.name for one in archive if one.isfile()]
    visible = [n for n in names if not any(p.startswith(".") for p in n.split("/") if p != ".")]
    return [n for n in visible if not n.lower().endswith((*_ARCHIVES, *_LISTS))][:_MOST_MEMBERS]


@contextlib.contextmanager
def _opened(path: Path, member: str | None) -> Iterator[BinaryIO]:
    """The bytes of a file or of an archive's member, gzip undone."""
    with contextlib.ExitStack() as stack:
        stream: BinaryIO
        if member is None:
            stream = stack.enter_context(path.open("rb"))
        elif path.suffix.lower() == ".zip":
            archive = stack.enter_context(zipfile.ZipFile(path))
            stream = cast("BinaryIO", stack.enter_context(archive.open(member)))
        else:
            inside = stack.enter_context(tarfile.open(path)).extractfile(member)
            if inside is None:
                raise ValueError("no file")
            stream = cast("BinaryIO", stack.enter_context(inside))
        is_gzip = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        yield cast("BinaryIO", stack.enter_context(gzip.open(stream))) if is_gzip else stream


def _document(path: Path, planned: Planned, name: str) -> Taken:
    at = planned.hints.get("at", 0)
    with _opened(path, planned.hints.get("member")) as stream:
        if at == 0 and _is_record(stream, name):
            stream.seek(0)
            body = stream.read(_LARGEST_RECORD)
            return Taken(piece=_piece(path, name, body, Form.RECORD))
        body, go_on_at = cut(stream, at)
    more = []
    if go_on_at is not None:
        key = f"{planned.key.partition(' from ')[0]} from {go_on_at}"
        hints = planned.hints | {"at": go_on_at}
        more = [Planned(key=key, address=planned.address, hints=hints)]
    return Taken(piece=_piece(path, name, body, Form.FEED), more=more)


def _is_record(stream: BinaryIO, name: str) -> bool:
    if not name.lower().removesuffix(".gz").endswith(_RECORDS):
        return False
    stream.seek(0)
    try:
        read_record(stream.read(_LARGEST_RECORD).decode("utf-8", "replace"), name)
    except NoRecordError:
        return False
    return True


def _piece(path: Path, name: str, body: bytes, form: Form) -> Piece:
    document = Document(
        url=f"file:{name}",
        final_url=f"file:{name}",
        body=body,
        fetched_at=datetime.fromtimestamp(int(path.stat().st_mtime), UTC),
    )
    return Piece(document=document, form=form, dates_itself=True)
