"""Parse front matter: the fields before the text of a post's file, in YAML, TOML or JSON.

`records` interprets the fields.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import yaml

# Hexo accepts any run of dashes or semicolons; Jekyll and Pandoc may end YAML with dots.
_FENCED = re.compile(
    r"\A\s*(?P<fence>-{3,}|\+{3}|;{3,})[ \t]*\r?\n(?P<front>.*?)"
    r"(?<=\n)(?P<end>(?P=fence)|\.{3})[ \t]*(?:\r?\n|\Z)",
    re.DOTALL,
)
# Until 2014 Hexo wrote no fence before the fields. Hexo still reads such posts.
_ENDED = re.compile(
    r"\A\s*(?P<front>[^\s<#][^\n]*?\n(?:.*?\n)??)(?P<fence>-{3,}|;{3,})[ \t]*(?:\r?\n|\Z)",
    re.DOTALL,
)
# Text above a line of dashes is usually a heading. Without a fence before it, such a text is front
# matter only if it has one of these fields.
_USUAL = frozenset(
    "title date categories category tags tag layout permalink updated author comments".split()
)
_LONGEST = 1 << 18  # characters; longer front matter is not read, because reading YAML is slow
_LINE = re.compile(r"(?P<key>[A-Za-z_][\w-]*)[ \t]*:[ \t]*(?P<value>.*)")
_LISTED = re.compile(r"[ \t]*-[ \t]+(?P<value>.*)")
_LEADING_TABS = re.compile(r"^\t+", re.MULTILINE)


class NoRecordError(ValueError):
    """A text has no front matter."""


class BrokenRecordError(NoRecordError):
    """The front matter of a text cannot be read."""


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Return the front matter of a file and the text after it; YAML scalars become strings.

    Raise `NoRecordError` if there are no fields, `BrokenRecordError` if they cannot be read.
    """
    text = text.lstrip("\ufeff")
    if found := _FENCED.match(text):
        return _fields(found["fence"], found["front"]), text[found.end() :]
    if found := _ENDED.match(text):
        fields = _without_fences(found["fence"], found["front"])
        if fields is not None:
            return fields, text[found.end() :]
    return _leading_json(text)


def _fields(fence: str, front: str) -> dict[str, Any]:
    if len(front) > _LONGEST:
        raise BrokenRecordError(f"front matter of more than {_LONGEST >> 10} KiB")
    match fence[0]:
        case "+":
            return _toml(front)
        case ";":
            return _mapping(_json("{" + front + "}"))
        case _:
            return _yaml(front) if front.strip() else {}


def _without_fences(fence: str, front: str) -> dict[str, Any] | None:
    """Parse the fields before the first fence; return None if they are ordinary text."""
    first = next(line for line in front.splitlines() if line.strip())
    if ":" not in first:
        return None
    try:
        fields = _fields(fence, front)
    except BrokenRecordError:
        return None
    return fields if any(str(name).lower() in _USUAL for name in fields) else None


def _leading_json(text: str) -> tuple[dict[str, Any], str]:
    start = text.lstrip()
    if not start.startswith("{"):
        raise NoRecordError("no front matter")
    try:
        fields, end = json.JSONDecoder().raw_decode(start)
    except (json.JSONDecodeError, RecursionError):
        raise NoRecordError("no front matter") from None
    return _mapping(fields), start[end:]


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BrokenRecordError(f"front matter that is no JSON: {error}") from None


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BrokenRecordError(f"front matter that is no TOML: {error}") from None


def _yaml(text: str) -> dict[str, Any]:
    # Hexo reads tabs as indentation; YAML forbids them.
    text = _LEADING_TABS.sub(lambda tabs: "  " * len(tabs[0]), text)
    try:
        fields = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it only makes strings
    except (yaml.YAMLError, RecursionError):
        return _line_by_line(text)
    return fields if isinstance(fields, dict) else _line_by_line(text)


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BrokenRecordError("front matter that is no mapping")
    return value


def _line_by_line(text: str) -> dict[str, Any]:
    """Parse the readable lines of invalid YAML, such as YAML with quotes inside quotes."""
    fields: dict[str, Any] = {}
    key = ""
    for line in text.splitlines():
        if found := _LINE.match(line):
            key = found["key"]
            fields[key] = _unquote(found["value"])
        elif key and (found := _LISTED.match(line)):
            listed = fields[key] if isinstance(fields[key], list) else []
            fields[key] = [*listed, _unquote(found["value"])]
    if not fields:
        raise BrokenRecordError("front matter that is no YAML")
    return fields


def _unquote(value: str) -> str:
    value = value.strip()
    quote = value[:1]
    if len(value) > 1 and quote in {"'", '"'} and value.endswith(quote):
        value = value[1:-1].replace("''", "'") if quote == "'" else value[1:-1]
    return value
