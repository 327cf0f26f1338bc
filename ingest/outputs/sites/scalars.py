"""Write YAML front matter that every YAML reader reads as the same values.

Text is always in single quotes: readers of YAML 1.1 and 1.2 disagree about plain text such as
`yes`, `1e3` and `2022-01-28`, and libraries quote only what their own version needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

Value: TypeAlias = "str | bool | int | datetime | Sequence[Value] | Mapping[str, Value] | None"
WriteDate = Callable[[datetime], str]

# YAML forbids most control characters. Hugo and Jekyll stop at them, or drop the post.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufeff\ufffe\uffff]+")


def one_line(text: str) -> str:
    """Return the text with single blanks and without control characters."""
    seen = text if text.isprintable() else _CONTROL.sub(" ", text)
    return " ".join(seen.split())


def quote(text: str) -> str:
    """Return a line of text as a single-quoted YAML scalar (YAML 1.2, 7.3.2)."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def front_matter(values: Mapping[str, Value], write_date: WriteDate) -> str:
    """Return YAML between two lines `---`; keys without a value are left out."""
    return "\n".join(["---", *_lines(values, write_date), "---", ""])


def _lines(values: Mapping[str, Value], write_date: WriteDate, indent: str = "") -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, str):
            if value:
                yield f"{indent}{key}: {quote(value)}"
        elif isinstance(value, Mapping):
            if inner := list(_lines(value, write_date, f"{indent}  ")):
                yield from (f"{indent}{key}:", *inner)
        elif isinstance(value, int | datetime):
            yield f"{indent}{key}: {_scalar(value, write_date)}"
        elif value:
            yield f"{indent}{key}:"
            yield from _items(value, write_date, indent)


def _items(values: Sequence[Value], write_date: WriteDate, indent: str) -> Iterator[str]:
    for value in values:
        if isinstance(value, Mapping):
            first, *others = _lines(value, write_date, f"{indent}    ")
            yield from (f"{indent}  - {first.lstrip()}", *others)
        elif isinstance(value, str | int | datetime):
            yield f"{indent}  - {_scalar(value, write_date)}"
        elif value:
            first, *others = _items(value, write_date, f"{indent}  ")
            yield from (f"{indent}  - {first.lstrip()}", *others)


def _scalar(value: str | int | datetime, write_date: WriteDate) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return quote(value) if isinstance(value, str) else write_date(value)
