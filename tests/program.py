"""Run `guidang` on the command line, as a user does."""

from __future__ import annotations

import contextlib
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.schema import migrated_file
from tests.warm import Started, warm

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Result:
    """The exit code of a command, its standard output and its standard error."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Program:
    """The `guidang` command with a configuration in `folder`.

    With `retries_at_once`, `run` does not wait before it repeats a request.
    """

    folder: Path
    database_url: str = ""
    env: Mapping[str, str] | None = None
    retries_at_once: bool = False

    def environment(self) -> dict[str, str]:
        own = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        own |= {
            "PYTHONWARNINGS": "error",
            "LANG": "C.UTF-8",
            "GUIDANG_FETCH__ALLOW_PRIVATE": '["127.0.0.0/8"]',
            "GUIDANG_FETCH__HOST_DELAY": "0s",
            "GUIDANG_FETCH__PER_HOST": "8",
        }
        own["PYTHONPATH"] = str(ROOT)
        if self.database_url:
            own["GUIDANG_DATABASE__URL"] = self.database_url
        return own | dict(self.env or {})

    def command(self, *arguments: str, powerless: bool = False) -> list[str]:
        """Return the command line; `powerless` drops the rights of root over files."""
        plain = [sys.executable, "-m", "ingest", *arguments]
        if powerless and os.geteuid() == 0:
            return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *plain]
        return plain

    def run(
        self,
        *arguments: str,
        powerless: bool = False,
        stdin: str | None = None,
        timeout: float = 60,
    ) -> Result:
        if powerless or any(name.startswith("PYTHON") for name in self.env or {}):
            return self.run_in_new_process(
                *arguments, powerless=powerless, stdin=stdin, timeout=timeout
            )
        done = warm().run(
            arguments,
            folder=self.folder,
            environment=self.environment(),
            stdin=stdin or "",
            timeout=timeout,
            retries_at_once=self.retries_at_once,
        )
        return Result(*done)

    def run_in_new_process(
        self,
        *arguments: str,
        powerless: bool = False,
        stdin: str | None = None,
        timeout: float = 60,
    ) -> Result:
        """Run a command in a new process, which imports the program itself."""
        done = subprocess.run(
            self.command(*arguments, powerless=powerless),
            cwd=self.folder,
            env=self.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str) -> Started:
        """Start a command without waiting for its end; its output is lost."""
        return self.start_to(Path(os.devnull), *arguments)

    def start_to(self, log: Path, *arguments: str) -> Started:
        """Start a command that appends its output and errors to a file."""
        return warm().start(
            arguments,
            folder=self.folder,
            environment=self.environment(),
            files=[Path(os.devnull), log, log],
        )

    def start_new_process(
        self, log: Path, *arguments: str, powerless: bool = False
    ) -> subprocess.Popen[bytes]:
        """Do the same as `start_to` in a new process, which imports the program itself."""
        with log.open("ab") as output:
            return subprocess.Popen(
                self.command(*arguments, powerless=powerless),
                cwd=self.folder,
                env=self.environment(),
                stdout=output,
                stderr=output,
            )

    def on_terminal(self, *arguments: str, columns: int = 120) -> Result:
        """Run a command with a terminal as its input and output."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment() | {"TERM": "xterm", "COLUMNS": str(columns)},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # EIO: the process has closed the terminal
            while piece := os.read(ours, 65536):
                shown += piece
        os.close(ours)
        return Result(process.wait(), shown.decode(), "")

    def good(self, *arguments: str) -> str:
        """Run a command that must succeed and print nothing on standard error."""
        result = self.run(*arguments)
        assert (result.code, result.err) == (0, ""), result
        return result.out

    def write_config(self, text: str = "") -> Path:
        file = self.folder / "config.toml"
        file.write_text(text, encoding="utf-8")
        return file


def new_program(folder: Path, database_url: str = "", feeds: Sequence[str] = ()) -> Program:
    """Return a program with these feeds in its configuration file, and a database without rows."""
    program = Program(folder, database_url)
    if not database_url:
        shutil.copy(migrated_file(), folder / "guidang.db")
    program.write_config("\n".join(f'[[feeds]]\nurl = "{url}"\n' for url in feeds))
    return program
