"""Files on this machine: feed documents, records, WARC files, and archives of them.

A large document is taken in pieces, so that memory is bounded whatever its size.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from ingest.errors import Unreadable
from ingest.reading.front_matter import BrokenRecordError, NoRecordError
from ingest.reading.records import read_record
from ingest.sources.past import names, warc
from ingest.sources.past.archives import DAMAGED, Member, Opened, is_archive, members
from ingest.sources.past.cutting import UncutError, cut
from ingest.sources.past.source import Form, Piece, Source, Taken, Window
from ingest.values import Document, DocumentKind, Planned

# As Hexo, Jekyll, Hugo and Astro name what they render.
_MARKDOWN = tuple(
    f".{name}" for name in "md mdx markdown mdown mkd mkdn mdwn mdtxt mdtext qmd rmd".split()
)
_RECORDS = (*_MARKDOWN, ".html", ".htm")
_WARCS = (".warc", ".warc.gz")
_NO_POST = "it has no front matter, so it is taken for no post"
_LARGEST_RECORD = 5 << 20
_LARGEST_LIST = 16 << 20
_HEAD = 1000
_LIST = re.compile(rb"<opml[\s>]", re.IGNORECASE)


def files_below(paths: Sequence[Path]) -> Iterator[Path]:
    """The files among paths and below folders, in their order, without hidden ones.

    Among them are folders that cannot be looked into, and links to folders.
    """
    for path in paths:
        if path.is_dir():
            yield from sorted(_below(path))
        else:
            yield path


def _below(folder: Path) -> Iterator[Path]:
    closed: list[OSError] = []
    for at, folders, files in os.walk(folder, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if Path(at, name).is_symlink()]
        yield from (Path(at, name) for name in [*files, *links] if not name.startswith("."))
    yield from (Path(error.filename) for error in closed)


def lists_below(paths: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """The lists of feeds (OPML) among files, and within zip and tar archives, with their names.

    One that cannot be read is left out: as a document it will be named.
    """
    opened = Opened()
    with contextlib.closing(opened):
        for path in files_below(paths):
            with contextlib.suppress(*DAMAGED):
                _refuse_other_than_file(path)
                for member in _all_members(path):
                    if _is_named_list(member.name if member else path.name):
                        stream = opened.stream(path, member)
                        stream.seek(0)
                        body = stream.read(_LARGEST_LIST)
                        if _LIST.search(body[:_HEAD]):
                            yield member.name if member else names.shown(str(path)), body


def _refuse_other_than_file(path: Path) -> None:
    """Raise what is wrong with a path that is no file: a pipe would never come to its end."""
    if path.is_file():
        return
    if path.is_symlink():
        what = "a folder, which is not followed" if path.is_dir() else "nothing"
        raise ValueError(f"it is a link to {what}")
    path.stat()
    raise ValueError("it is no file")


def _all_members(path: Path) -> Iterator[Member | None]:
    if not is_archive(path.name):
        yield None
        return
    at: int | None = 0
    while at is not None:
        found, at = members(path, at)
        yield from found


def _is_named_list(name: str) -> bool:
    return name.lower().endswith((".opml", ".xml"))


class Files(Source):
    """The documents in files, whatever feeds they are of."""

    def __init__(self, paths: Sequence[Path], window: Window, *, drafts: bool = False) -> None:
        self._paths, self._window, self._drafts = paths, window, drafts
        self._opened = Opened()

    async def plan(self) -> Sequence[Planned]:
        """All files; what is in archives comes when they are taken."""
        return [_planned(path.absolute()) for path in files_below(self._paths)]

    async def take(self, planned: Planned) -> Taken:
        """Open a file, a member of an archive, or a record of a WARC file."""
        path, name = names.path_of(planned), planned.hints.get("member") or planned.address
        try:
            if path.is_dir() and not path.is_symlink():
                return _looked_into(path)
            _refuse_other_than_file(path)
            if planned.hints.get("is_record"):
                return Taken(piece=warc.read(path, planned.hints["at"]))
            if planned.kind is DocumentKind.LIST:
                return _listed(path, planned.hints.get("at", 0))
            return self._document(path, planned, name)
        except UncutError as error:
            raise Unreadable(name, str(error)) from None
        except DAMAGED as error:
            self._opened.close()
            raise Unreadable(name, str(error)) from None

    def close(self) -> None:
        """Close the file that was read last."""
        self._opened.close()

    def _document(self, path: Path, planned: Planned, name: str) -> Taken:
        hints = planned.hints
        if "member" in hints and _is_packed(name):
            raise ValueError("it is an archive within an archive; unpack it first")
        at = hints.get("at", 0)
        stream = self._opened.stream(path, _member_of(hints))
        if at == 0 and _may_be_record(name):
            short = hints.get("member") or self._below(path)
            if (taken := self._record(path, name, short, stream)) is not None:
                return taken
        body, go_on_at = cut(stream, at)
        if at == 0 and _LIST.search(body[:_HEAD]):
            return Taken(reason="it is a list of feeds")
        more = []
        if go_on_at is not None:
            key = f"{planned.key.partition(' from ')[0]} from {go_on_at}"
            more = [Planned(key=key, address=planned.address, hints=hints | {"at": go_on_at})]
        return Taken(piece=_piece(path, name, body, Form.FEED), more=more)

    def _below(self, path: Path) -> str:
        """The name of a file with its folders, from that on which was given."""
        roots = (root.absolute() for root in self._paths)
        root = next((root for root in roots if path.is_relative_to(root)), path)
        return str(path.relative_to(root.parent))

    def _record(self, path: Path, name: str, short: str, stream: BinaryIO) -> Taken | None:
        """Take a record; None for a page of HTML that is none.

        Raise `ValueError` for one that cannot be read.
        """
        stream.seek(0)
        body = stream.read(_LARGEST_RECORD + 1)
        try:
            record = read_record(body.decode("utf-8", "replace"), short)
        except BrokenRecordError as error:
            raise ValueError(str(error)) from None
        except NoRecordError:
            return Taken(reason=_NO_POST) if _is_markdown(name) else None
        if len(body) > _LARGEST_RECORD:
            raise ValueError(f"it has more than {_LARGEST_RECORD >> 20} MiB")
        if record.withheld and not self._drafts:
            return Taken(reason=f"{record.withheld}, so it is left out; --drafts takes it as well")
        return Taken(piece=_piece(path, name, body, Form.RECORD, short=short))


def _may_be_record(name: str) -> bool:
    return name.lower().removesuffix(".gz").endswith(_RECORDS)


def _is_markdown(name: str) -> bool:
    return name.lower().removesuffix(".gz").endswith(_MARKDOWN)


def _is_packed(name: str) -> bool:
    return is_archive(name) or name.lower().endswith(_WARCS)


def _planned(path: Path) -> Planned:
    kind = DocumentKind.LIST if _is_packed(path.name) else DocumentKind.FEED
    return names.planned(path, kind)


def _looked_into(folder: Path) -> Taken:
    """What is in a folder that could not be looked into before; raise `OSError` if it cannot."""
    next(folder.iterdir(), None)
    return Taken(more=[_planned(path) for path in files_below([folder])])


def _listed(path: Path, at: int) -> Taken:
    """What is in an archive, or WARC file, from a place on."""
    if path.name.lower().endswith(_WARCS):
        found, go_on_at = warc.scan(path, at)
    else:
        inside, go_on_at = members(path, at)
        found = [_planned_member(path, member) for member in inside]
    if go_on_at is not None:
        within, hints = f" from {go_on_at}", {"at": go_on_at}
        found.append(names.planned(path, DocumentKind.LIST, within=within, hints=hints))
    return Taken(more=found)


def _planned_member(path: Path, member: Member) -> Planned:
    facts = {name: value for name, value in asdict(member).items() if value is not None}
    is_replaced = facts.pop("is_replaced", False)
    hints = {"member": facts.pop("name"), **facts}
    place = member.number if is_replaced else member.offset  # a name may be there twice
    within = f"!{member.name}" if place is None else f"!{member.name}@{place}"
    return names.planned(path, DocumentKind.FEED, within=within, hints=hints)


def _member_of(hints: dict[str, Any]) -> Member | None:
    if "member" not in hints:
        return None
    facts = {name: hints.get(name) for name in ("number", "offset", "size")}
    return Member(name=hints["member"], **facts)


def _piece(path: Path, name: str, body: bytes, form: Form, short: str = "") -> Piece:
    document = Document(
        url=f"file:{name}",
        final_url=f"file:{name}",
        body=body,
        fetched_at=datetime.fromtimestamp(int(path.stat().st_mtime), UTC),
    )
    return Piece(document=document, form=form, dates_itself=True, name=short)
