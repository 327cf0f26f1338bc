"""What can be set: each table a model, each setting with its default and one sentence.

`config.example.toml` and the manual are made from these; a setting without a description fails
a test.
"""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ingest.config.kinds import (
    Category,
    Duration,
    FeedProxy,
    FeedUrl,
    FullText,
    HeaderName,
    HeaderValue,
    InstanceUrl,
    Interval,
    Listen,
    Proxy,
    Size,
    Zone,
    format_duration,
    hidden,
    read_host,
    read_network,
    without_password,
)

# Of 143, which eCryptfs takes, the id and a year need their part.
_LONGEST_OWN = 120


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
        own = (re.sub(r"\{[^{}]*\}", "", part) for part in parts)
        if any(len(text.encode()) > _LONGEST_OWN for text in own):
            raise ValueError(f"a part may have {_LONGEST_OWN} bytes beside what it is filled with")
        return template


class FetchConfig(_Table):
    """How documents are asked for."""

    user_agent: HeaderValue = Field(
        "",
        description="The name told to publishers; empty: Guidang's own name and version.",
    )
    contact: HeaderValue = Field(
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
    proxy: Proxy = Field(
        "", description="An http://, https:// or socks5:// proxy for every request; empty: none."
    )
    no_proxy: tuple[str, ...] = Field(
        (),
        description="Hosts, domains, addresses and networks that are asked without the proxy, such "
        'as ["example.cn", "edu.cn"]; this machine and its own network always are.',
    )
    http2: bool = Field(True, description="Whether HTTP/2 is used where a server offers it.")
    ca_file: str = Field(
        "", description="A file of certificate authorities to trust beside the usual ones."
    )

    @field_validator("no_proxy", mode="before")
    @classmethod
    def _read_hosts(cls, hosts: object) -> object:
        if not isinstance(hosts, list | tuple):
            raise ValueError('write a list of hosts such as ["example.cn"]')  # noqa: TRY004
        return tuple(read_host(str(host)) for host in hosts)

    @field_validator("allow_private", mode="before")
    @classmethod
    def _read_networks(cls, networks: object) -> object:
        if not isinstance(networks, list | tuple):
            # pydantic explains a ValueError to the user, a TypeError it does not.
            raise ValueError('write a list of networks such as ["192.168.1.0/24"]')  # noqa: TRY004
        return tuple(read_network(network) for network in networks)


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
    gone_interval: Interval = Field(
        timedelta(days=7),
        description="The time between two looks at a feed that its server says is gone (404, 410).",
    )

    check_interval: Interval = Field(
        timedelta(days=7),
        description="How long a feed may say that it is unchanged before all of it is asked for.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min_interval > self.max_interval:
            raise ValueError("min_interval is longer than max_interval")
        return self


class RsshubConfig(_Table):
    """The RSSHub instances that `rsshub://` feeds are asked from."""

    instances: tuple[InstanceUrl, ...] = Field(
        ("https://rsshub.app",),
        min_length=1,
        description="The instances, in the order they are tried; one with a key of its own is "
        "written https://HOST?key=KEY.",
    )
    access_key: str = Field(
        "", description="The ACCESS_KEY of your instances; never shown, logged or exported."
    )


class DaemonConfig(_Table):
    """The long-running service, `guidang run`."""

    tick: Interval = Field(
        timedelta(seconds=2), description="How often it asks which feeds are due."
    )
    shutdown_timeout: Interval = Field(
        timedelta(seconds=20),
        description="How long looks in flight may take to finish when it is stopped.",
    )


class WebConfig(_Table):
    """The small web server of the service: /healthz, /readyz and /metrics."""

    listen: Listen = Field(
        "127.0.0.1:8710", description="Where it listens, HOST:PORT; empty: nowhere."
    )


class WaybackConfig(_Table):
    """The web archive that `guidang backfill --source wayback` asks."""

    index: str = Field(
        "https://web.archive.org/cdx/search/cdx",
        description="The address of its index of captures (a CDX server).",
    )
    capture: str = Field(
        "https://web.archive.org/web/{timestamp}id_/{url}",
        description="The address of a capture's own bytes, of {timestamp} and {url}.",
    )
    delay: Duration = Field(
        timedelta(seconds=4), description="The time between two requests to the archive."
    )
    order: Literal["newest", "oldest"] = Field(
        "newest", description="Which captures are taken first: newest or oldest."
    )
    pages: bool = Field(
        False, description="Whether captures of the site's article pages are taken as well."
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
    user_agent: HeaderValue | None = Field(
        None, description="The name told to its publisher, instead of fetch.user_agent."
    )
    headers: dict[HeaderName, HeaderValue] = Field(
        {},
        description="Headers sent to its server alone, such as Cookie; a value env:NAME or "
        "credential:NAME is taken from there, and never stored.",
    )
    auth: str | None = Field(
        None,
        description="USER:PASSWORD for its server (HTTP Basic), or env:NAME, or credential:NAME.",
    )
    proxy: FeedProxy | None = Field(
        None,
        description="The proxy for it and its pages instead of fetch.proxy, or none; its password "
        "may be in env:NAME or credential:NAME, which hold the whole address.",
    )
    follow_moves: bool = Field(
        True,
        description="Whether it is asked at the address that permanent redirects have led to for "
        "days; false goes back to its own.",
    )

    def as_json(self) -> dict[str, Any]:
        """Only what is set, in the form that config.toml has."""
        settings = self.model_dump(exclude_defaults=True)
        if self.interval is not None:
            settings["interval"] = format_duration(self.interval)
        if self.categories:
            settings["categories"] = list(self.categories)
        return settings

    def as_shown(self) -> dict[str, Any]:
        """The same without secrets: what says where one is to be found may be shown."""
        settings = self.as_json()
        if self.headers:
            settings["headers"] = {name: hidden(value) for name, value in self.headers.items()}
        if self.auth:
            settings["auth"] = hidden(self.auth)
        if self.proxy:
            settings["proxy"] = without_password(self.proxy)
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
    daemon: DaemonConfig = DaemonConfig()
    web: WebConfig = WebConfig()
    wayback: WaybackConfig = WaybackConfig()
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
