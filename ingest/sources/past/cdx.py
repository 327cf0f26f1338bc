"""What an index of captures answers: a table in JSON, an object a line, or fields with blanks.

Archives have servers of three kinds, and each speaks one of these whatever it is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

# As the fields stand in a line of an index that was not told which to give.
_ALL = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_NAMES = {"url": "original", "status": "statuscode", "mime": "mimetype"}  # those of pywb


class CdxError(ValueError):
    """An answer that is no list of captures."""


def read_cdx(body: bytes, fields: Sequence[str]) -> tuple[list[list[str]], str]:
    """Return these fields of each capture, and the key by which to ask for more ("": no more).

    A capture without one of them is left out. Raise `CdxError`.
    """
    text = body.decode("utf-8", "replace").strip()
    if text.startswith("["):
        return _table(text, fields)
    if text.startswith("{"):
        return _objects(text, fields), ""
    if text.startswith("<"):
        raise CdxError("the index of the archive is no list, but a page")
    return _lines(text, fields)


def _table(text: str, fields: Sequence[str]) -> tuple[list[list[str]], str]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        raise CdxError("the index of the archive is no JSON") from None
    if not all(isinstance(row, list) for row in rows):
        raise CdxError("the index of the archive is no table")
    resume = str(rows.pop()[0]) if len(rows) > 1 and rows[-2] == [] and rows[-1] else ""
    if not rows:
        return [], resume
    names = [str(name) for name in rows[0]]
    return _chosen([dict(zip(names, row, strict=False)) for row in rows[1:]], fields), resume


def _objects(text: str, fields: Sequence[str]) -> list[list[str]]:
    try:
        rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise CdxError("the index of the archive is no JSON") from None
    if not all(isinstance(row, dict) for row in rows):
        raise CdxError("the index of the archive is no list of captures")
    named = [{_NAMES.get(name, name): value for name, value in row.items()} for row in rows]
    return _chosen(named, fields)


def _lines(text: str, fields: Sequence[str]) -> tuple[list[list[str]], str]:
    listed, _, resume = text.partition("\n\n")
    rows = [line.split() for line in listed.splitlines()]
    names = fields if all(len(row) == len(fields) for row in rows) else _ALL
    return _chosen([dict(zip(names, row, strict=False)) for row in rows], fields), resume.strip()


def _chosen(rows: Sequence[dict[str, object]], fields: Sequence[str]) -> list[list[str]]:
    chosen = [[row.get(name) for name in fields] for row in rows]
    return [[str(value) for value in row] for row in chosen if all(row)]
