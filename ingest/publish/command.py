"""Run the user's command after changes, without a shell and with a time limit."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from tempfile import TemporaryFile
from typing import IO

from ingest.config.after import HooksConfig
from ingest.errors import PublishError

_MOST_READ = 300  # bytes at the end of the output


class Command:
    """The command of `[hooks]`, in a process group of its own."""

    def __init__(self, config: HooksConfig) -> None:
        self._config = config
        self._name = " ".join(config.after)
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Run the command; raise `PublishError` if it fails or takes too long.

        At the end, processes that it left running are killed.
        """
        with TemporaryFile() as output:
            self._process = process = self._start(output)
            try:
                code = process.wait(self._config.timeout.total_seconds())
            except subprocess.TimeoutExpired:
                limit = self._config.timeout
                raise PublishError(f"{self._name}: it took longer than {limit}") from None
            finally:
                self.stop()
                process.wait()
            if code != 0:
                raise PublishError(f"{self._name}: exit code {code}: {_last_line(output)}")

    def stop(self) -> None:
        """Kill the command if it runs."""
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _start(self, output: IO[bytes]) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(  # noqa: S603 - the user's own command
                self._config.after,
                cwd=self._config.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            reason = error.strerror
            raise PublishError(f"{self._name}: cannot be started: {reason}") from None


def _last_line(output: IO[bytes]) -> str:
    """Return the last line of a command's output."""
    output.seek(max(output.seek(0, os.SEEK_END) - _MOST_READ, 0))
    lines = output.read().decode(errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "no output")
