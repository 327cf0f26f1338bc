"""What an index of captures answers: a table in JSON, an object a line, or fields with blanks.

Web archives have servers of three kinds, and each speaks one of these whatever it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

# As the fields stand in a line of an index that was not told which to give.
_ALL = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_NAMES = {"url": "original", "status": "statuscode", "mime": "mimetype"}  # those of pywb


class CdxError(ValueError):
    """An answer that is no list of captures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A part of an index: the wanted fields of its captures, those without one of them left out.

    `total` counts all captures of the part. `resume` is the key by which to ask for more ("": no
    more). `is_table` is true for the Wayback Machine's own form, which every field is known to.
    """

    rows: list[list[str]]
    total: int
    resume: str = ""
    is_table: bool = False


def read_cdx(body: bytes, fields: Sequence[str]) -> Listing:
    """Return these fields of each capture; raise `CdxError`."""
    text = body.decode("utf-8", "replace").strip()
    if text.startswith("["):
        return _table(text, fields)
    if text.startswith("{"):
        return _objects(text, fields)
    if text.startswith("<"):
        raise CdxError("the index of the archive is no list, but a page")
    return _lines(text, fields)


def _table(text: str, fields: Sequence[str]) -> Listing:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        raise CdxError("the index of the archive is no JSON") from None
    if not all(isinstance(row, list) for row in rows):
        raise CdxError("the index of the archive is no table")
    resume = ""
    if len(rows) > 1 and rows[-2] == [] and rows[-1]:
        resume = str(rows[-1][0])
        del rows[-2:]
    if not rows:
        return Listing(rows=[], total=0, resume=resume, is_table=True)
    names = [str(name) for name in rows[0]]
    chosen = _chosen([dict(zip(names, row, strict=False)) for row in rows[1:]], fields)
    return Listing(rows=chosen, total=len(rows) - 1, resume=resume, is_table=True)


def _objects(text: str, fields: Sequence[str]) -> Listing:
    try:
        rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise CdxError("the index of the archive is no JSON") from None
    if not all(isinstance(row, dict) for row in rows):
        raise CdxError("the index of the archive is no list of captures")
    named = [{_NAMES.get(name, name): value for name, value in row.items()} for row in rows]
    return Listing(rows=_chosen(named, fields), total=len(named))


def _lines(text: str, fields: Sequence[str]) -> Listing:
    listed, _, resume = text.partition("\n\n")
    rows = [line.split() for line in listed.splitlines()]
    names = fields if all(len(row) == len(fields) for row in rows) else _ALL
    chosen = _chosen([dict(zip(names, row, strict=False)) for row in rows], fields)
    return Listing(rows=chosen, total=len(rows), resume=resume.strip())


def _chosen(rows: Sequence[dict[str, object]], fields: Sequence[str]) -> list[list[str]]:
    chosen = [[row.get(name) for name in fields] for row in rows]
    return [[str(value) for value in row] for row in chosen if all(row)]
