"""Start a command: read the configuration, set up the log, upgrade the database."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from ingest.views.text import show_times_in

if TYPE_CHECKING:
    from ingest.config import Config, FeedConfig
    from ingest.database import Database
    from ingest.rsshub import Instance


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The configuration and database of a command.

    `feeds` lists the feeds that the configuration file names.
    """

    config: Config
    file: Path
    database: Database
    now: datetime
    feeds: Sequence[FeedConfig]
    instances: Sequence[Instance]


@contextlib.contextmanager
def open_session(ctx: typer.Context, *, quiet: bool = False) -> Iterator[Session]:
    """Read the configuration, upgrade an outdated database, and store the feeds of the file.

    With `quiet`, the log shows only warnings and errors, because the command prints its results.
    """
    from ingest.clock import system_clock
    from ingest.database import Database
    from ingest.rsshub import instances_of

    config, file = read_configuration(ctx, quiet=quiet)
    database = Database(config.database.url)
    try:
        _refuse_to_begin_anew(database, config)
        database.upgrade()
        now = system_clock()
        adopt_outputs(config, database, now)
        yield Session(
            config=config,
            file=file,
            database=database,
            now=now,
            feeds=adopt_feeds(config, database, now),
            instances=instances_of(config.rsshub),
        )
    finally:
        database.dispose()


def mend_times(session: Session) -> int:
    """Reschedule feeds that were scheduled by a wrong clock; return how many are due now."""
    from ingest.schedule import longest_plan
    from ingest.store import times

    most = longest_plan(session.config.schedule)
    return session.database.transact(times.mend, session.now, most, at_once=True)


def read_configuration(ctx: typer.Context, *, quiet: bool = False) -> tuple[Config, Path]:
    """Read the configuration; set up the log and the time zone of the output."""
    from ingest.config import load_config
    from ingest.logs import set_up_logging

    named = ctx.obj["config"]
    config, file = load_config(Path(named) if named else None)
    level = "debug" if ctx.obj["debug"] else config.log.level
    zone = ZoneInfo(config.timezone)
    set_up_logging("warning" if quiet and level == "info" else level, config.log.format, zone)
    show_times_in(zone)
    return config, file


def publish(session: Session) -> None:
    """Commit the written files to git and run the user's command, if configured.

    Raise `PublishError` if one of these fails; the next command tries again.
    """
    from ingest.clock import system_clock
    from ingest.publish import Publisher

    Publisher(session.config, session.database, system_clock).publish()


def adopt_feeds(config: Config, database: Database, now: datetime) -> Sequence[FeedConfig]:
    """Store the feeds of the configuration file; return them with their stored addresses."""
    from ingest.rsshub import instances_of, kept_address
    from ingest.store import feeds_of_file

    instances = instances_of(config.rsshub)
    wanted = [
        feed.model_copy(update={"url": kept_address(feed.url, instances)}) for feed in config.feeds
    ]
    if database.query(feeds_of_file.differs, wanted):
        database.transact(feeds_of_file.adopt, wanted, now=now)
    return wanted


def adopt_outputs(config: Config, database: Database, now: datetime) -> None:
    """Store the followers of the configuration; remove followers that it no longer has.

    A follower is a task that processes changed entries.
    """
    from ingest.follow.registry import adopt

    adopt(config, database, now=now)


def _refuse_to_begin_anew(database: Database, config: Config) -> None:
    """Raise `StoreError` if the database file is missing but an output has records.

    Probably the disk of the database is not mounted, so an empty database would be wrong.
    """
    from ingest.errors import StoreError
    from ingest.follow.files.presence import has_records

    if not database.is_missing:
        return
    for output in config.every_output:
        if has_records(output.path):
            raise StoreError(
                f"{database.name} is not there, but {output.path} has records: is its disk "
                "mounted? To begin with an empty database: guidang db upgrade"
            )
