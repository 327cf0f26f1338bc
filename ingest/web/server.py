"""Run uvicorn in the process of the pages, until the service stops it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import uvicorn

from ingest.config import Config
from ingest.database import Database
from ingest.logs import set_up_logging
from ingest.views.text import show_times_in
from ingest.web.app import make_app
from ingest.web.health import answer_with
from ingest.web.pipes import Asker, Pipes

_GRACE = 2  # seconds in which running requests may finish when the server closes
_ANSWERS_WITHIN = 2  # seconds
_FINDS_WITHIN = 100  # seconds; several pages may be slow
_SILENT = {"service": "it does not answer"}


def serve(
    config: Config, listener: socket.socket, pipes: Pipes, level: str, stop: signal.Signals
) -> None:
    """Serve the pages on an open port until the signal `stop`; `pipes` lead to the service."""
    zone = ZoneInfo(config.timezone)
    set_up_logging(level, config.log.format, zone)
    show_times_in(zone)
    database = Database(config.database.url)
    health, finder = Asker(pipes.health, _ANSWERS_WITHIN), Asker(pipes.finding, _FINDS_WITHIN)
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
        proxy_headers=False,  # `access` refuses what comes through a proxy
        timeout_graceful_shutdown=_GRACE,
    )


async def _serve(server: uvicorn.Server, listener: socket.socket, stop: signal.Signals) -> None:
    def end() -> None:
        server.should_exit = True

    asyncio.get_running_loop().add_signal_handler(stop, end)
    await server.serve(sockets=[listener])
