"""What pydantic found wrong, in the words of the file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from ingest.config.feed_settings import FeedConfig
from ingest.config.tables import Config

ENVIRONMENT_PREFIX = "GUIDANG_"
_SECRET_KEYS = {"access_key", "auth", "database", "headers", "instances", "proxy"}
# What stands before the @ of an address, well-formed or not.
_CREDENTIALS = re.compile(r"[^\s/]*@")


def explain(error: ValidationError, overrides: Mapping[str, dict[str, Any]]) -> Iterable[str]:
    """Say each mistake once, in the words of the file."""
    said: set[str] = set()
    for fault in error.errors():
        place = _place(fault["loc"], overrides)
        problem = f"{place}: {_problem(fault)}"
        if problem not in said:
            said.add(problem)
            yield problem


def _place(loc: tuple[int | str, ...], overrides: Mapping[str, dict[str, Any]]) -> str:
    table, *keys = loc
    names = [str(key) for key in keys if isinstance(key, int) or not _is_union_branch(key)]
    if names and names[0] in overrides.get(str(table), {}):
        return f"environment {ENVIRONMENT_PREFIX}{str(table).upper()}__{names[0].upper()}"
    if table == "feeds" and keys:
        return " ".join([f"[[feeds]] number {int(keys[0]) + 1}:", *names[1:2]])
    return ".".join([f"[{table}] {names[0]}", *names[1:]]) if names else f"{table}"


def _is_union_branch(key: str) -> bool:
    return key in {"bool", "IPv4Network", "IPv6Network", "literal['auto']"}


def _problem(fault: Mapping[str, Any]) -> str:
    kind, given = fault["type"], fault["input"]
    if kind == "extra_forbidden":
        return _unknown_key(fault["loc"])
    if kind == "missing":
        return "is missing"
    message = str(fault["msg"]).removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    secret = _SECRET_KEYS & set(fault["loc"])
    shown = not secret and not isinstance(given, dict | list)
    return f"{message} (it says {_without_credentials(given)!r})" if shown else message


def _without_credentials(given: object) -> object:
    return _CREDENTIALS.sub("…@", given) if isinstance(given, str) else given


def _unknown_key(loc: tuple[int | str, ...]) -> str:
    key, known = str(loc[-1]), list(Config.model_fields)
    if len(loc) > 1:
        known = list(_model_of(str(loc[0])).model_fields)
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
    return f"no such {'key' if len(loc) > 1 else 'table'}; {hint}"


def _model_of(table: str) -> type[BaseModel]:
    return FeedConfig if table == "feeds" else type(Config.model_fields[table].default)
