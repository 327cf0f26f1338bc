"""Run both programs through the same interface: start, subscribe, update, count."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import sqlalchemy as sa

from benchmarks.measure import Cost, Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The numbers of stored entries and records, and the bytes that they use on the disk."""

    entries: int
    records: int
    size: int


class Contestant(ABC):
    """A running program with its own database in `folder`; a context manager."""

    name: str

    def __init__(self, folder: Path, *, has_index: bool) -> None:
        self.folder = folder
        self._options = ["--index"] if has_index else []
        folder.mkdir()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.programs", self.name, *self._options],
            cwd=self.folder,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(self.folder / "errors.txt").open("wb"),
            text=True,
        )
        self._wait()
        return self

    def __exit__(self, *error: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def subscribe(self, urls: Sequence[str]) -> None:
        """Add the feeds to the program's list."""
        (self.folder / "feeds.txt").write_text("\n".join(urls), "utf-8")
        self._send("subscribe")

    def update(self) -> Cost:
        """Poll every feed once, after a pause, so that no host delay is measured."""
        time.sleep(_REST)
        with Watch(self._process.pid) as watch:
            self._send("update")
        return watch.cost

    @abstractmethod
    def count(self) -> Counted:
        """Count the entries and records that the program has stored."""

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        self._wait()

    def _wait(self) -> None:
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "done\n":
            log = (self.folder / "errors.txt").read_text("utf-8", "replace")
            raise RuntimeError(f"{self.name} has failed:\n{log[-4000:]}")

    def _size(self) -> int:
        """Return the bytes used on disk, in whole blocks."""
        files = (path.stat() for path in self.folder.rglob("*") if path.is_file())
        return sum(file.st_blocks * 512 for file in files)


# seconds; longer than the half second between two requests to a host (fetch.host_delay)
_REST = 0.6
_CONFIG = """\
[database]
url = "{}"
[fetch]
allow_private = ["127.0.0.0/8"]
[archive]
path = "archive"
[search]
enabled = {}
[duplicates]
enabled = false
"""


class Guidang(Contestant):
    """Guidang with all that it does for an entry: cleaning, revisions, captures, records."""

    name = "guidang"

    def __init__(
        self, folder: Path, database_url: str = "sqlite:///guidang.db", *, has_index: bool = False
    ) -> None:
        super().__init__(folder, has_index=has_index)
        self._url = sa.make_url(database_url)
        config = _CONFIG.format(database_url, str(has_index).lower())
        (folder / "config.toml").write_text(config, "utf-8")

    def count(self) -> Counted:
        url = self._url
        if url.get_backend_name() == "sqlite":
            url = url.set(database=str(self.folder / "guidang.db"))
        engine = sa.create_engine(url)
        with engine.connect() as connection:
            entries = connection.scalar(sa.text("SELECT count(*) FROM entry"))
        engine.dispose()
        records = sum(1 for _ in (self.folder / "archive").rglob("*.md"))
        return Counted(entries=int(entries or 0), records=records, size=self._size())


class Reader(Contestant):
    """The library `reader`."""

    name = "reader"

    def count(self) -> Counted:
        database = sqlite3.connect(self.folder / "reader.db")
        entries = database.execute("SELECT count(*) FROM entries").fetchone()[0]
        database.close()
        return Counted(entries=entries, records=0, size=self._size())


def _environment() -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUIDANG_")}
    return kept | {"PYTHONPATH": str(Path(__file__).parents[1])}
