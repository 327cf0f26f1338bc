"""Wrap text by its width in columns; a Chinese character takes two columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_CLOSING = "，。；：、！？）》”’…,.;:!?)"  # characters that must not begin a line
_OPENING = "（《“‘("  # characters that must not end a line
_WIDE = ("W", "F")


def wrap(text: str, width: int) -> list[str]:
    """Wrap a text to lines of at most `width` columns, at blanks and between Chinese characters."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and cells(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines


def cells(text: str) -> int:
    """Return the number of columns that a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in _WIDE else 1 for c in text)


def _pieces(text: str) -> Iterator[str]:
    """Yield the unbreakable pieces: a word with the blank after it, or a wide character."""
    piece = ""
    for c in text:
        if piece and c not in _CLOSING and piece[-1] not in _OPENING and _may_break(piece[-1], c):
            yield piece
            piece = ""
        piece += c
    yield piece


def _may_break(before: str, after: str) -> bool:
    return before == " " or cells(before) == 2 or cells(after) == 2
