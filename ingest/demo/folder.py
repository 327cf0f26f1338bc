"""Create, recognise and clear the folder of a demo, without deleting any other files.

A demo records a digest of each file that it wrote. A folder is cleared only if every file in it is
recorded and unchanged. Files are deleted one by one, never whole folders.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import UsageError

# The format is that of sha256sum, so that `sha256sum --check` can read it.
SIGNATURE = ".guidang-demo"
_MOST_NAMED = 3


def claim(folder: Path) -> None:
    """Create the folder, or delete an earlier demo in it.

    Raise `UsageError` if the folder has other files or cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            _clear(folder, _read_signature(folder))
        (folder / SIGNATURE).touch()
    except FileExistsError:
        raise UsageError(f"{folder} is a file; name a folder: guidang demo DIR") from None
    except OSError as error:
        raise UsageError(f"{folder} cannot be used: {error.strerror}") from error


def sign(folder: Path) -> None:
    """Record the files of the folder, so that the next demo may replace them."""
    # If the disk is full, nothing is recorded. The next demo then refuses to replace the folder.
    with contextlib.suppress(OSError):
        lines = [f"{_digest(folder / name)}  {name}\n" for name in sorted(_present(folder))]
        (folder / SIGNATURE).write_text("".join(lines), encoding="utf-8")


def _read_signature(folder: Path) -> dict[str, str]:
    try:
        lines = (folder / SIGNATURE).read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        raise UsageError(
            f"{folder} contains files that are not of a demo; name another folder: guidang demo DIR"
        ) from None
    signed = (line.partition("  ") for line in lines)
    return {name: digest for digest, _, name in signed}


def _clear(folder: Path, signed: dict[str, str]) -> None:
    present = list(_present(folder))
    foreign = [name for name in present if name not in signed]
    foreign = foreign or [name for name in present if _digest(folder / name) != signed[name]]
    if foreign:
        listed = ", ".join(sorted(foreign)[:_MOST_NAMED])
        more = ", …" if len(foreign) > _MOST_NAMED else ""
        raise UsageError(
            f"{folder} was used since its demo ({listed}{more}) and was not changed; "
            "move it away, or name another folder: guidang demo DIR"
        )
    for name in [*present, SIGNATURE]:
        (folder / name).unlink()
    for inner, _, _ in os.walk(folder, topdown=False):
        if Path(inner) != folder:
            Path(inner).rmdir()


def _present(folder: Path) -> Iterator[str]:
    """Yield the path of every file except the signature; a link counts as a file."""
    for place, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in [*names, *links]:
            path = (Path(place) / name).relative_to(folder).as_posix()
            if path != SIGNATURE:
                yield path


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
