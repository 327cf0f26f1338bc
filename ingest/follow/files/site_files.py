"""Write the files of a whole site, such as a list of its authors, when their facts change."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from ingest.database import Database
from ingest.follow.files.folder import Folder
from ingest.follow.files.own_part import Action, digest_of, plan, without_mark
from ingest.outputs import Layout
from ingest.store import site_files as store
from ingest.values import Record

logger = logging.getLogger(__name__)

_NEW = ".guidang-new"  # the ending of Guidang's version beside a file that a user wrote or changed


class SiteFiles:
    """The files of the site that an output belongs to."""

    def __init__(self, layout: Layout, path: Path, database: Database, output: str) -> None:
        site = layout.site_of(path)
        self._folder = None if site is None else Folder(Path(site))
        self._layout = layout
        self._database = database
        self._output = output
        self._facts: set[str] | None = None

    def update(self, records: Sequence[Record], *, now: datetime) -> None:
        """Write the files if these records have new facts, and always at the first call."""
        if self._folder is None:
            return
        new = {fact for record in records for fact in self._layout.facts(record)}
        is_first = self._facts is None
        known = (
            self._database.query(store.facts, self._output) if is_first else self._facts or set()
        )
        if new := new - known:
            self._database.transact(store.add_facts, self._output, new)
        if new or is_first:
            self._write_all(self._folder, sorted(known | new), now)
        self._facts = known | new

    def begin_anew(self) -> None:
        """Forget all facts, because all records will be rendered again."""
        if self._folder is not None:
            self._database.transact(store.forget_facts, self._output)
        self._facts = None

    def _write_all(self, folder: Folder, facts: Sequence[str], now: datetime) -> None:
        written = self._database.query(store.files, self._output)
        for path, content in self._layout.site_files(facts).items():
            self._write(folder, path, without_mark(content), written.get(path), now)

    def _write(
        self, folder: Folder, path: str, content: bytes, written: bytes | None, now: datetime
    ) -> None:
        """Write a file if it differs; if a user wrote or changed it, write beside it instead."""
        present = folder.present(path)
        action, wanted = plan(content, present, written=written, at=-1)
        if written != (digest := digest_of(content)):
            self._database.transact(store.note_written, self._output, path, digest)
        if present is not None and present.content == wanted:
            return
        target = path + _NEW if action is Action.KEEP_BOTH else path
        folder.write(target, wanted, now)
        if action is Action.KEEP_BOTH:
            logger.warning("%s was not written by Guidang; its version is %s", path, target)

    def differences(self) -> Iterator[tuple[str, str]]:
        """Yield the path of each file that differs, with the word `missing` or `changed`."""
        if self._folder is None:
            return
        for path, digest in sorted(self._database.query(store.files, self._output).items()):
            present = self._folder.digest(path)
            if present != digest:
                yield path, "missing" if present is None else "changed"
