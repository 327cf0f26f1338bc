"""Files written whole or not at all; OSError goes to who asked."""

from __future__ import annotations

import ctypes
import os
from datetime import datetime
from pathlib import Path

# Bytes; a file takes at least a block, and a volume may be small as a whole.
_LEAST_ROOM = 1 << 16


def has_room(folder: Path) -> bool:
    """Whether something can still be written to the disk of a folder; it may not be there yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        disk = os.statvfs(folder)
    except OSError:  # whoever writes there will hear why
        return True
    return disk.f_bavail * disk.f_frsize >= _LEAST_ROOM


def write_file(path: str, content: bytes, at: datetime) -> None:
    """Write a file, or none."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            _write_all(descriptor, content)
            os.fchmod(descriptor, 0o644)  # whatever the umask has taken
            os.utime(descriptor, (at.timestamp(), at.timestamp()))
        finally:
            os.close(descriptor)
    except OSError:
        Path(path).unlink(missing_ok=True)
        raise


def _write_all(descriptor: int, content: bytes) -> None:
    """Write on where a disk that runs full takes only a part; the next part raises `OSError`."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def sync(folder: Path) -> None:
    """Return when the disk has what was written in the file system of `folder`; `OSError`.

    Once for many files: to ask for each costs more than to render and write it. Python knows only
    the call for all file systems, which other systems than Linux are left with.
    """
    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        os.sync()
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if syncfs(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(descriptor)


def is_there(target: str, content: bytes, at: datetime) -> bool:
    """Whether a file has this content, and is as old."""
    try:
        with open(target, "rb") as file:  # noqa: PTH123 - as above
            is_same_time = int(os.fstat(file.fileno()).st_mtime) == int(at.timestamp())
            return is_same_time and file.read() == content
    except FileNotFoundError:
        return False
