"""Names of files as text: they are bytes, which older systems wrote in GBK."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

from ingest.values import DocumentKind, Planned


def shown(name: str) -> str:
    """Show a file's name as text that can be kept: UTF-8, else GB18030, else with escapes."""
    if _is_text(name):
        return name
    raw = os.fsencode(name)
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "backslashreplace")


def planned(
    path: Path, kind: DocumentKind, *, within: str = "", hints: dict[str, Any] | None = None
) -> Planned:
    """Plan a file, or what is at a place within it, so that its own name is found again."""
    name, hints = str(path), hints or {}
    if _is_text(name):
        return Planned(key=name + within, address=name, kind=kind, hints=hints)
    own = quote_from_bytes(os.fsencode(name))
    hints = {"path": own, **hints}
    return Planned(key=own + within, address=shown(name), kind=kind, hints=hints)


def path_of(document: Planned) -> Path:
    """Find the file that was planned, by its own name."""
    own = document.hints.get("path")
    return Path(os.fsdecode(unquote_to_bytes(own)) if own else document.address)


def _is_text(name: str) -> bool:
    return name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name)
