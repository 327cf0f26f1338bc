"""Read the configuration, a `Config`, from `config.toml` and the environment.

A `ConfigError` lists every mistake with its file, table and key.

    load            find the file, read it, apply the environment   ← open this first
    tables          the tables of the file
    outputs         the archive, and other folders of files
    after           what happens after files were written
    images          kept pictures
    requests        the tables about requests to others
    feed_settings   the settings of a feed, each declared once for file, command, OPML and manual
    kinds           types of values: durations, sizes, zones, addresses
    mistakes        validation errors in the words of the file
    example         config.example.toml, and the manual's table of feed settings
"""

from ingest.config.engine import EngineConfig
from ingest.config.feed_settings import FeedConfig, FeedSettings, feed_settings
from ingest.config.images import ImagesConfig
from ingest.config.kinds import (
    format_duration,
    format_size,
    parse_duration,
    parse_size,
    read_feed_url,
)
from ingest.config.load import load_config
from ingest.config.outputs import ArchiveConfig, OutputConfig
from ingest.config.requests import FetchConfig, RsshubConfig, WaybackConfig
from ingest.config.tables import Config, DatabaseConfig, LogConfig, ScheduleConfig

__all__ = [
    "ArchiveConfig",
    "Config",
    "DatabaseConfig",
    "EngineConfig",
    "FeedConfig",
    "FeedSettings",
    "FetchConfig",
    "ImagesConfig",
    "LogConfig",
    "OutputConfig",
    "RsshubConfig",
    "ScheduleConfig",
    "WaybackConfig",
    "feed_settings",
    "format_duration",
    "format_size",
    "load_config",
    "parse_duration",
    "parse_size",
    "read_feed_url",
]
