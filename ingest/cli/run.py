"""`guidang run`: the long-running service."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from ingest.cli.session import adopt_feeds, open_session, read_configuration

if TYPE_CHECKING:
    from ingest.config import Config
    from ingest.daemon.service import Reload
    from ingest.database import Database


def run(ctx: typer.Context) -> None:
    """Look at feeds whenever they are due, until stopped; SIGHUP reads the configuration again."""
    from ingest.errors import ConfigError
    from ingest.services import system_clock

    with open_session(ctx) as session:

        def read_again() -> Config:
            config, file = read_configuration(ctx)
            if config.database.url != session.config.database.url:
                reason = "[database] url: another database needs a restart"
                raise ConfigError(str(file), (reason,))
            adopt_feeds(config, session.database, system_clock())
            return config

        asyncio.run(_run(session.config, session.database, read_again))


async def _run(config: Config, database: Database, reload: Reload) -> None:
    from ingest.daemon import Daemon

    await Daemon(config, database, reload).run()
