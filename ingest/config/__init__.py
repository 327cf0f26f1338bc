"""The configuration: `config.toml` and the environment → `Config`, or a `ConfigError` that names
every mistake at once with its file, table and key.

    load        find the file, read it, let the environment override it   ← open this first
    tables      what can be set, with defaults and one sentence each
    kinds       what a value can be: durations, sizes, zones, addresses
    mistakes    what pydantic found wrong, in the words of the file
"""

from ingest.config.kinds import (
    format_duration,
    format_size,
    parse_duration,
    parse_size,
    read_feed_url,
)
from ingest.config.load import load_config
from ingest.config.tables import (
    ArchiveConfig,
    Config,
    DatabaseConfig,
    FeedConfig,
    FeedSettings,
    FetchConfig,
    LogConfig,
    RsshubConfig,
    ScheduleConfig,
    WaybackConfig,
)

__all__ = [
    "ArchiveConfig",
    "Config",
    "DatabaseConfig",
    "FeedConfig",
    "FeedSettings",
    "FetchConfig",
    "LogConfig",
    "RsshubConfig",
    "ScheduleConfig",
    "WaybackConfig",
    "format_duration",
    "format_size",
    "load_config",
    "parse_duration",
    "parse_size",
    "read_feed_url",
]
