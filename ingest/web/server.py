"""Run uvicorn in the daemon's event loop, without its signal handlers."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.applications import Starlette

from ingest.errors import ConfigError

_GRACE = 2  # seconds in which running requests may finish when the server closes


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no signal handlers: the daemon has its own."""
        yield


@contextlib.asynccontextmanager
async def serving(app: Starlette, listen: str) -> AsyncIterator[None]:
    """Serve an application at `host:port`; raise `ConfigError` if the port is taken."""
    if not listen:
        yield
        return
    listener = _bind(listen)
    settings = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=_GRACE,
    )
    server = _Server(settings)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


def _bind(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, int(port)), family=family)
    except OSError as error:
        reason = f"[web] listen: {listen} cannot bind: {error.strerror or error}"
        raise ConfigError("the configuration", (reason,)) from None
