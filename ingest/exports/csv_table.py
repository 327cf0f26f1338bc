"""Export entries as CSV (RFC 4180) for spreadsheets: one entry per row, lists as JSON.

Spreadsheets run a cell that begins with `=`, `+`, `-` or `@` as a formula, and titles are untrusted
text. So an apostrophe is put before such a text, and also before a text that begins with an
apostrophe. To restore the exact texts, remove one leading apostrophe from each cell.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from io import StringIO
from typing import Any

import orjson

from ingest.exports.format import Format
from ingest.values.exports import About, ExportEntry

# Spreadsheets read a file as UTF-8 only if it begins with this mark.
_MARK = b"\xef\xbb\xbf"
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "'", "＝", "＋", "－", "＠")
_BYTES = frozenset({"source", "page"})
COLUMNS = tuple(name for name in ExportEntry._fields if name not in _BYTES)
_CHOSEN = [ExportEntry._fields.index(name) for name in COLUMNS]


class Csv(Format):
    """A table with a heading; the cell of a missing value is empty."""

    name = "csv"
    extras = frozenset({"revisions", "text"})
    has_card = True

    def head(self, about: About) -> bytes:
        """Return the heading."""
        return _MARK + _rows([COLUMNS])

    def piece(self, entries: Sequence[ExportEntry], *, is_first: bool) -> bytes:
        """Return a row for each entry."""
        return _rows([[_cell(entry[place]) for place in _CHOSEN] for entry in entries])


def _rows(rows: Sequence[Sequence[str]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_GUARDED) else value
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return orjson.dumps(value).decode()
