"""Find the configuration file, read it, and apply the environment variables."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import ValidationError

from ingest.config.mistakes import ENVIRONMENT_PREFIX, explain
from ingest.config.outputs import OutputConfig
from ingest.config.tables import Config
from ingest.errors import ConfigError
from ingest.messages import message

AnyOutput = TypeVar("AnyOutput", bound=OutputConfig)
SYSTEM_CONFIG = Path("/etc/guidang/config.toml")


def load_config(
    path: Path | None = None, *, environment: Mapping[str, str] | None = None
) -> tuple[Config, Path]:
    """Read the configuration; return it with the file it came from.

    The file is the first of `path`, `$GUIDANG_CONFIG`, `./config.toml` and
    `/etc/guidang/config.toml` that is given or exists. Raise `ConfigError` with every mistake
    in it.
    """
    environment = os.environ if environment is None else environment
    found = find_config(path, environment)
    tables = _read_toml(found)
    overrides = _environment_tables(environment, str(found))
    for table, settings in _credentials(environment).items():
        overrides.setdefault(table, {}).update(settings)
    try:
        config = Config.model_validate(_merge(tables, overrides))
    except ValidationError as error:
        raise ConfigError(str(found), tuple(explain(error, overrides))) from None
    resolved = _resolve_paths(config, found.parent)
    if mistakes := tuple(_shared_folders(resolved)):
        raise ConfigError(str(found), mistakes)
    return resolved, found


def find_config(path: Path | None, environment: Mapping[str, str]) -> Path:
    """Return the absolute path of the file to read; raise `ConfigError` if there is none."""
    try:
        return _find_config(path, environment)
    except PermissionError as error:
        raise ConfigError(
            error.filename, ("cannot be read: the user that runs guidang has no permission",)
        ) from None


def _find_config(path: Path | None, environment: Mapping[str, str]) -> Path:
    named = path or (Path(p) if (p := environment.get("GUIDANG_CONFIG")) else None)
    if named is not None:
        if named.is_dir():
            raise ConfigError(str(named), ("is a folder; name the file in it",))
        if not named.is_file():
            raise ConfigError(str(named), ("no such file; make one with: guidang init",))
        return named.absolute()
    for candidate in (Path("config.toml"), SYSTEM_CONFIG):
        if candidate.is_file():
            return candidate.absolute()
    raise ConfigError(
        "no configuration",
        (f"neither ./config.toml nor {SYSTEM_CONFIG} is there; make one with: guidang init",),
    )


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(str(path), (f"not TOML: {_explain(error)}",)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), (f"cannot be read: {error}",)) from None
    if "\\u0000" in json.dumps(tables, default=str):
        raise ConfigError(str(path), ("a setting must not contain a NUL character",))
    return tables


def _explain(error: tomllib.TOMLDecodeError) -> str:
    """Return the parser's message; say what to do about a table that is there twice.

    This mistake is common: manuals show tables to copy, but the file of `guidang init` has them
    already.
    """
    twice = re.match(r"Cannot declare \((.*?),?\) twice", str(error))
    if twice is None:
        return str(error)
    name = ".".join(re.findall(r"'([^']*)'", twice[1]))
    return message(f"[{name}] is there twice; put all of its settings below the first one")


def _environment_tables(environment: Mapping[str, str], source: str) -> dict[str, dict[str, Any]]:
    tables: dict[str, dict[str, Any]] = {}
    for name, text in environment.items():
        table, separator, key = name.removeprefix(ENVIRONMENT_PREFIX).partition("__")
        if not separator or not name.startswith(ENVIRONMENT_PREFIX):
            continue
        tables.setdefault(table.lower(), {})[key.lower()] = _environment_value(name, text, source)
    return tables


def _credentials(environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Read the secrets that systemd passes (systemd.exec(5), LoadCredential=), one file each.

    A file is named after its setting, for example `rsshub.access_key`.
    """
    tables: dict[str, dict[str, Any]] = {}
    folder = environment.get("CREDENTIALS_DIRECTORY")
    for file in sorted(Path(folder).glob("*.*")) if folder else ():
        table, _, key = file.name.partition(".")
        try:
            tables.setdefault(table, {})[key] = file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(str(file), (f"cannot be read: {error.strerror}",)) from None
    return tables


def _environment_value(name: str, text: str, source: str) -> Any:
    if not text.startswith("["):
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(source, (f"environment {name}: not a JSON list: {error}",)) from None


def _merge(tables: dict[str, Any], overrides: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    merged = dict(tables)
    for table, values in overrides.items():
        present = merged.get(table, {})
        merged[table] = {**present, **values} if isinstance(present, dict) else present
    return merged


def _resolve_paths(config: Config, folder: Path) -> Config:
    def resolve(output: AnyOutput) -> AnyOutput:
        pictures = output.images_path and folder / output.images_path.expanduser()
        paths = {"path": folder / output.path.expanduser(), "images_path": pictures}
        return output.model_copy(update=paths)

    url = config.database.url
    if url.startswith("sqlite:///") and not url.startswith(("sqlite:////", "sqlite:///:")):
        # The folder is quoted, because `?` and `%` have a special meaning in a URL.
        url = f"sqlite:///{quote(str(folder))}/{url.removeprefix('sqlite:///')}"
    resolved: dict[str, Any] = {"database": config.database.model_copy(update={"url": url})}
    if "archive" in config.model_fields_set or not config.outputs:
        resolved["archive"] = resolve(config.archive)
    images = {"path": folder / config.images.path.expanduser()}
    resolved["images"] = config.images.model_copy(update=images)
    hooks = {"folder": folder / config.hooks.folder.expanduser()}
    resolved["hooks"] = config.hooks.model_copy(update=hooks)
    resolved["outputs"] = tuple(resolve(output) for output in config.outputs)
    return config.model_copy(update=resolved)


def _shared_folders(config: Config) -> Iterator[str]:
    """Yield a mistake for each pair of outputs with the same folder, or with nested folders."""
    for one, other in combinations(config.every_output, 2):
        first, second = one.path.resolve(), other.path.resolve()
        if first.is_relative_to(second) or second.is_relative_to(first):
            names, folders = f"{one.name}, {other.name}", f"{one.path}, {other.path}"
            yield message(
                f"the outputs {names} share a folder ({folders}); give each a folder of its own, "
                "none inside another"
            )
