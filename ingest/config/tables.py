"""The tables of config.toml: one model each, with a default and a sentence for each setting.

`config.example.toml` is generated from these models.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from ingest.config.feed_settings import FeedConfig
from ingest.config.kinds import Category, Interval, Listen, Table, Zone
from ingest.config.requests import FetchConfig, RsshubConfig, WaybackConfig
from ingest.urls import Url

# A file name may have 143 bytes on eCryptfs; the id and the year take their part of these.
_LONGEST_OWN = 120


class DatabaseConfig(Table):
    """The database, which stores everything that Guidang has seen."""

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
        driver = "sqlite" if scheme == "sqlite" else "postgresql+psycopg"
        return Url(f"{driver}://{rest}")


class ArchiveConfig(Table):
    """The archive: the folder of record files, one for each entry, that Hexo builds."""

    path: Path = Field(
        Path("source/_posts"),
        description="The folder of the records, relative to this file.",
    )
    layout: Literal["hexo"] = Field("hexo", description="The file format of the records.")
    template: str = Field(
        "{feed}/{year}/{month}/{date}-{title}-{id}.md",
        description="The path of a record below `path`; {id} must be in its last part.",
    )
    timezone: Zone = Field(
        "Asia/Shanghai",
        description="The time zone of the dates in paths and of `local` dates.",
    )
    date_style: Literal["rfc822", "local", "iso"] = Field(
        "rfc822",
        description="How `date` is written: rfc822 (GMT), local (in `timezone`) or iso (UTC).",
    )
    default_category: Category = Field(
        "未分类", description="The first category of a feed without categories."
    )
    default_image: str = Field(
        "", description="The headimg of an entry without a picture; empty: no headimg."
    )

    @field_validator("template")
    @classmethod
    def _identifies_every_entry(cls, template: str) -> str:
        known = {"feed", "year", "month", "day", "date", "title", "id"}
        unknown = set(re.findall(r"\{([^{}]*)\}", template)) - known
        if unknown:
            raise ValueError(f"unknown field {min(unknown)}; known are {', '.join(sorted(known))}")
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


class ScheduleConfig(Table):
    """How often feeds are polled."""

    interval: Interval = Field(
        timedelta(hours=1),
        description="The time between two polls of a new feed, until its habits are known.",
    )
    min_interval: Interval = Field(
        timedelta(minutes=15), description="The shortest time between two polls of a feed."
    )
    max_interval: Interval = Field(
        timedelta(days=1), description="The longest time between two polls of a feed."
    )
    gone_interval: Interval = Field(
        timedelta(days=7),
        description="The time between two polls of a feed whose server says it is gone (404, 410).",
    )

    check_interval: Interval = Field(
        timedelta(days=7),
        description="A feed that is unchanged for this long is fetched whole, without validators.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min_interval > self.max_interval:
            raise ValueError("min_interval is longer than max_interval")
        return self


class DaemonConfig(Table):
    """The long-running service, `guidang run`."""

    tick: Interval = Field(
        timedelta(seconds=2), description="How often the service checks which feeds are due."
    )
    shutdown_timeout: Interval = Field(
        timedelta(seconds=20),
        description="How long running polls may take to finish when the service is stopped.",
    )


class WebConfig(Table):
    """The small web server of the service: /healthz, /readyz and /metrics."""

    listen: Listen = Field(
        "127.0.0.1:8710", description="The address to listen on, HOST:PORT; empty: no web server."
    )


class LogConfig(Table):
    """The log, on standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important messages shown."
    )
    format: Literal["text", "json"] = Field("text", description="text, or json: one object a line.")


class Config(Table):
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
