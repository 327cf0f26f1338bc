"""Generate config.example.toml, and a table for the manual, from the declared settings."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ingest.config import (
    ArchiveConfig,
    Config,
    FeedConfig,
    FeedSettings,
    OutputConfig,
    format_duration,
    format_size,
)
from ingest.config.feed_settings import option_of
from ingest.messages import _, message
from ingest.wrapping import wrap

_HEAD = message(
    """\
# The configuration of Guidang: every setting with its default.
# Durations: 30s, 15m, 6h, 1d. Sizes: 512KiB, 10MB. Relative paths start from this file's folder.
# An environment variable overrides a setting: GUIDANG_DATABASE__URL for [database] url;
# lists are written as JSON: GUIDANG_FETCH__ALLOW_PRIVATE='["10.0.0.0/8"]'.
"""
)
_FEEDS = message(
    """\
# Feeds, one table each. You can also add feeds by command: guidang feeds add URL.
# If you remove a feed from this file, it is paused; nothing is deleted.
#
"""
)
_OUTPUTS = message(
    """\
# More folders of files, one table each, with the settings of [archive] and a name. If there is
# such a table and no [archive], there is no archive.
#
"""
)
_WIDTH = 96


def example_config(archive: ArchiveConfig | None = None) -> str:
    """Return the text of config.example.toml: a valid configuration without feeds.

    If `archive` is given, the text has its settings, otherwise the defaults.
    """
    parts = [_(_HEAD)]
    for name, field in Config.model_fields.items():
        if name == "outputs":
            parts.append(_(_OUTPUTS) + _output())
        elif name != "feeds":
            given = archive if name == "archive" else None
            parts.append(_table(name, given or field.default))
    return "\n".join([*parts, _(_FEEDS) + _feed()])


def _table(name: str, defaults: BaseModel) -> str:
    about = (type(defaults).__doc__ or "").strip()
    lines = [*_comment(about), f"[{name}]"]
    for key, field in type(defaults).model_fields.items():
        if field.description:
            lines += [*_comment(field.description), _line(defaults, key, field)]
    return "\n".join(lines) + "\n"


def _line(defaults: BaseModel, key: str, field: FieldInfo) -> str:
    """Return the line of a setting; a setting with an example and no value is a comment."""
    if field.examples and getattr(defaults, key) == field.get_default(call_default_factory=True):
        return f"# {key} = {_example(field)}"
    return f"{key} = {_toml(_default_of(defaults, key))}"


def _default_of(defaults: BaseModel, key: str) -> Any:
    is_size = key.endswith("_size")
    value = getattr(defaults, key)
    return format_size(value) if is_size else value


def _output() -> str:
    """Return an example output, commented out, with its name and its path."""
    lines = ["[[outputs]]"]
    for key in ("name", "path"):
        field = OutputConfig.model_fields[key]
        lines += [*_comment(field.description or ""), f"{key} = {_example(field)}"]
    return "".join(f"# {line}\n" for line in lines)


def _feed() -> str:
    lines = ["[[feeds]]"]
    fields = FeedConfig.model_fields
    for key in ("url", *FeedSettings.model_fields):
        field = fields[key]
        lines += [*_comment(field.description or ""), f"{key} = {_example(field)}"]
    return "".join(f"# {line}\n" for line in lines)


def table_of_feed_settings() -> str:
    """Return the Markdown table of the feed settings for docs/configuration.md."""
    rows = ["| setting | example | option | |", "|---|---|---|---|"]
    for key, field in FeedSettings.model_fields.items():
        option = f"`{option}`" if (option := option_of(key)) else ""
        rows.append(f"| `{key}` | `{_example(field)}` | {option} | {field.description} |")
    return "\n".join(rows) + "\n"


def _example(field: FieldInfo) -> str:
    return _toml((field.examples or [""])[0])


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(_(" ".join(text.split())), _WIDTH)]


def _toml(value: Any) -> str:
    if value is None:
        return '""'
    if isinstance(value, timedelta):
        return f'"{format_duration(value)}"'
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, Path):
        value = value.as_posix()
    # A JSON string is a TOML basic string (TOML 1.0).
    return json.dumps(str(value), ensure_ascii=False)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[\w-]+", name, re.ASCII) else json.dumps(name)
