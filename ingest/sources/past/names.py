"""Decode file names. They are bytes, and older Chinese systems wrote them in GBK."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

from ingest.values import DocumentKind, Planned


def display_name(name: str) -> str:
    """Return a file's name as text: decoded as UTF-8, GB18030, or UTF-8 with escapes."""
    if _is_text(name):
        return name
    raw = os.fsencode(name)
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "backslashreplace")


def plan_file(
    path: Path, kind: DocumentKind, *, within: str = "", hints: dict[str, Any] | None = None
) -> Planned:
    """Return a planned document for a file, or for the part of a file that `within` names.

    It keeps the exact bytes of the file's name, so that `path_of` finds the file.
    """
    name, hints = str(path), hints or {}
    if _is_text(name):
        return Planned(key=name + within, address=name, kind=kind, hints=hints)
    own = quote_from_bytes(os.fsencode(name))
    hints = {"path": own, **hints}
    return Planned(key=own + within, address=display_name(name), kind=kind, hints=hints)


def path_of(document: Planned) -> Path:
    """Return the path of the file of a planned document."""
    own = document.hints.get("path")
    return Path(os.fsdecode(unquote_to_bytes(own)) if own else document.address)


def _is_text(name: str) -> bool:
    return name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name)
