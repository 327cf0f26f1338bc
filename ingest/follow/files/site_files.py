"""Write the files of a whole site, such as a list of its authors, when their facts change."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from ingest.database import Database
from ingest.follow.files.folder import Folder
from ingest.follow.files.own_part import Action, digest_of, plan, without_mark
from ingest.outputs import Layout
from ingest.store import files as file_store
from ingest.store import site_files as store
from ingest.values import Record

logger = logging.getLogger(__name__)

_AT_ONCE = 500
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
        self._is_incomplete = False

    def update(self, records: Sequence[Record], *, now: datetime) -> None:
        """Write the files if these records have new facts, and always at the first call."""
        if self._folder is None or self._is_incomplete:
            return
        new = {fact for record in records for fact in self._layout.facts(record)}
        is_first = self._facts is None
        known = self._stored_facts() if self._facts is None else self._facts
        if new := new - known:
            self._database.transact(store.add_facts, self._output, new)
        if new or is_first:
            self._write_all(self._folder, sorted(known | new), now)
        self._facts = known | new

    def _stored_facts(self) -> set[str]:
        """Return the stored facts; if there are none, collect them from all records with a file."""
        if known := self._database.query(store.facts, self._output):
            return known
        collected = set(self._collect())
        if collected:
            self._database.transact(store.add_facts, self._output, collected)
        return collected

    def _collect(self) -> Iterator[str]:
        last = 0
        while records := self._database.query(
            file_store.every, self._output, after=last, limit=_AT_ONCE
        ):
            for record in records:
                if record.path is not None:
                    yield from self._layout.facts(record)
            last = records[-1].entry_id

    def forget(self, connection: sa.Connection) -> None:
        """Delete all facts, because records were removed; `complete` collects them again.

        If the process is killed before that, the next `update` collects them.
        """
        if self._folder is not None:
            store.forget_facts(connection, self._output)
            self._facts, self._is_incomplete = None, True

    def complete(self, *, now: datetime) -> None:
        """Collect the facts again, if they were deleted, and write the files."""
        if self._is_incomplete:
            self._is_incomplete = False
            self.update((), now=now)

    def begin_anew(self) -> None:
        """Delete all facts, because all records will be rendered again."""
        if self._folder is not None:
            self._database.transact(store.forget_facts, self._output)
        self._facts = None

    def _write_all(self, folder: Folder, facts: Sequence[str], now: datetime) -> None:
        written = self._database.query(store.files, self._output)
        for path, content in self._layout.site_files(facts).items():
            if facts or path in written:
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
