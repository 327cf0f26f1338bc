"""Start of the process of the pages: it ends with its parent, from its first moment on.

This module imports little, so that no process of a killed service holds the port for long.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import socket
import threading
from multiprocessing.connection import wait

from ingest.web.pipes import Pipes

# The service manager and Ctrl-C send their signals to every process. The service decides when the
# pages end, so it has a signal of its own for that.
STOP = signal.SIGUSR1
_NICE = 10  # so that polls come first when the processors are busy


def run(config: bytes, listener: socket.socket, pipes: Pipes, level: str) -> None:
    """Serve the pages on an open port until the service sends `STOP`, or ends.

    `config` is a pickled `Config`, `level` the level of the log.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.nice(_NICE)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from ingest.web.server import serve

    serve(pickle.loads(config), listener, pipes, level, STOP)  # noqa: S301 - the service made it


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
