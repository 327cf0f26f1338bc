"""The unfinished file of an export: its pieces, and the position from which it can continue.

`OUT.part` has the pieces, and `OUT.part.json` has the position after the last complete piece. Bytes
that a killed process wrote after that position are cut off.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from ingest.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an export is: size in bytes, number of entries, position after the last entry."""

    size: int
    entries: int
    place: Any


class Part:
    """An open unfinished file; `progress` has the options and progress of the last run, or None."""

    def __init__(self, out: Path, stream: BinaryIO, asked: Mapping[str, Any]) -> None:
        self._out, self.stream, self._asked = out, stream, asked
        self.progress = self._read_progress()

    def start(self, *, force: bool) -> Progress | None:
        """Cut off the bytes after the last complete piece.

        Return the progress of the last run, or None if there is none. Raise `UsageError` if the
        file belongs to an export with other options. With `force`, start again instead.
        """
        before = self.progress
        if before is not None and before[0] != self._asked and not force:
            raise UsageError(
                f"{_part(self._out)} is of an unfinished export with other options; repeat that "
                "one, or begin anew with --force"
            )
        progress = before[1] if before and before[0] == self._asked else None
        if progress is not None and progress.size > self.stream.seek(0, os.SEEK_END):
            progress = None  # the disk lost the end of the file, in a power failure
        size = progress.size if progress else 0
        self.stream.truncate(size)
        self.stream.seek(size)
        return progress

    def note(self, entries: int, place: Any) -> None:
        """Flush the pieces to disk, then store the position after them."""
        self.stream.flush()
        os.fsync(self.stream.fileno())
        state = {"asked": self._asked, "size": self.stream.tell(), "entries": entries}
        new = _state(self._out).with_suffix(".new")
        new.write_bytes(orjson.dumps(state | {"place": place}))
        new.replace(_state(self._out))

    def _read_progress(self) -> tuple[Mapping[str, Any], Progress] | None:
        try:
            state = orjson.loads(_state(self._out).read_bytes())
            return state.pop("asked"), Progress(**state)
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None  # there is no state file, or it is damaged

    def finish(self, made: Path | None) -> None:
        """Rename the finished file to `out`: the file of pieces, or the file `made` from them."""
        self.stream.flush()
        os.fsync(self.stream.fileno())
        (made or _part(self._out)).replace(self._out)
        _part(self._out).unlink(missing_ok=True)
        _state(self._out).unlink(missing_ok=True)


@contextlib.contextmanager
def open_part(out: Path, asked: Mapping[str, Any], *, force: bool) -> Iterator[Part]:
    """Open the unfinished file of an export, and lock it.

    Raise `UsageError` if `out` exists and `force` is not set. Also raise it if the unfinished file
    cannot be written, or another process is writing it.
    """
    if out.is_dir():
        raise UsageError(f"{out} is a folder; name a file")
    if out.exists() and not force:
        raise UsageError(f"{out} is there already; to replace it: --force")
    try:
        descriptor = os.open(_part(out), os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}") from None
    with open(descriptor, "r+b") as stream:  # noqa: PTH123 - a descriptor has no path
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"another process is writing {out}") from None
        yield Part(out, stream, asked)


def _part(out: Path) -> Path:
    return out.with_name(f"{out.name}.part")


def _state(out: Path) -> Path:
    return out.with_name(f"{out.name}.part.json")
