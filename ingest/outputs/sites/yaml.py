"""Write YAML front matter that every YAML reader reads as the same values.

Text is always in single quotes, because readers of YAML 1.1 and 1.2 disagree about plain text such
as `yes`, `1e3` and `2022-01-28`. Libraries quote only the text that their own version of YAML would
misread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from ingest.outputs.text import quote

Value: TypeAlias = "str | bool | int | datetime | Sequence[Value] | Mapping[str, Value] | None"
WriteDate = Callable[[datetime], str]
_SCALARS = (str, int, datetime)  # bool is an int


def front_matter(values: Mapping[str, Value], write_date: WriteDate) -> str:
    """Return YAML between two lines `---`; keys without a value are left out."""
    return "\n".join(["---", *_lines(values, write_date), "---", ""])


def _lines(values: Mapping[str, Value], write_date: WriteDate, indent: str = "") -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, str):
            if value:
                yield f"{indent}{key}: {quote(value)}"
        elif isinstance(value, _SCALARS):
            yield f"{indent}{key}: {_scalar(value, write_date)}"
        elif not value:
            continue
        elif isinstance(value, Mapping):
            if inner := list(_lines(value, write_date, f"{indent}  ")):
                yield from (f"{indent}{key}:", *inner)
        else:
            yield f"{indent}{key}:"
            yield from _items(value, write_date, indent)


def _items(values: Sequence[Value], write_date: WriteDate, indent: str) -> Iterator[str]:
    for value in values:
        if isinstance(value, _SCALARS):
            yield f"{indent}  - {_scalar(value, write_date)}"
        elif not value:
            continue
        elif isinstance(value, Mapping):
            first, *others = _lines(value, write_date, f"{indent}    ")
            yield from (f"{indent}  - {first.lstrip()}", *others)
        else:
            first, *others = _items(value, write_date, f"{indent}  ")
            yield from (f"{indent}  - {first.lstrip()}", *others)


def _scalar(value: str | int | datetime, write_date: WriteDate) -> str:
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else write_date(value)
