"""Explain pydantic's errors in terms of the configuration file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from ingest.config.tables import SEVERAL, Config, model_of
from ingest.messages import message

ENVIRONMENT_PREFIX = "GUIDANG_"
_SECRET_KEYS = {"access_key", "auth", "database", "headers", "instances", "proxy"}
_SECRET_KEYS |= {"password", "read_password"}
# The part of an address before its @, even if the address is malformed.
_CREDENTIALS = re.compile(r"[^\s/]*@")


def explain(error: ValidationError, overrides: Mapping[str, dict[str, Any]]) -> Iterable[str]:
    """Yield a message for each mistake, without repeats, in terms of the file."""
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
    if table in SEVERAL and keys:
        number = int(keys[0]) + 1
        return " ".join([message(f"[[{table}]] number {number}:"), *names[1:2]])
    return ".".join([f"[{table}] {names[0]}", *names[1:]]) if names else f"{table}"


def _is_union_branch(key: str) -> bool:
    return key in {"bool", "IPv4Network", "IPv6Network", "literal['auto']"}


def _problem(fault: Mapping[str, Any]) -> str:
    kind, given = fault["type"], fault["input"]
    if kind == "extra_forbidden":
        return _unknown_key(fault["loc"])
    if kind == "missing":
        return message("is missing")
    problem = str(fault["msg"]).removeprefix("Value error, ")
    problem = problem[:1].lower() + problem[1:]
    secret = _SECRET_KEYS & set(fault["loc"])
    shown = not secret and not isinstance(given, dict | list)
    return message(f"{problem} (it says {_without_credentials(given)!r})") if shown else problem


def _without_credentials(given: object) -> object:
    return _CREDENTIALS.sub("…@", given) if isinstance(given, str) else given


def _unknown_key(loc: tuple[int | str, ...]) -> str:
    key, known = str(loc[-1]), list(Config.model_fields)
    if len(loc) > 1:
        known = list(model_of(str(loc[0])).model_fields)
    close = difflib.get_close_matches(key, known, n=1)
    meant, names = close[0] if close else "", ", ".join(known)
    hint = message(f"did you mean {meant}?") if close else message(f"known are {names}")
    return message(f"no such key; {hint}") if len(loc) > 1 else message(f"no such table; {hint}")
