"""Read the items of a JSON file of any size, some at a time, with bounded memory."""

from __future__ import annotations

import json
import re
from typing import Any, BinaryIO, NamedTuple

_BLOCK = 1 << 20
_ENOUGH = 8 << 20
_LARGEST = 64 << 20
_HEAD = 100  # bytes in which a file shows that it is JSON
_DECODER = json.JSONDecoder(strict=False)  # allows control characters in strings
_BLANKS = re.compile(r"[ \t\r\n]*")
_SEPARATOR = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")
_BOM = "\xef\xbb\xbf"


class Items(NamedTuple):
    """Some items of a file, and the offset of the items after them, or None at the end.

    `about` has the members that stand before the items, if the file was read from its beginning.
    """

    about: dict[str, Any]
    items: list[dict[str, Any]]
    next_at: int | None


def is_json(stream: BinaryIO) -> bool:
    """Return whether a file begins like a JSON object or array."""
    stream.seek(0)
    return stream.read(_HEAD).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


def next_items(stream: BinaryIO, at: int, most: int) -> Items | None:
    """Return the next items of a JSON array, or of the member `items` of a JSON object.

    They are `most`, or fewer that have about `_ENOUGH` bytes. `at` is 0, or the offset that the
    previous call returned. Return None if the file has no items. Raise `ValueError` if it is
    damaged at `at`; the items before other damage are returned.
    """
    stream.seek(at)
    # Each byte becomes one character, so that positions are offsets. JSON's own signs are ASCII.
    text, base = stream.read(_BLOCK).decode("latin-1"), at
    begun = ({}, 0) if at else _begin(text)
    if begun is None:
        return None
    about, pos = begun
    found: list[dict[str, Any]] = []
    while True:
        pos = _end(_SEPARATOR, text, pos)
        if text.startswith("]", pos):
            return Items(about, found, None)
        is_full = len(found) == most or (found and base + pos - at >= _ENOUGH)
        if is_full and pos < len(text):
            return Items(about, found, base + pos)
        try:
            _, end = _DECODER.raw_decode(text, pos)
        except (json.JSONDecodeError, RecursionError) as error:
            text, base, pos = text[pos:], base + pos, 0
            more = stream.read(_BLOCK)
            if not more or len(text) > _LARGEST:
                if found:
                    return Items(about, found, base)
                raise ValueError(f"the JSON is damaged at byte {base}") from error
            text += more.decode("latin-1")
            continue
        item = _loads(text[pos:end])
        found += [item] if isinstance(item, dict) else []
        pos = end


def _begin(text: str) -> tuple[dict[str, Any], int] | None:
    """Return the members before the items, and the position of the first item."""
    pos = _end(_BLANKS, text, len(_BOM) if text.startswith(_BOM) else 0)
    if text.startswith("[", pos):
        return {}, pos + 1
    about: dict[str, Any] = {}
    mark = "{"
    while text.startswith(mark, pos):
        try:
            key, pos = _DECODER.raw_decode(text, _end(_BLANKS, text, pos + 1))
            pos = _end(_BLANKS, text, _end(_BLANKS, text, pos) + 1)
            if key == "items" and text.startswith("[", pos):
                return about, pos + 1
            _, end = _DECODER.raw_decode(text, pos)
        except (json.JSONDecodeError, RecursionError):
            return None
        about[str(key)] = _loads(text[pos:end])
        pos, mark = _end(_BLANKS, text, end), ","
    return None


def _loads(text: str) -> Any:
    return json.loads(text.encode("latin-1").decode("utf-8", "replace"), strict=False)


def _end(pattern: re.Pattern[str], text: str, pos: int) -> int:
    found = pattern.match(text, pos)
    return found.end() if found else pos
