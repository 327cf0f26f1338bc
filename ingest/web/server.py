"""Run uvicorn in the process of the pages, until the service stops it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import uvicorn

from ingest.config import Config
from ingest.database import Database
from ingest.feed import FeedState
from ingest.logs import set_up_logging
from ingest.store import feeds
from ingest.views.text import show_times_in
from ingest.web.app import make_app
from ingest.web.finding import FINDS_WITHIN
from ingest.web.health import answer_with
from ingest.web.pipes import Asker, Pipes

logger = logging.getLogger(__name__)

_GRACE = 2  # seconds in which running requests may finish when the server closes
_ANSWERS_WITHIN = 2  # seconds
_LATER = 10  # seconds after the service gives up, so that its answer arrives
_SILENT = {"service": "it does not answer"}


def serve(
    config: Config, listener: socket.socket, pipes: Pipes, level: str, stop: signal.Signals
) -> None:
    """Serve the pages on an open port until the signal `stop`; `pipes` lead to the service."""
    zone = ZoneInfo(config.timezone)
    set_up_logging(level, config.log.format, zone)
    show_times_in(zone)
    database = Database(config.database.url)
    _warn_of_whole_texts(config, database)
    health = Asker(pipes.health, _ANSWERS_WITHIN)
    finder = Asker(pipes.finding, FINDS_WITHIN + _LATER)
    app = make_app(
        config,
        database,
        ask=lambda path: health.ask(path) or answer_with(_SILENT),
        find=finder.ask,
    )
    try:
        asyncio.run(_serve(_Server(_settings(app)), listener, stop))
    finally:
        database.dispose()


def _warn_of_whole_texts(config: Config, database: Database) -> None:
    """Log a warning if everyone may read texts that the settings of feeds withhold."""
    if not config.web.public:
        return
    every = [feed for feed in database.view(feeds.every) if _is_withheld(feed)]
    if every:
        logger.warning(
            "[web] public shows everyone the whole texts of %d feeds with excerpt_only or "
            "publish_after, such as %s",
            len(every),
            every[0].name,
        )


def _is_withheld(feed: FeedState) -> bool:
    return feed.settings.excerpt_only or feed.settings.publish_after is not None


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no signal handlers."""
        yield


def _settings(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,  # `access` itself judges what a proxy adds
        timeout_graceful_shutdown=_GRACE,
    )


async def _serve(server: uvicorn.Server, listener: socket.socket, stop: signal.Signals) -> None:
    def end() -> None:
        server.should_exit = True

    asyncio.get_running_loop().add_signal_handler(stop, end)
    await server.serve(sockets=[listener])
