"""A source for files on this machine: feed documents, records, WARC files, and packed files.

A packed file is a zip or tar file. Large documents are read in pieces, to bound memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from ingest.errors import Unreadable
from ingest.reading.documents import charset
from ingest.reading.records.front_matter import BrokenRecordError, NoRecordError
from ingest.reading.records.records import is_markdown, may_be_record, read_record
from ingest.sources.past import names, warc
from ingest.sources.past.cutting import UncutError, cut
from ingest.sources.past.folders import HEAD, LIST, files_below, refuse_other_than_file
from ingest.sources.past.open_files import OpenFiles
from ingest.sources.past.packed import DAMAGED, Member, is_packed, members
from ingest.sources.past.source import Source, Taken, Window
from ingest.sources.readers.holdings import Holdings, UnknownStoreError, piece_of
from ingest.sources.readers.json_items import is_json
from ingest.sources.readers.lists import Lists
from ingest.sources.readers.tables import is_sqlite
from ingest.values import Document, DocumentKind, Form, Piece, Planned

_WARCS = (".warc", ".warc.gz")
_NO_POST = "it has no front matter, so it is not a post"
_LARGEST_RECORD = 5 << 20


class Files(Source):
    """A source that reads the documents in files. Each document may belong to any feed."""

    def __init__(
        self, paths: Sequence[Path], window: Window, *, drafts: bool = False, marks: bool = False
    ) -> None:
        self._paths, self._window, self._drafts = paths, window, drafts
        self._opened = OpenFiles()
        self._holdings, self._lists = Holdings(marks=marks), Lists(marks=marks)

    async def plan(self) -> Sequence[Planned]:
        """Return all files. The members of packed files are added when `take` opens these files."""
        return [_plan(path.absolute()) for path in files_below(self._paths)]

    async def take(self, planned: Planned) -> Taken:
        """Read a file, a member of a packed file, or a record of a WARC file."""
        path, name = names.path_of(planned), planned.hints.get("member") or planned.address
        try:
            if path.is_dir() and not path.is_symlink():
                return _list_folder(path)
            refuse_other_than_file(path)
            if "held_feed" in planned.hints and "list_at" not in planned.hints:
                piece, more = await self._holdings.take(path, planned, _changed_at(path))
                return Taken(piece=piece, more=more)
            if planned.hints.get("is_record"):
                return self._read_warc(path, planned.hints)
            if planned.kind is DocumentKind.LIST:
                return self._list_packed(path, planned.hints)
            if "member" not in planned.hints and is_sqlite(path):
                return await self._list_store(path, planned)
            return self._read_document(path, planned, name)
        except UncutError as error:
            raise Unreadable(name, str(error)) from None
        except DAMAGED as error:
            self._opened.close()
            raise Unreadable(name, str(error)) from None

    def close(self) -> None:
        """Close what is open."""
        self._opened.close()
        self._holdings.close()

    async def _list_store(self, path: Path, planned: Planned) -> Taken:
        """List the feeds of a store of another reader.

        An unknown database is passed over in a folder, and is an error if the user named it.
        """
        try:
            return Taken(more=await self._holdings.plan(path, planned))
        except UnknownStoreError as error:
            if path in (given.absolute() for given in self._paths):
                raise
            return Taken(reason=str(error))

    def _read_document(self, path: Path, planned: Planned, name: str) -> Taken:
        hints = planned.hints
        if "member" in hints and is_packed(name):
            raise ValueError("it is a packed file within a packed file; unpack it first")
        at = hints.get("at", 0)
        stream = self._opened.stream(path, _member_of(hints))
        if at == 0 and may_be_record(name):
            short = hints.get("member") or self._short_name(path)
            if (taken := self._read_record(path, name, short, stream)) is not None:
                return taken
        if is_json(stream) and (taken := self._read_list(path, planned, stream)):
            return taken
        body, next_at = cut(stream, at)
        if at == 0 and LIST.search(body[:HEAD]):
            return Taken(reason="it is a list of feeds")
        more = [] if next_at is None else [planned.rest("at", next_at)]
        piece = replace(_piece(path, name, body, Form.FEED), drafts=self._drafts)
        return Taken(piece=piece, more=more)

    def _read_list(self, path: Path, planned: Planned, stream: BinaryIO) -> Taken | None:
        """Read a list of another reader in JSON; return None if it is none."""
        if "held_feed" not in planned.hints:
            more = self._lists.plan(stream, planned)
            return None if more is None else Taken(more=more)
        found = self._lists.take(stream, planned)
        if found is None:
            raise ValueError("the file has changed since the run began")
        program, body, lacks = found
        member = planned.hints.get("member")
        place = f"file:{planned.address}{f'!{member}' if member else ''}"
        return Taken(piece=piece_of(place, program, body, _changed_at(path), lacks))

    def _read_warc(self, path: Path, hints: dict[str, Any]) -> Taken:
        stream = self._opened.raw(path, _member_of(hints))
        return Taken(piece=warc.read(stream, hints["at"], default_time=_changed_at(path)))

    def _list_packed(self, path: Path, hints: dict[str, Any]) -> Taken:
        """Return the next members of a packed file, or the next records of a WARC file."""
        if _is_warc(hints.get("member") or path.name):
            return self._list_warc(path, hints)
        inside, next_at = members(path, hints.get("at", 0))
        found = [_plan_member(path, member) for member in inside]
        if path.name.lower().endswith(".wacz"):
            # A WACZ file also has an index and a description. The publisher did not publish these.
            found = [one for one in found if one.kind is DocumentKind.LIST]
            if not found and next_at is None:
                return Taken(reason="there is no WARC file in it")
        if next_at is not None:
            found.append(_plan_rest(path, {"at": next_at}))
        return Taken(more=found)

    def _list_warc(self, path: Path, hints: dict[str, Any]) -> Taken:
        member = _member_of(hints)
        scan = warc.scan(self._opened.raw(path, member), hints.get("at", 0))
        inside = f"!{_place(member)}" if member else ""
        found = [
            names.plan_file(
                path,
                kind,
                within=f"{inside}@{at}",
                hints=hints | {"at": at, "url": url, "is_record": True},
            )
            for at, url, kind in scan.found
        ]
        if scan.next_at is not None:
            found.append(_plan_rest(path, hints | {"at": scan.next_at}, inside))
        left_out = f"left out: {scan.left_out}" if scan.left_out.kinds else None
        return Taken(more=found, left_out=left_out)

    def _short_name(self, path: Path) -> str:
        """Return a file's path, relative to the parent folder of the path that the user gave."""
        roots = (root.absolute() for root in self._paths)
        root = next((root for root in roots if path.is_relative_to(root)), path)
        return str(path.relative_to(root.parent))

    def _read_record(self, path: Path, name: str, short: str, stream: BinaryIO) -> Taken | None:
        """Read a record; return None if an HTML file is not a record.

        Raise `ValueError` if the record is damaged.
        """
        stream.seek(0)
        body = stream.read(_LARGEST_RECORD + 1)
        try:
            record = read_record(charset.decode(body).text, short)
        except BrokenRecordError as error:
            raise ValueError(str(error)) from None
        except NoRecordError:
            return Taken(reason=_NO_POST) if is_markdown(name) else None
        if len(body) > _LARGEST_RECORD:
            raise ValueError(f"it has more than {_LARGEST_RECORD >> 20} MiB")
        if record.withheld and not self._drafts:
            return Taken(reason=f"{record.withheld}, so it is left out; --drafts takes it as well")
        return Taken(piece=_piece(path, name, body, Form.RECORD, short=short))


def _is_packed(name: str) -> bool:
    return is_packed(name) or _is_warc(name)


def _is_warc(name: str) -> bool:
    return name.lower().endswith(_WARCS)


def _plan(path: Path) -> Planned:
    kind = DocumentKind.LIST if _is_packed(path.name) else DocumentKind.FEED
    return names.plan_file(path, kind)


def _list_folder(folder: Path) -> Taken:
    """List the files below a folder that was unreadable before.

    Raise `OSError` if it is still unreadable.
    """
    next(folder.iterdir(), None)
    return Taken(more=[_plan(path) for path in files_below([folder])])


def _plan_rest(path: Path, hints: dict[str, Any], inside: str = "") -> Planned:
    """Return a planned document for the part of a packed or WARC file that is not listed yet."""
    within = f"{inside} from {hints['at']}"
    return names.plan_file(path, DocumentKind.LIST, within=within, hints=hints)


def _plan_member(path: Path, member: Member) -> Planned:
    facts = {name: value for name, value in asdict(member).items() if value is not None}
    facts.pop("is_replaced", None)
    hints = {"member": facts.pop("name"), **facts}
    kind = DocumentKind.LIST if _is_warc(member.name) else DocumentKind.FEED
    return names.plan_file(path, kind, within=f"!{_place(member)}", hints=hints)


def _place(member: Member) -> str:
    """Return a name for a member that is unique in its packed file."""
    place = member.number if member.is_replaced else member.offset
    return member.name if place is None else f"{member.name}@{place}"


def _member_of(hints: dict[str, Any]) -> Member | None:
    if "member" not in hints:
        return None
    facts = {name: hints.get(name) for name in ("number", "offset", "size")}
    return Member(name=hints["member"], **facts)


def _changed_at(path: Path) -> datetime:
    return datetime.fromtimestamp(int(path.stat().st_mtime), UTC)


def _piece(path: Path, name: str, body: bytes, form: Form, short: str = "") -> Piece:
    document = Document(
        url=f"file:{name}",
        final_url=f"file:{name}",
        body=body,
        fetched_at=_changed_at(path),
    )
    return Piece(document=document, form=form, dates_itself=True, name=short)
