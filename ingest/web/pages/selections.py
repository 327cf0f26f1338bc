"""The entries that a query selects, as one file: JSONL, or a zip of notes in Markdown."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ingest.config import Config, OutputConfig
from ingest.database import Database
from ingest.errors import UsageError
from ingest.exports import FORMATS, Export
from ingest.exports.run import pieces
from ingest.outputs import make_layout, paths_for
from ingest.query import Node, parse_query
from ingest.store import files
from ingest.store.export_pages import Choice
from ingest.store.exports import Wanted
from ingest.store.search import find
from ingest.web.rendering import site_of

MOST_IN_ZIP = 50_000
_AT_ONCE = 200
_NAME = "selection"


def jsonl(request: Request) -> Response:
    """Send the entries that match a query, one JSON object a line: /search.jsonl?q=QUERY."""
    query, node = _query(request)
    export = Export(
        format=FORMATS["jsonl"],
        choice=Choice(where=node),
        wanted=Wanted(text=True),
        asked={"--where": query},
    )
    lines = pieces(site_of(request).database, export)
    return _download(lines, "application/jsonl", f"{_NAME}.jsonl")


def markdown(request: Request) -> Response:
    """Send the newest entries that match a query as Markdown: /search.zip?q=QUERY."""
    _, node = _query(request)
    site = site_of(request)
    return _download(_zip_of(site.config, site.database, node), "application/zip", f"{_NAME}.zip")


def _query(request: Request) -> tuple[str, Node]:
    """Return the query of an address; raise `UsageError` if there is none, or it is wrong."""
    site, text = site_of(request), request.query_params.get("q", "").strip()
    if not site.config.search.enabled:
        raise UsageError(OFF)
    if not text:
        raise UsageError("write what to search for, as in /search?q=WORD")
    return text, parse_query(text, ZoneInfo(site.config.timezone))


OFF = "the search index is off; set search.enabled = true in the configuration"


def _download(chunks: Iterator[bytes], media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(chunks, media_type=media_type, headers=headers)


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
        for ids in _batches(database, node):
            for record in database.query(files.records, _NAME, ids):
                path = next((one for one in paths_for(layout, record) if one not in taken), None)
                if path is not None:
                    taken.add(path)
                    archive.writestr(path, layout.render(record))
                    yield written.take()
    yield written.take()


def _batches(database: Database, node: Node) -> Iterator[list[int]]:
    """Yield the ids of the entries that match, newest first, in batches."""
    last: find.Place | None = None
    for _start in range(0, MOST_IN_ZIP, _AT_ONCE):
        found = database.query(find.search, node, limit=_AT_ONCE, sort="date", after=last)
        if found:
            yield [one.entry_id for one in found]
            last = found[-1].place
        if len(found) < _AT_ONCE:
            return
