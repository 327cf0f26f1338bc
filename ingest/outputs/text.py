"""Text of a record for front matter: on one line, and in quotes for YAML."""

from __future__ import annotations

import re

# YAML forbids most control characters. Hugo and Jekyll stop at them, or drop the post.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufeff\ufffe\uffff]+")


def one_line(text: str) -> str:
    """Return the text with single spaces between its words, and without control characters."""
    seen = text if text.isprintable() else _CONTROL.sub(" ", text)
    return " ".join(seen.split())


def quote(line: str) -> str:
    """Return a line of text as a single-quoted YAML scalar (YAML 1.2, section 7.3.2)."""
    escaped = line.replace("'", "''")
    return f"'{escaped}'"
