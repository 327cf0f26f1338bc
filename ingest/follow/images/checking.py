"""Compare the folder of kept pictures with the database, and delete what nothing needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from ingest.database import Database
from ingest.follow.images.folder import ImageFolder
from ingest.reading.images.kinds import file_name
from ingest.store.images import listing as store

_AT_ONCE = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageDifference:
    """A picture that differs in the folder and the database.

    It is `missing` in the folder, `damaged` there, `foreign` (unknown to the database), or
    `unneeded` (no entry shows it). `id` is None for a foreign file.
    """

    kind: Literal["missing", "damaged", "foreign", "unneeded"]
    name: str
    size: int
    id: int | None = None


def differences(
    folder: ImageFolder, database: Database, *, deep: bool = False
) -> Iterator[ImageDifference]:
    """Yield the differences; with `deep`, every file is read and compared with its SHA-256."""
    last = 0
    while files := database.query(store.files, after=last):
        for file in files:
            name = file_name(file.digest, file.media_type)
            kind = _kind(folder, name, file.size, deep=deep)
            if kind is not None:
                yield ImageDifference(kind=kind, name=name, size=file.size, id=file.id)
        last = files[-1].id
    yield from foreign(folder, database)
    yield from map(_difference_of, database.query(store.unneeded_files))


def _difference_of(file: store.StoredFile) -> ImageDifference:
    name = file_name(file.digest, file.media_type)
    return ImageDifference(kind="unneeded", name=name, size=file.size, id=file.id)


def _kind(
    folder: ImageFolder, name: str, size: int, *, deep: bool
) -> Literal["missing", "damaged"] | None:
    if not folder.has(name):
        return "missing"
    is_right = folder.is_whole(name) if deep else folder.has(name, size=size)
    return None if is_right else "damaged"


def foreign(folder: ImageFolder, database: Database) -> Iterator[ImageDifference]:
    """Yield the pictures in the folder that the database does not know, as killed runs leave."""
    names = folder.names()
    while some := list(islice(names, _AT_ONCE)):
        digests = {bytes.fromhex(Path(name).stem): name for name in some}
        unknown = database.query(store.unknown_digests, list(digests))
        for name in sorted(digests[digest] for digest in unknown):
            size = (folder.root / name).stat().st_size
            yield ImageDifference(kind="foreign", name=name, size=size)


def prune(folder: ImageFolder, database: Database) -> list[ImageDifference]:
    """Delete the pictures that no entry needs, and foreign files; return what was deleted.

    The rows are deleted first: if the process is killed, files are left over that the next run
    deletes.
    """
    gone = list(map(_difference_of, database.transact(store.delete_unneeded)))
    gone += foreign(folder, database)
    folder.delete(dict.fromkeys(one.name for one in gone))
    return gone
