"""Run the daemon as a process, as a service manager does."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.program import Program
from tests.warm import Started

READY = " ready: "


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Running:
    """A daemon with a configuration in `folder`; its messages go to the file `log`.

    It has no web server unless `web` is set, because the process of the pages needs a second to
    start.
    Its tick is 200 ms, so that tests need not wait; `env` can set another tick. The daemon is a
    fork of a process that has already imported the program. With `in_new_process`, it is a new
    process instead.
    """

    folder: Path
    database_url: str = ""
    feeds: Sequence[str] = ()
    settings: str = ""
    env: dict[str, str] = field(default_factory=dict)
    in_new_process: bool = False
    web: bool = False
    roles: Sequence[str] = ()

    def __post_init__(self) -> None:
        self.port = free_port()
        env = {"GUIDANG_DAEMON__TICK": "200ms"} | self.env
        self.program = Program(self.folder, self.database_url, env)
        self.log = self.folder / "daemon.log"
        self.process: Started | subprocess.Popen[bytes] | None = None
        self.starts = 0  # that were successful before this one
        self.configure(*self.feeds)

    def configure(self, *feeds: str, more: str = "") -> None:
        listed = "\n".join(f'[[feeds]]\nurl = "{url}"\ninterval = "1s"\n' for url in feeds)
        listen = f"127.0.0.1:{self.port}" if self.web else ""
        self.program.write_config(f'{self.settings}\n[web]\nlisten = "{listen}"\n{more}\n{listed}')

    def start(self, *, powerless: bool = False) -> None:
        self.starts = self.log_text().count(READY)
        command = ["run", *(f"--role={role}" for role in self.roles)]
        if powerless or self.in_new_process:
            self.process = self.program.start_new_process(self.log, *command, powerless=powerless)
        else:
            self.process = self.program.start_to(self.log, *command)

    def start_ready(self) -> None:
        self.start()
        self.wait_until(self.is_ready)

    def is_ready(self) -> bool:
        if self.web:
            return self.get("/readyz")[0] == 200
        return self.log_text().count(READY) > self.starts

    def get(self, path: str) -> tuple[int, str]:
        """Return status and body of a path of the daemon's web server; status 0 if it is down."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def wait_until(self, condition: Callable[[], bool], seconds: float = 40) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, self.log_text()
            assert self.process is None or self.process.poll() is None, self.log_text()
            time.sleep(0.05)

    def log_text(self) -> str:
        return self.log.read_text("utf-8") if self.log.exists() else ""

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)

    def stop(self) -> int:
        """Send SIGTERM; return the exit code."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        assert self.process is not None
        return self.process.wait(timeout=60)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.wait()

    def entries(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = json.loads(self.program.good("entries", "list", "--json"))
        return listed

    def titles(self) -> list[str]:
        return sorted(entry["title"] for entry in self.entries())


@contextlib.contextmanager
def running(folder: Path, *feeds: str, **more: Any) -> Iterator[Running]:
    """Start a daemon and wait until it is ready; kill it at the end if it still runs."""
    daemon = Running(folder, feeds=feeds, **more)
    try:
        daemon.start_ready()
        yield daemon
    finally:
        if daemon.process is not None and daemon.process.poll() is None:
            daemon.kill()
