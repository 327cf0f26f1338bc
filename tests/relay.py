"""Relay connections to a PostgreSQL server, and stop forwarding without closing them."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Self

import sqlalchemy as sa


class Relay:
    """A relay to a PostgreSQL server that forwards nothing while `is_silent` is set."""

    def __init__(self, url: str) -> None:
        self._target = sa.make_url(url)
        self.is_silent = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        own = {"host": "127.0.0.1", "port": self._listener.getsockname()[1], "query": {}}
        self.url = self._target.set(**own).render_as_string(hide_password=False)

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                ours = self._listener.accept()[0]
                theirs = self._connect()
                for ways in ((ours, theirs), (theirs, ours)):
                    threading.Thread(target=self._forward, args=ways, daemon=True).start()

    def _connect(self) -> socket.socket:
        host = str(self._target.query.get("host", self._target.host))
        port = int(str(self._target.query.get("port", self._target.port or 5432)))
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        theirs = socket.socket(socket.AF_UNIX)
        theirs.connect(f"{host}/.s.PGSQL.{port}")
        return theirs

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError), target:
            while data := source.recv(65536):
                while self.is_silent.is_set():
                    time.sleep(0.1)
                target.sendall(data)
