"""The configuration: `config.toml` and the environment → `Config`, or a `ConfigError` that names
every mistake at once with its file, table and key. It opens nothing but the file itself.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from ingest.errors import ConfigError

ENVIRONMENT_PREFIX = "GUIDANG_"
SYSTEM_CONFIG = Path("/etc/guidang/config.toml")

_DURATION_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")
_SIZE_UNITS = {"B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3}
_SIZE_UNITS |= {"KIB": 1024, "MIB": 1024**2, "GIB": 1024**3}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMG]?I?B)?", re.IGNORECASE)
_SECRET_KEYS = {"access_key", "proxy", "database"}
_LONGEST_DURATION = timedelta(days=3660)


def parse_duration(value: object) -> timedelta:
    """Read `30s`, `15m`, `6h`, `1d`, `1h30m`; raise `ValueError` for anything else."""
    if isinstance(value, timedelta):
        return value
    text = str(value).strip().lower()
    parts = _DURATION_PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError("write a duration such as 30s, 15m, 6h or 1d")
    seconds = sum(float(number) * _DURATION_UNITS[unit] for number, unit in parts)
    if seconds > _LONGEST_DURATION.total_seconds():
        raise ValueError("is longer than ten years")
    return timedelta(seconds=seconds)


def format_duration(value: timedelta) -> str:
    """Write a duration the way `parse_duration` reads it: `1h30m`."""
    rest, written = value.total_seconds(), ""
    for unit in ("d", "h", "m"):
        count, rest = divmod(rest, _DURATION_UNITS[unit])
        written += f"{count:.0f}{unit}" if count else ""
    return written + f"{rest:g}s" if rest or not written else written


def parse_size(value: object) -> int:
    """Read `10MB`, `512KiB` or a number of bytes; raise `ValueError` for anything else."""
    match = _SIZE.fullmatch(str(value).strip())
    if match is None:
        raise ValueError("write a size such as 10MB or 512KiB")
    return int(float(match[1]) * _SIZE_UNITS[(match[2] or "B").upper()])


def format_size(value: int) -> str:
    """Write a size the way `parse_size` reads it: `20MB`."""
    for unit in ("GB", "MB", "KB"):
        if value and value % _SIZE_UNITS[unit] == 0:
            return f"{value // _SIZE_UNITS[unit]}{unit}"
    return str(value)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; write one such as Asia/Shanghai") from None
    return name


def read_feed_url(url: str) -> str:
    """Accept an address that feeds can have; raise `ValueError` for another."""
    if not re.match(r"(https?|rsshub)://[^\s/?#]", url, re.IGNORECASE):
        raise ValueError("write an address that begins with http://, https:// or rsshub://")
    return url


def _yes_no_or_auto(value: object) -> object:
    words = {"true": True, "false": False, "auto": "auto"}
    if isinstance(value, bool):
        return value
    if str(value).lower() not in words:
        raise ValueError("write true, false or auto")
    return words[str(value).lower()]


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        raise ValueError("must be longer than nothing")
    return value


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Interval = Annotated[Duration, AfterValidator(_positive)]
Size = Annotated[int, BeforeValidator(parse_size), Field(gt=0)]
Zone = Annotated[str, AfterValidator(_known_zone)]
FeedUrl = Annotated[str, AfterValidator(read_feed_url)]
FullText = Annotated[bool | Literal["auto"], BeforeValidator(_yes_no_or_auto)]
Category = Annotated[str, Field(min_length=1, max_length=100)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DatabaseConfig(_Table):
    """Where everything that was ever seen is kept."""

    url: str = Field(
        "sqlite:///guidang.db",
        description="A SQLAlchemy address: a SQLite file (relative to this file), or "
        "postgresql://user@host/name.",
    )

    @field_validator("url")
    @classmethod
    def _name_the_driver(cls, url: str) -> str:
        scheme, separator, rest = url.partition("://")
        if not separator or scheme not in {
            "sqlite",
            "postgres",
            "postgresql",
            "postgresql+psycopg",
        }:
            raise ValueError("write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
        return f"sqlite://{rest}" if scheme == "sqlite" else f"postgresql+psycopg://{rest}"


class ArchiveConfig(_Table):
    """The folder of front-matter files that Hexo builds."""

    path: Path = Field(
        Path("source/_posts"),
        description="The folder that the records are written to, relative to this file.",
    )
    layout: Literal["hexo"] = Field("hexo", description="The form of the records.")
    template: str = Field(
        "{feed}/{year}/{month}/{date}-{title}-{id}.md",
        description="The path of a record below `path`; {id} must be in its last part.",
    )
    timezone: Zone = Field(
        "Asia/Shanghai",
        description="The zone that the dates in paths, and `local` dates, are written in.",
    )
    date_style: Literal["rfc822", "local", "iso"] = Field(
        "rfc822",
        description="How `date` is written: rfc822 (GMT), local (in `timezone`) or iso (UTC).",
    )
    default_category: Category = Field(
        "未分类", description="The first category of a feed that has none set."
    )
    default_image: str = Field(
        "", description="The headimg of an entry without a picture; empty: none is written."
    )

    @field_validator("template")
    @classmethod
    def _identifies_every_entry(cls, template: str) -> str:
        known = {"feed", "year", "month", "day", "date", "title", "id"}
        unknown = set(re.findall(r"\{([^{}]*)\}", template)) - known
        if unknown:
            raise ValueError(f"knows no {{{min(unknown)}}}; it knows {', '.join(sorted(known))}")
        parts = template.split("/")
        if "{id}" not in parts[-1]:
            raise ValueError("the last part must hold {id}, or two entries could share a file")
        if not parts[-1].endswith((".md", ".html")):
            raise ValueError("must end with .md or .html")
        if any(part in {"", ".", ".."} for part in parts):
            raise ValueError("must be a path below archive.path, without empty parts or ..")
        return template


class FetchConfig(_Table):
    """How documents are asked for."""

    user_agent: str = Field(
        "",
        description="The name told to publishers; empty: Guidang's own name and version.",
    )
    contact: str = Field(
        "https://github.com/guidang/guidang",
        description="The page or address added to the name; better one where you can be reached.",
    )
    max_size: Size = Field(
        20_000_000, description="The largest document taken, after decompression."
    )
    connect_timeout: Interval = Field(
        timedelta(seconds=15), description="The longest wait for a connection."
    )
    idle_timeout: Interval = Field(
        timedelta(seconds=30), description="The longest silence while a document comes in."
    )
    total_timeout: Interval = Field(
        timedelta(seconds=120), description="The longest a whole document may take."
    )
    max_redirects: int = Field(
        8, ge=0, le=30, description="The most redirects followed for one document."
    )
    allow_private: tuple[IPv4Network | IPv6Network, ...] = Field(
        (),
        description="Networks that are not public but may be asked, such as your own RSSHub's: "
        '["192.168.1.10/32"]; with a fake-IP proxy (Clash, Surge) also "198.18.0.0/15".',
    )
    concurrency: int = Field(
        32, ge=1, le=1000, description="The most documents fetched at the same time."
    )
    per_host: int = Field(
        2, ge=1, le=100, description="The most documents fetched from one site at the same time."
    )
    host_delay: Duration = Field(
        timedelta(milliseconds=500),
        description="The shortest time between two requests to one site.",
    )
    proxy: str = Field(
        "", description="An http://, https:// or socks5:// proxy for every request; empty: none."
    )
    http2: bool = Field(True, description="Whether HTTP/2 is used where a server offers it.")
    ca_file: str = Field(
        "", description="A file of certificate authorities instead of the usual ones."
    )

    @field_validator("allow_private", mode="before")
    @classmethod
    def _read_networks(cls, networks: object) -> object:
        if not isinstance(networks, list | tuple):
            # pydantic explains a ValueError to the user, a TypeError it does not.
            raise ValueError('write a list of networks such as ["192.168.1.0/24"]')  # noqa: TRY004
        return tuple(_read_network(network) for network in networks)

    @field_validator("proxy")
    @classmethod
    def _proxy_address(cls, proxy: str) -> str:
        if proxy and not re.match(r"(https?|socks5h?)://[^\s/]", proxy):
            raise ValueError("write an address such as http://127.0.0.1:7890")
        return proxy


def _read_network(network: object) -> object:
    try:
        return ip_network(str(network), strict=False)
    except ValueError:
        raise ValueError(f"{network!r} is no network such as 192.168.1.0/24") from None


class ScheduleConfig(_Table):
    """When feeds are looked at again."""

    interval: Interval = Field(
        timedelta(hours=1), description="The time between two looks at a feed of unknown habits."
    )
    min_interval: Interval = Field(
        timedelta(minutes=15), description="The shortest time between two looks at a feed."
    )
    max_interval: Interval = Field(
        timedelta(days=1), description="The longest time between two looks at a feed."
    )


class RsshubConfig(_Table):
    """The RSSHub instances that `rsshub://` feeds are asked from."""

    instances: tuple[FeedUrl, ...] = Field(
        ("https://rsshub.app",),
        min_length=1,
        description="The instances, in the order they are tried.",
    )
    access_key: str = Field(
        "", description="The ACCESS_KEY of your instances; never shown, logged or exported."
    )


class LogConfig(_Table):
    """What is told while it works."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important messages shown."
    )
    format: Literal["text", "json"] = Field("text", description="One line of text, or of JSON.")


class FeedSettings(_Table):
    """What a user sets for one feed; what is not set follows the feed and the tables above."""

    title: str | None = Field(None, description="The name to use instead of the feed's own.")
    author: str | None = Field(None, description="The author of entries that name none.")
    categories: tuple[Category, ...] = Field(
        (), description="The categories of its records, from the widest to the narrowest."
    )
    timezone: Zone | None = Field(
        None, description="The zone of its dates that name none; Asia/Shanghai if not set."
    )
    interval: Interval | None = Field(
        None, description="The time between two looks, instead of a fitting one."
    )
    full_text: FullText = Field(
        False,
        description="Whether article pages are fetched: true, false, or auto (where the feed's "
        "text is cut short).",
    )

    def as_json(self) -> dict[str, Any]:
        """Only what is set, in the form that config.toml has."""
        settings = self.model_dump(exclude_defaults=True)
        if self.interval is not None:
            settings["interval"] = format_duration(self.interval)
        if self.categories:
            settings["categories"] = list(self.categories)
        return settings


class FeedConfig(FeedSettings):
    """One feed of the file; its settings are in `FeedSettings`."""

    url: FeedUrl = Field(description="The address of the feed.")

    @property
    def settings(self) -> FeedSettings:
        """The settings without the address."""
        return FeedSettings.model_validate(self.model_dump(exclude={"url"}))


class Config(_Table):
    """Everything a user can set. Paths are absolute."""

    database: DatabaseConfig = DatabaseConfig()
    archive: ArchiveConfig = ArchiveConfig()
    fetch: FetchConfig = FetchConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    rsshub: RsshubConfig = RsshubConfig()
    log: LogConfig = LogConfig()
    feeds: tuple[FeedConfig, ...] = ()

    @field_validator("feeds")
    @classmethod
    def _no_feed_twice(cls, feeds: tuple[FeedConfig, ...]) -> tuple[FeedConfig, ...]:
        seen: set[str] = set()
        for feed in feeds:
            if feed.url in seen:
                raise ValueError(f"{feed.url} is there twice")
            seen.add(feed.url)
        return feeds


def load_config(
    path: Path | None = None, *, environment: Mapping[str, str] | None = None
) -> tuple[Config, Path]:
    """Read the configuration; return it with the file it came from.

    The file is `path`, else `$GUIDANG_CONFIG`, else `./config.toml`, else
    `/etc/guidang/config.toml`. Raise `ConfigError` with every mistake in it.
    """
    environment = os.environ if environment is None else environment
    found = find_config(path, environment)
    tables = _read_toml(found)
    overrides = _environment_tables(environment, str(found))
    try:
        config = Config.model_validate(_merge(tables, overrides))
    except ValidationError as error:
        raise ConfigError(str(found), tuple(_explain(error, overrides))) from None
    return _resolve_paths(config, found.parent), found


def find_config(path: Path | None, environment: Mapping[str, str]) -> Path:
    """Name the file to read, absolute; raise `ConfigError` where there is none."""
    named = path or (Path(p) if (p := environment.get("GUIDANG_CONFIG")) else None)
    if named is not None:
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
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(str(path), (f"not TOML: {error}",)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), (f"cannot be read: {error}",)) from None


def _environment_tables(environment: Mapping[str, str], source: str) -> dict[str, dict[str, Any]]:
    tables: dict[str, dict[str, Any]] = {}
    for name, text in environment.items():
        table, separator, key = name.removeprefix(ENVIRONMENT_PREFIX).partition("__")
        if not separator or not name.startswith(ENVIRONMENT_PREFIX):
            continue
        tables.setdefault(table.lower(), {})[key.lower()] = _environment_value(name, text, source)
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
    archive = config.archive.model_copy(update={"path": folder / config.archive.path.expanduser()})
    url = config.database.url
    if url.startswith("sqlite:///") and not url.startswith(("sqlite:////", "sqlite:///:")):
        url = f"sqlite:///{folder / url.removeprefix('sqlite:///')}"
    database = config.database.model_copy(update={"url": url})
    return config.model_copy(update={"archive": archive, "database": database})


def _explain(error: ValidationError, overrides: Mapping[str, dict[str, Any]]) -> Iterable[str]:
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
    return f"{message} (it says {given!r})" if shown else message


def _unknown_key(loc: tuple[int | str, ...]) -> str:
    key, known = str(loc[-1]), list(Config.model_fields)
    if len(loc) > 1:
        known = list(_model_of(str(loc[0])).model_fields)
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
    return f"no such {'key' if len(loc) > 1 else 'table'}; {hint}"


def _model_of(table: str) -> type[BaseModel]:
    return FeedConfig if table == "feeds" else type(Config.model_fields[table].default)
