"""The models of the tables in config.toml. Each setting has a default and a description.

`config.example.toml` is generated from these models.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from ingest.config.after import GitConfig, HooksConfig
from ingest.config.engine import EngineConfig
from ingest.config.feed_settings import FeedConfig
from ingest.config.images import ImagesConfig
from ingest.config.kinds import Interval, Table
from ingest.config.outputs import ArchiveConfig, OutputConfig
from ingest.config.requests import FetchConfig, RsshubConfig, WaybackConfig
from ingest.config.web import WebConfig
from ingest.urls import Url


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


class SearchConfig(Table):
    """The index of `guidang search`."""

    enabled: bool = Field(
        default=True,
        description="Whether to fill the index. It takes about as much room as the texts; without "
        "it nothing can be searched.",
    )


class DuplicatesConfig(Table):
    """Near-duplicates: entries of several feeds with the same article."""

    enabled: bool = Field(default=True, description="Whether to link near-duplicates.")


class LogConfig(Table):
    """The log, on standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important messages shown."
    )
    format: Literal["text", "json"] = Field("text", description="text, or json: one object a line.")


class Config(Table):
    """All settings of the user. Paths are absolute."""

    database: DatabaseConfig = DatabaseConfig()
    archive: ArchiveConfig = ArchiveConfig()
    outputs: tuple[OutputConfig, ...] = ()
    git: GitConfig = GitConfig()
    hooks: HooksConfig = HooksConfig()
    fetch: FetchConfig = FetchConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    rsshub: RsshubConfig = RsshubConfig()
    daemon: DaemonConfig = DaemonConfig()
    engine: EngineConfig = EngineConfig()
    web: WebConfig = WebConfig()
    search: SearchConfig = SearchConfig()
    duplicates: DuplicatesConfig = DuplicatesConfig()
    images: ImagesConfig = ImagesConfig()
    wayback: WaybackConfig = WaybackConfig()
    log: LogConfig = LogConfig()
    feeds: tuple[FeedConfig, ...] = ()

    @property
    def every_output(self) -> tuple[OutputConfig, ...]:
        """Return the outputs. The archive is first, if it is configured or is the only output."""
        has_archive = "archive" in self.model_fields_set or not self.outputs
        return (self.archive, *self.outputs) if has_archive else self.outputs

    @property
    def timezone(self) -> str:
        """Return the time zone of the first output, in which times are shown."""
        return self.every_output[0].timezone

    @field_validator("outputs")
    @classmethod
    def _no_output_twice(cls, outputs: tuple[OutputConfig, ...]) -> tuple[OutputConfig, ...]:
        seen = {"archive"}
        for output in outputs:
            if output.name in seen:
                raise ValueError(f"another output is called {output.name!r}")
            seen.add(output.name)
        return outputs

    @field_validator("duplicates")
    @classmethod
    def _are_linked_if_an_output_needs_it(
        cls, duplicates: DuplicatesConfig, info: ValidationInfo
    ) -> DuplicatesConfig:
        outputs = (info.data.get("archive"), *info.data.get("outputs", ()))
        needing = [output.name for output in outputs if output and output.duplicates != "keep"]
        if needing and not duplicates.enabled:
            raise ValueError(f"the output {needing[0]} needs enabled = true, or duplicates = keep")
        return duplicates

    @field_validator("engine")
    @classmethod
    def _fits_the_rest(cls, engine: EngineConfig, info: ValidationInfo) -> EngineConfig:
        if engine.kind == "local":
            return engine
        database, fetch = info.data.get("database"), info.data.get("fetch")
        if database and database.url.startswith("sqlite"):
            raise ValueError('kind = "procrastinate" needs PostgreSQL; set [database] url')
        # After a worker was killed, its last request must be long enough ago.
        if fetch and engine.stalled_after <= fetch.host_delay:
            raise ValueError("stalled_after must be longer than fetch.host_delay")
        return engine

    @field_validator("feeds")
    @classmethod
    def _no_feed_twice(cls, feeds: tuple[FeedConfig, ...]) -> tuple[FeedConfig, ...]:
        seen: set[str] = set()
        for feed in feeds:
            if feed.url in seen:
                raise ValueError(f"{feed.url} is there twice")
            seen.add(feed.url)
        return feeds


# Tables that may appear several times, each with its model.
SEVERAL: Mapping[str, type[Table]] = {"feeds": FeedConfig, "outputs": OutputConfig}


def model_of(table: str) -> type[Table]:
    """Return the model of a table by its name in the file."""
    return SEVERAL.get(table) or type(Config.model_fields[table].default)
