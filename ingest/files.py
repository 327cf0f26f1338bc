"""Write files completely or not at all. Errors are raised as `OSError`."""

from __future__ import annotations

import ctypes
import os
from datetime import datetime
from pathlib import Path

# This many bytes must be free on a disk. The number is low, because a disk may be small.
_LEAST_ROOM = 1 << 16


def has_room(folder: Path) -> bool:
    """Return whether the disk of a folder has room; the folder need not exist yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        disk = os.statvfs(folder)
    except OSError:  # Then a later write raises the error.
        return True
    return disk.f_bavail * disk.f_frsize >= _LEAST_ROOM


def write_file(path: str, content: bytes, at: datetime) -> None:
    """Write a file with modification time `at`; on an error, delete it and raise `OSError`."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            _write_all(descriptor, content)
            os.fchmod(descriptor, 0o644)  # The mode is set here, because the umask may be stricter.
            os.utime(descriptor, (at.timestamp(), at.timestamp()))
        finally:
            os.close(descriptor)
    except OSError:
        Path(path).unlink(missing_ok=True)
        raise


def _write_all(descriptor: int, content: bytes) -> None:
    """Write all bytes. On a full disk, a write may be partial; the next one raises `OSError`."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def sync(folder: Path) -> None:
    """Flush the file system of `folder` to disk; raise `OSError` if that fails.

    Call it once for many files, because flushing a file takes longer than rendering and writing it.
    Without syncfs(2), which only Linux has, all file systems are flushed.
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
