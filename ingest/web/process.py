"""Serve the pages from a process of their own, so that visitors do not slow down polls.

This process opens the port and keeps it open. If the process of the pages ends, it starts again;
meanwhile connections wait. It asks this process for /healthz, /readyz and /metrics over a pipe.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import multiprocessing
import os
import pickle
import socket
import time
from collections.abc import AsyncIterator
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from ingest.config import Config
from ingest.errors import ConfigError
from ingest.events import first_of
from ingest.web.child import STOP, run
from ingest.web.finding import Find, find_within
from ingest.web.health import Health
from ingest.web.pipes import Pipes

logger = logging.getLogger(__name__)

_LONGEST_WAIT = 60  # seconds before a process that ended is started again
_STOPS_WITHIN = 5  # seconds
_PORT_IS_FREE_WITHIN = 2  # seconds


class PagesProcess:
    """The process that serves the pages: it is started, restarted and stopped by `keep_running`."""

    def __init__(self, listener: socket.socket | None, health: Health, find: Find) -> None:
        self._listener = listener
        self._health = health
        self._find = find
        self._finding: set[asyncio.Task[None]] = set()
        self._sending = asyncio.Lock()
        self._config: Config | None = None
        self._changed = asyncio.Event()

    def adopt(self, config: Config) -> None:
        """Serve the pages with this configuration from now on."""
        is_other = config != self._config
        self._config = config
        if is_other:
            self._changed.set()

    async def keep_running(self) -> None:
        """Start the process as often as it ends, or its configuration changes, until cancelled."""
        failures = 0
        while True:
            if self._config is None or self._listener is None:
                await self._changed.wait()
                self._changed.clear()
                continue
            begun = time.monotonic()
            try:
                if await self._run(self._config):
                    continue
                fault = "ended"
            except OSError as error:  # too many processes or open files, or no memory
                fault = f"cannot run: {error.strerror or error}"
            failures = failures + 1 if time.monotonic() - begun < _LONGEST_WAIT else 1
            wait = min(2**failures, _LONGEST_WAIT)
            logger.error("the process of the pages %s; it starts again in %d s", fault, wait)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), wait)

    async def _run(self, config: Config) -> bool:
        """Run the process until it ends; return whether it ended for a new configuration.

        Raise `OSError` if the system has no room for another process or file.
        """
        self._changed.clear()
        with contextlib.ExitStack() as ours:
            with contextlib.ExitStack() as theirs:
                pipes = [multiprocessing.Pipe() for _ in Pipes._fields]
                health, finding = (ours.enter_context(one) for one, _ in pipes)
                process = self._start(
                    config, Pipes(*(theirs.enter_context(two) for _, two in pipes))
                )
            loop = asyncio.get_running_loop()
            ended = asyncio.Event()
            loop.add_reader(process.sentinel, ended.set)
            loop.add_reader(health.fileno(), self._answer, health)
            loop.add_reader(finding.fileno(), self._begin_finding, finding)
            try:
                await first_of(self._changed, ended)
                return self._changed.is_set()
            finally:
                for readable in (process.sentinel, health.fileno(), finding.fileno()):
                    loop.remove_reader(readable)
                await asyncio.to_thread(_end, process)

    def _start(self, config: Config, pipes: Pipes) -> SpawnProcess:
        level = logging.getLevelName(logging.getLogger().level).lower()
        process = multiprocessing.get_context("spawn").Process(
            target=run,
            args=(pickle.dumps(config), self._listener, pipes, level),
            name="pages",
            daemon=True,
        )
        process.start()
        return process

    def _answer(self, pipe: Connection) -> None:
        """Answer a question of the process."""
        try:
            number, path = pipe.recv()
            pipe.send((number, self._health.answer(path)))
        except (EOFError, OSError):  # it has just ended
            asyncio.get_running_loop().remove_reader(pipe.fileno())

    def _begin_finding(self, pipe: Connection) -> None:
        """Find a feed as the process asks; the answer may take long."""
        try:
            number, url = pipe.recv()
        except (EOFError, OSError):  # it has just ended
            asyncio.get_running_loop().remove_reader(pipe.fileno())
            return
        task = asyncio.create_task(self._send_found(pipe, number, url))
        self._finding.add(task)
        task.add_done_callback(self._finding.discard)

    async def _send_found(self, pipe: Connection, number: int, url: str) -> None:
        found = await find_within(self._find, url)
        async with self._sending:
            with contextlib.suppress(OSError):  # the process has ended meanwhile
                # In a thread, because it waits while the process does not read.
                await asyncio.to_thread(pipe.send, (number, found))


def _end(process: SpawnProcess) -> None:
    """Stop a process; kill it if it does not end in time."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid or 0, STOP)
    process.join(_STOPS_WITHIN)
    if process.exitcode is None:
        process.kill()
        process.join()


@contextlib.asynccontextmanager
async def serving(listen: str, health: Health, find: Find) -> AsyncIterator[PagesProcess]:
    """Serve at `host:port` in a block; serve nothing if it is empty.

    Raise `ConfigError` if the port is taken.
    """
    with await _bind(listen) if listen else contextlib.nullcontext() as listener:
        pages = PagesProcess(listener, health, find)
        running = asyncio.create_task(pages.keep_running())
        try:
            yield pages
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running


async def _bind(listen: str) -> socket.socket:
    """Open the port; wait a moment for the process of a service that was killed to close it."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    end = time.monotonic() + _PORT_IS_FREE_WITHIN
    while True:
        try:
            return socket.create_server((host, int(port)), family=family)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > end:
                reason = f"[web] listen: {listen} cannot bind: {error.strerror or error}"
                raise ConfigError("the configuration", (reason,)) from None
        await asyncio.sleep(0.1)
