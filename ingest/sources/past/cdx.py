"""Parse the answer of a CDX index, the list of captures in a web archive.

There are three kinds of servers. Each has its own format, which a request cannot change: a JSON
table, one JSON object per line, or lines of fields separated by spaces.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.errors import Unreadable

# Some servers ignore the parameter `fl` (wanted fields). Their lines have these fields.
_ALL = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
# pywb has other names for these fields than the Wayback Machine.
_NAMES = {"url": "original", "status": "statuscode", "mime": "mimetype"}


class _CdxError(ValueError):
    """Raised if an answer is not a list of captures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of an index, with the wanted fields of each capture that has all of them.

    `total` counts all captures of the page. `resume` is the key of the next page, "" on the
    last page. `is_table` is true for the Wayback Machine's own format, whose server supports every
    field.
    """

    rows: list[list[str]]
    total: int
    resume: str = ""
    is_table: bool = False


def read_cdx(body: bytes, url: str, fields: Sequence[str]) -> Listing:
    """Return these fields of each capture; raise `Unreadable` if the body does not list captures.

    `url` is the address of the answer.
    """
    try:
        return _read(body, fields)
    except _CdxError as error:
        raise Unreadable(url, str(error)) from None


def _read(body: bytes, fields: Sequence[str]) -> Listing:
    text = body.decode("utf-8", "replace").strip()
    if text.startswith("["):
        return _table(text, fields)
    if text.startswith("{"):
        return _objects(text, fields)
    if text.startswith("<"):
        raise _CdxError("the index of the web archive is a page instead of a list")
    return _lines(text, fields)


def _table(text: str, fields: Sequence[str]) -> Listing:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        raise _CdxError("the index of the web archive is no JSON") from None
    if not all(isinstance(row, list) for row in rows):
        raise _CdxError("the index of the web archive is no table")
    resume = ""
    if len(rows) > 1 and rows[-2] == [] and rows[-1]:
        resume = str(rows[-1][0])
        del rows[-2:]
    if not rows:
        return Listing(rows=[], total=0, resume=resume, is_table=True)
    names = [str(name) for name in rows[0]]
    selected = _select([dict(zip(names, row, strict=False)) for row in rows[1:]], fields)
    return Listing(rows=selected, total=len(rows) - 1, resume=resume, is_table=True)


def _objects(text: str, fields: Sequence[str]) -> Listing:
    try:
        rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise _CdxError("the index of the web archive is no JSON") from None
    if not all(isinstance(row, dict) for row in rows):
        raise _CdxError("the index of the web archive is no list of captures")
    named = [{_NAMES.get(name, name): value for name, value in row.items()} for row in rows]
    return Listing(rows=_select(named, fields), total=len(named))


def _lines(text: str, fields: Sequence[str]) -> Listing:
    listed, _, resume = text.partition("\n\n")
    rows = [line.split() for line in listed.splitlines()]
    names = fields if all(len(row) == len(fields) for row in rows) else _ALL
    selected = _select([dict(zip(names, row, strict=False)) for row in rows], fields)
    return Listing(rows=selected, total=len(rows), resume=resume.strip())


def _select(rows: Sequence[dict[str, object]], fields: Sequence[str]) -> list[list[str]]:
    selected = [[row.get(name) for name in fields] for row in rows]
    return [[str(value) for value in row] for row in selected if all(row)]
