"""Run commands in forks of a process that has imported the program, which is much faster.

All commands share the processes that read documents. Tests of the start itself, of memory, or of
Python's environment variables start a new process instead, with reading processes of its own.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import math
import multiprocessing
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, NoReturn

import stamina

ROOT = Path(__file__).parents[1]


@functools.cache
def warm() -> Warm:
    """Return the runner of this test process; the first call starts it."""
    return Warm()


class Warm:
    """Runs commands of the program, any number at the same time."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.warm"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        stdin: str,
        timeout: float,
        retries_at_once: bool = False,
    ) -> tuple[int, str, str]:
        """Run a command; return its exit code, standard output and standard error."""
        with tempfile.TemporaryDirectory() as place:
            files = [Path(place) / name for name in ("stdin", "stdout", "stderr")]
            files[0].write_text(stdin, "utf-8")
            started = self.start(
                arguments,
                folder=folder,
                environment=environment,
                files=files,
                retries_at_once=retries_at_once,
            )
            try:
                code = started.wait(timeout)
            finally:
                started.kill()
            return code, files[1].read_text("utf-8"), files[2].read_text("utf-8")

    def start(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        files: Sequence[Path],
        retries_at_once: bool = False,
    ) -> Started:
        """Start a command with these files as standard input, output and error.

        With `retries_at_once`, the command does not wait before it repeats a request.
        """
        order = {
            "arguments": list(arguments),
            "folder": str(folder),
            "environment": dict(environment),
            "files": [str(file) for file in files],
            "retries_at_once": retries_at_once,
        }
        pid = self.do("start", order)
        assert pid is not None
        return Started(self, pid)

    def do(self, verb: str, what: Any) -> int | None:
        """Send an order to the process; return its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._turn:
            print(json.dumps([verb, what]), file=self._process.stdin, flush=True)
            answer: int | None = json.loads(self._process.stdout.readline())
            return answer


@dataclass
class Started:
    """A command in a fork, with the methods of `subprocess.Popen` that tests use."""

    _warm: Warm
    pid: int
    returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or None while the command runs."""
        if self.returncode is None:
            self.returncode = self._warm.do("reap", self.pid)
        return self.returncode

    def wait(self, timeout: float = math.inf) -> int:
        """Return the exit code; raise `subprocess.TimeoutExpired` if the command runs longer."""
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.005)
        return code

    def kill(self) -> None:
        """Kill the command if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
            self.wait()


class ParentsServer(forkserver.ForkServer):
    """The server of reading processes that the parent process started, for use in a command.

    The original class checks that the server is a child of this process, which it is not here.
    """

    def ensure_running(self) -> None:
        """Do nothing, because the parent and its server run longer than this process."""


def serve() -> None:
    """Carry out the orders on standard input; print the answer to each as JSON."""
    import typer.main
    from sqlalchemy import orm

    import ingest.cli

    for module in pkgutil.walk_packages(ingest.__path__, "ingest."):
        importlib.import_module(module.name)
    for name in ("psycopg", "sqlalchemy.dialects.postgresql.psycopg", "rich.progress"):
        importlib.import_module(name)
    orm.configure_mappers()
    typer.main.get_command(ingest.cli.app)  # the annotations of its functions are then known
    multiprocessing.set_forkserver_preload(["ingest.reading.ready"])
    forkserver.ensure_running()
    gc.freeze()
    while line := sys.stdin.readline():
        verb, what = json.loads(line)
        print(json.dumps(start(what) if verb == "start" else reap(what)), flush=True)


def start(order: dict[str, Any]) -> int:
    """Run a command in a fork; return its process id."""
    child = os.fork()
    if not child:
        run_program(**order)
    return child


def reap(child: int) -> int | None:
    """Return the exit code of a child, or None while it runs."""
    pid, status = os.waitpid(child, os.WNOHANG)
    if not pid:
        return None
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGKILL:
        renew_server()
    return code


def renew_server() -> None:
    """Start the server of reading processes again if a killed command ended it.

    The server ends if a client connects and sends nothing. It serves its clients in order, so if it
    starts a process now, it has survived all earlier clients.
    """
    while True:
        process = multiprocessing.get_context("forkserver").Process(target=os.getpid)
        try:
            process.start()
        except (OSError, EOFError):
            continue
        return process.join()


def run_program(
    arguments: list[str],
    folder: str,
    environment: dict[str, str],
    files: list[str],
    retries_at_once: bool,
) -> None:
    """Run the program in this process with these arguments, and never return."""
    stamina.set_testing(retries_at_once, attempts=sys.maxsize, cap=True)
    forkserver._forkserver.__class__ = ParentsServer
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    for number, (file, flags) in enumerate(
        zip(files, (os.O_RDONLY, *[os.O_WRONLY | os.O_CREAT | os.O_APPEND] * 2), strict=True)
    ):
        os.dup2(os.open(file, flags), number)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", errors=errors, closefd=False)  # noqa: SIM115
        for number, mode, errors in ((0, "r", "strict"), (1, "w", "strict"), (2, "w", "replace"))
    )
    sys.argv[1:] = arguments
    from ingest.__main__ import main

    try:
        main()
    except SystemExit as leave:
        end_process(leave.code)


def end_process(code: object) -> NoReturn:
    """End this process as Python does, but without deleting each object of each module.

    That would copy the memory which this process shares with its parent. Objects that the command
    forgot to close still raise their warnings.
    """
    threading._shutdown()  # type: ignore[attr-defined]  # It is not in the stubs.
    atexit._run_exitfuncs()
    gc.collect()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    serve()
