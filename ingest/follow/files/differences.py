"""Compare an output with the store, without changing either."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.config import OutputConfig
from ingest.database import Database
from ingest.follow.files.duplicates import apply_duplicates
from ingest.follow.files.folder import Folder
from ingest.follow.files.site_files import SiteFiles
from ingest.follow.files.site_names import SiteNames
from ingest.outputs.selection import passes
from ingest.store import embargoes
from ingest.store import files as store
from ingest.values import Record

_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference between an output and the store.

    For a file, `what` is `missing`, `changed`, `outdated` or `foreign`. If `what` is `apart`, a
    category or tag is spelled differently from its name, so that it has its own page. `note` then
    explains the spelling.
    """

    path: str
    what: str
    note: str = ""


def differences(
    folder: Folder,
    output: OutputConfig,
    database: Database,
    names: SiteNames,
    site_files: SiteFiles,
) -> list[Difference]:
    """Compare the folder with the store; raise `ArchiveError` if it cannot be read."""
    found = [*_of_files(folder, output, database)]
    found += [Difference(path=path, what=what) for path, what in site_files.differences()]
    found += [Difference(path=page, what="apart", note=note) for page, note in names.apart()]
    return sorted(found, key=lambda difference: difference.path)


def _of_files(folder: Folder, output: OutputConfig, database: Database) -> Iterator[Difference]:
    known = set()
    for path, digest, is_due in database.query(lambda c: list(store.files(c, output.name))):
        known.add(path)
        if what := _compare(folder, path, None if is_due else digest):
            yield Difference(path=path, what=what)
    embargoed = database.query(embargoes.entries, output.name)

    def may_have(record: Record) -> bool:
        return passes(record, output) and record.entry_id not in embargoed

    for records in _without_path(database, output.name):
        allowed = [record for record in records if may_have(record)]
        for _ in apply_duplicates(allowed, output, database, may_have):
            yield Difference(path="(no path yet)", what="missing")
    for path in folder.records():
        if path not in known:
            yield Difference(path=path, what="foreign")


def _without_path(database: Database, output: str) -> Iterator[Sequence[Record]]:
    last = 0
    while some := database.query(store.without_path, output, after=last, limit=_AT_ONCE):
        yield some
        last = some[-1].entry_id


def _compare(folder: Folder, path: str, expected: bytes | None) -> str | None:
    present = folder.digest(path)
    if present is None:
        return "missing"
    if expected is None:
        return "outdated"
    return None if present == expected else "changed"
