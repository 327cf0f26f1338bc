"""newsboat, a feed reader for terminals: run it, press its keys, and read its own database."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_CONFIG = """\
urls-source "feedhq"
feedhq-url "{address}"
feedhq-login "{user}"
feedhq-password "{password}"
feedhq-flag-star "s"
feedhq-show-special-feeds no
"""
_WITHIN = 60  # seconds, on a busy machine


def find_newsboat() -> str:
    """Return the path of newsboat; raise `FileNotFoundError` with what to do."""
    found = shutil.which("newsboat")
    if found is None:
        raise FileNotFoundError("newsboat is missing: apt-get install newsboat")
    return found


@dataclass(frozen=True)
class Newsboat:
    """newsboat with files of its own in `folder`."""

    folder: Path

    def set_up(self, address: str, user: str, password: str) -> None:
        text = _CONFIG.format(address=address, user=user, password=password)
        self.folder.mkdir()
        (self.folder / "config").write_text(text)
        (self.folder / "urls").touch()

    def command(self) -> list[str]:
        named = (("-C", "config"), ("-u", "urls"), ("-c", "cache.db"), ("-d", "log"))
        files = [part for flag, name in named for part in (flag, str(self.folder / name))]
        return [find_newsboat(), *files, "-l", "6"]

    def reload(self) -> str:
        """Fetch all feeds; return what is printed."""
        done = subprocess.run(
            [*self.command(), "-x", "reload"],
            env=_environment(),
            timeout=_WITHIN,
            capture_output=True,
            text=True,
        )
        return done.stdout + done.stderr

    def entries(self) -> dict[str, bool]:
        """Return the titles of all entries, and whether each is unread."""
        with contextlib.closing(sqlite3.connect(self.folder / "cache.db")) as database:
            rows = database.execute("SELECT title, unread FROM rss_item ORDER BY guid").fetchall()
        return {str(title): bool(unread) for title, unread in rows}

    @contextlib.contextmanager
    def on_terminal(self) -> Iterator[Terminal]:
        """Show newsboat on a terminal; close it at the end."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            self.command(), env=_environment(), stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        try:
            yield Terminal(ours)
        finally:
            process.kill()
            process.wait()
            os.close(ours)


@dataclass(frozen=True)
class Terminal:
    """The terminal of a running newsboat."""

    file: int

    def press(self, keys: str) -> None:
        os.write(self.file, keys.encode())

    def wait_for(self, text: str) -> None:
        """Read what is shown, until it has a text."""
        shown = b""

        def is_there() -> bool:
            nonlocal shown
            if select.select([self.file], [], [], 0.1)[0]:
                shown += os.read(self.file, 65536)
            return text.encode() in shown

        wait_until(is_there, lambda: shown.decode(errors="replace"))

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait for something outside, and read meanwhile what is shown."""

        def holds() -> bool:
            if select.select([self.file], [], [], 0.1)[0]:
                os.read(self.file, 65536)
            return condition()

        wait_until(holds, lambda: "")


def wait_until(condition: Callable[[], bool], explain: Callable[[], str]) -> None:
    end = time.monotonic() + _WITHIN
    while not condition():
        assert time.monotonic() < end, explain()


def _environment() -> dict[str, str]:
    return os.environ | {"TERM": "xterm", "LANG": "C.UTF-8", "COLUMNS": "100", "LINES": "30"}
