"""Runs commands in forks of a process that has imported the program: ten times as fast.

Tests of the start itself, or of a killed process, start a new process instead.
"""

from __future__ import annotations

import functools
import gc
import importlib
import json
import multiprocessing
import os
import pkgutil
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


@functools.cache
def warm() -> Warm:
    """Return the runner of this test process; the first call starts it."""
    return Warm()


class Warm:
    """Runs commands of the program, one at a time."""

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
    ) -> tuple[int, str, str]:
        """Run a command; return its exit code, standard output and standard error."""
        with self._turn, tempfile.TemporaryDirectory() as place:
            files = [Path(place) / name for name in ("stdin", "stdout", "stderr")]
            files[0].write_text(stdin, "utf-8")
            order = {
                "arguments": list(arguments),
                "folder": str(folder),
                "environment": dict(environment),
                "files": [str(file) for file in files],
            }
            code = self._execute(order, timeout)
            return code, files[1].read_text("utf-8"), files[2].read_text("utf-8")

    def _execute(self, order: dict[str, Any], timeout: float) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)
        child = int(self._process.stdout.readline())
        ended = select.select([self._process.stdout], [], [], timeout)[0]
        if not ended:
            os.kill(child, signal.SIGKILL)
        code = int(self._process.stdout.readline())
        if not ended:
            raise subprocess.TimeoutExpired(order["arguments"], timeout)
        return code


class ParentsServer(forkserver.ForkServer):
    """The server of reading processes that the parent started: a command needs no other.

    The original class asks the system for its child, and this one is the parent's.
    """

    def ensure_running(self) -> None:
        """Do nothing: the parent outlives this process, and so does its server."""


def serve() -> None:
    """Fork for each command on standard input; print the id of the child, then its exit code."""
    import ingest

    for module in pkgutil.walk_packages(ingest.__path__, "ingest."):
        importlib.import_module(module.name)
    for name in ("psycopg", "sqlalchemy.dialects.postgresql.psycopg", "rich.progress"):
        importlib.import_module(name)
    multiprocessing.set_forkserver_preload(["ingest.reading.ready"])
    forkserver.ensure_running()
    gc.freeze()
    while line := sys.stdin.readline():
        child = os.fork()
        if not child:
            run_program(**json.loads(line))
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def run_program(
    arguments: list[str], folder: str, environment: dict[str, str], files: list[str]
) -> None:
    """Run the program in this process, with these arguments; does not return."""
    forkserver._forkserver.__class__ = ParentsServer
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    for number, (file, flags) in enumerate(
        zip(files, (os.O_RDONLY, *[os.O_WRONLY | os.O_CREAT] * 2), strict=True)
    ):
        os.dup2(os.open(file, flags), number)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", errors=errors, closefd=False)  # noqa: SIM115
        for number, mode, errors in ((0, "r", "strict"), (1, "w", "strict"), (2, "w", "replace"))
    )
    sys.argv[1:] = arguments
    from ingest.__main__ import main

    main()


if __name__ == "__main__":
    serve()
