"""The text of config.example.toml, made from the settings, so that none is missing."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ingest.config import Config, FeedConfig, format_duration, format_size

_HEAD = """\
# The configuration of Guidang: every setting with its default.
# Durations: 30s, 15m, 6h, 1d. Sizes: 512KiB, 10MB. Relative paths start from this file's folder.
# An environment variable overrides a setting: GUIDANG_DATABASE__URL for [database] url;
# lists are written as JSON: GUIDANG_FETCH__ALLOW_PRIVATE='["10.0.0.0/8"]'.
"""
_FEEDS = """\
# Feeds, one table each. You can also add feeds by command: guidang feeds add URL.
# If you remove a feed from this file, it is paused; nothing is deleted.
#
"""
_EXAMPLES: dict[str, Any] = {
    "url": "rsshub://aljazeera/news",
    "title": "半岛新闻",
    "author": "Aljazeera 半岛网",
    "categories": ["新媒体", "Aljazeera 半岛网", "新闻"],
    "timezone": "Asia/Shanghai",
    "interval": timedelta(hours=1),
    "full_text": "auto",
    "follow_moves": False,
    "user_agent": "my-archive/1.0 (+https://example.com)",
    "headers": {"Cookie": "env:MY_COOKIE"},
    "auth": "credential:my-feed",
    "proxy": "socks5://127.0.0.1:7890",
}
_WIDTH = 96


def example_config() -> str:
    """Return the whole file: a valid configuration without feeds."""
    tables = [_table(name, field.default) for name, field in _tables()]
    return "\n".join([_HEAD, *tables, _FEEDS + _feed()])


def _tables() -> Iterator[tuple[str, Any]]:
    return ((name, field) for name, field in Config.model_fields.items() if name != "feeds")


def _table(name: str, defaults: BaseModel) -> str:
    about = (type(defaults).__doc__ or "").strip()
    lines = [*_comment(about), f"[{name}]"]
    for key, field in type(defaults).model_fields.items():
        lines += [*_comment(field.description or ""), f"{key} = {_toml(_written(defaults, key))}"]
    return "\n".join(lines) + "\n"


def _written(defaults: BaseModel, key: str) -> Any:
    is_size = key == "max_size"
    value = getattr(defaults, key)
    return format_size(value) if is_size else value


def _feed() -> str:
    lines = ["[[feeds]]"]
    fields = FeedConfig.model_fields
    for key in ("url", *(key for key in fields if key != "url")):
        lines += [*_comment(fields[key].description or ""), f"{key} = {_toml(_EXAMPLES[key])}"]
    return "".join(f"# {line}\n" for line in lines)


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(" ".join(text.split()), _WIDTH)]


def _toml(value: Any) -> str:
    if isinstance(value, timedelta):
        return f'"{format_duration(value)}"'
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, bool | int):
        return json.dumps(value)
    if isinstance(value, Path):
        value = value.as_posix()
    # A JSON string is a TOML basic string (TOML 1.0).
    return json.dumps(str(value), ensure_ascii=False)
