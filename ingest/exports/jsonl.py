"""Export entries as JSON Lines: one entry per line, all fields in the order of the schema."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

import orjson

from ingest.exports.format import Format
from ingest.values.exports import ExportEntry

# orjson writes UTF-8 without escapes. It writes instants with `+00:00`, so that DuckDB reads their
# time zone.
_AS_LINE = orjson.OPT_APPEND_NEWLINE


class Jsonl(Format):
    """One JSON object per line; bytes are in Base64 (RFC 4648 section 4)."""

    name = "jsonl"
    extras = frozenset({"revisions", "captures", "text"})
    has_card = True

    def piece(self, entries: Sequence[ExportEntry], *, is_first: bool) -> bytes:
        """Return a line for each entry."""
        return b"".join(map(line_of, entries))


def line_of(entry: ExportEntry) -> bytes:
    """Return an entry as a line of JSON."""
    return orjson.dumps(entry._asdict(), default=_encode, option=_AS_LINE)


def _encode(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"no JSON for {type(value).__name__}")
