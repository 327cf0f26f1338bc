"""Run uvicorn in the process of the pages, until the service stops it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from zoneinfo import ZoneInfo

import uvicorn

from ingest.config import Config
from ingest.database import Database
from ingest.logs import set_up_logging
from ingest.views.text import show_times_in
from ingest.web.app import make_app
from ingest.web.health import Answer, answer_with

_GRACE = 2  # seconds in which running requests may finish when the server closes
_ANSWERS_WITHIN = 2  # seconds
_SILENT = {"service": "it does not answer"}


def serve(
    config: Config, listener: socket.socket, pipe: Connection, level: str, stop: signal.Signals
) -> None:
    """Serve the pages on an open port until the signal `stop`; `pipe` leads to the service."""
    zone = ZoneInfo(config.timezone)
    set_up_logging(level, config.log.format, zone)
    show_times_in(zone)
    database = Database(config.database.url)
    app = make_app(config, database, ask=Asker(pipe).ask)
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


class Asker:
    """Asks the service for its health, one question after the other."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._turn = threading.Lock()
        self._number = 0

    def ask(self, path: str) -> Answer:
        """Return the service's answer for a path; status 503 if it does not answer in time."""
        if not self._turn.acquire(timeout=_ANSWERS_WITHIN):
            return answer_with(_SILENT)
        try:
            return self._ask(path) or answer_with(_SILENT)
        except (EOFError, OSError):  # the service has just ended
            return answer_with(_SILENT)
        finally:
            self._turn.release()

    def _ask(self, path: str) -> Answer | None:
        """Ask, and skip late answers to earlier questions; None if no answer comes in time."""
        self._number += 1
        self._pipe.send((self._number, path))
        while self._pipe.poll(_ANSWERS_WITHIN):
            number, answer = self._pipe.recv()
            if number == self._number:
                return answer  # type: ignore[no-any-return]
        return None
