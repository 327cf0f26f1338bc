"""Write front matter in YAML that every parser reads back as the same values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from ingest.outputs.text import one_line, quote

Value: TypeAlias = "bool | int | str | Sequence[Value] | Mapping[str, Value]"

# `_PLAIN` matches text that needs no quotes in YAML. The second pattern matches text that YAML 1.1
# or 1.2 reads as another type, such as a number.
_PLAIN = re.compile(r"[^\W\d_][\w ./·•・－—–-]*", re.UNICODE)
_NOT_TEXT = re.compile(r"(?i)(y|n|yes|no|true|false|on|off|null|none|nan|inf|[.]?nan|[.]?inf)")
# All records of a feed have the same names and address. These may be long, so few are cached.
MOST_REMEMBERED = 100


class Written(str):
    """A value that is already written as YAML."""

    __slots__ = ()


def line(key: str, value: Value) -> str:
    """Return a key with its value."""
    written = value if isinstance(value, Written) else flow(value)
    return f"{key}:{written}" if written[0] == "\n" else f"{key}: {written}"


def flow(value: Value) -> str:
    """Return a value on one line, each text in single quotes (YAML 1.2, section 7.4)."""
    if isinstance(value, Written):
        return value
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{scalar(key)}: {flow(one)}' for key, one in value.items())}}}"
    return f"[{', '.join(map(flow, value))}]"


def block(values: Iterable[str]) -> Written:
    """Return a list with a line for each text."""
    return Written("".join(f"\n - {scalar(value)}" for value in values))


@lru_cache(maxsize=MOST_REMEMBERED)
def scalar(text: str) -> Written:
    """Return text as YAML, in quotes if a parser could read it as another value."""
    text = one_line(text)
    is_plain = _PLAIN.fullmatch(text) and not _NOT_TEXT.fullmatch(text)
    return Written(text) if is_plain else quoted(text)


def quoted(text: str) -> Written:
    """Return text on one line as a quoted scalar."""
    return Written(quote(one_line(text)))
