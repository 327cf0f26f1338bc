"""The entries that a query selects, as one file: JSONL, or a zip of notes in Markdown."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator, Iterator
from itertools import chain, islice

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ingest.config import Config, OutputConfig
from ingest.database import Database
from ingest.errors import UsageError
from ingest.exports import FORMATS
from ingest.outputs import make_layout, paths_for
from ingest.query import Node
from ingest.store import exports, files
from ingest.store.search import find
from ingest.store.search.plan import plan_of
from ingest.web.pages.queries import parse
from ingest.web.rendering import site_of
from ingest.web.turns import pieces_in_turn

MOST_IN_ZIP = 50_000
_AT_ONCE = 200
_NAME = "selection"


def jsonl(request: Request) -> Response:
    """Send the entries that match a query, the newest first: /search.jsonl?q=QUERY."""
    node, database = _query(request), site_of(request).database
    return _download(request, _lines_of(database, node), "application/jsonl", f"{_NAME}.jsonl")


def markdown(request: Request) -> Response:
    """Send the newest entries that match a query as Markdown: /search.zip?q=QUERY."""
    node, site = _query(request), site_of(request)
    notes = _zip_of(site.config, site.database, node)
    return _download(request, notes, "application/zip", f"{_NAME}.zip")


def _query(request: Request) -> Node:
    """Return the query of an address.

    Raise `UsageError` if there is none, if it is wrong, or if it names an unknown feed.
    """
    site, text = site_of(request), request.query_params.get("q", "").strip()
    if not text:
        raise UsageError("write what to search for, as in /search?q=WORD")
    node = parse(site, text)
    site.database.view(plan_of, node)
    return node


def _download(request: Request, chunks: Iterator[bytes], media_type: str, name: str) -> Response:
    """Return a response that sends `chunks` while they are made, or none of them for HEAD.

    The first one is made before, so that its errors have an answer of their own.
    """
    if request.method == "HEAD":
        sent: AsyncIterator[bytes] | tuple[()] = ()
    else:
        sent = pieces_in_turn(request, chain((next(chunks, b""),), chunks))
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(sent, media_type=media_type, headers=headers)


def _lines_of(database: Database, node: Node) -> Iterator[bytes]:
    """Yield a line of JSON for each entry that matches, in pieces of several lines."""
    form = FORMATS["jsonl"]
    form.prepare()
    for ids in _batches(database, node):
        yield form.piece(database.view(exports.with_texts, ids), is_first=False)


class _Pieces(io.RawIOBase):
    """A stream that gives away what was written to it, so that nothing is kept in memory."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: object) -> int:
        before = len(self._written)
        self._written += memoryview(content)  # type: ignore[arg-type]
        return len(self._written) - before

    def take(self) -> bytes:
        """Return what was written since the last call."""
        taken = bytes(self._written)
        self._written.clear()
        return taken


def _zip_of(config: Config, database: Database, node: Node) -> Iterator[bytes]:
    """Yield the parts of a zip file with a note for each entry."""
    options = OutputConfig.model_validate(
        {"name": _NAME, "path": ".", "layout": "markdown", "timezone": config.timezone}
    )
    layout = make_layout("markdown", options)
    written, taken = _Pieces(), set[str]()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for ids in islice(_batches(database, node), MOST_IN_ZIP // _AT_ONCE):
            for record in database.view(files.records, _NAME, ids):
                path = next((one for one in paths_for(layout, record) if one not in taken), None)
                if path is not None:
                    taken.add(path)
                    archive.writestr(path, layout.render(record))
                    yield written.take()
    yield written.take()


def _batches(database: Database, node: Node) -> Iterator[list[int]]:
    """Yield the ids of the entries that match, newest first, in batches."""
    last: find.Place | None = None
    while found := database.view(find.search, node, limit=_AT_ONCE, sort="date", after=last):
        yield [one.entry_id for one in found]
        if len(found) < _AT_ONCE:
            return
        last = found[-1].place
