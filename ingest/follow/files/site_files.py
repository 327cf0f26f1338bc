"""Write the files of a whole site, such as a list of its authors.

A fact is a text about a record that these files need, such as its author (`Layout.fact`).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from ingest.database import Database
from ingest.follow.files.folder import Folder
from ingest.follow.files.own_part import Action, digest_of, plan, without_mark
from ingest.outputs import Layout
from ingest.store import site_files as store

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
        self._has_lost = False

    def update(self, facts: Collection[str], *, now: datetime) -> None:
        """Write the files if some of these facts about records are new.

        At the first call, always write the files.
        """
        if self._folder is None:
            return
        is_first, known = self._facts is None, self._facts or self._stored_facts()
        self._facts = known.union(facts)
        if is_first or self._facts != known:
            self._write_all(self._folder, sorted(self._facts), now)

    def _stored_facts(self) -> set[str]:
        return self._database.query(store.facts, self._output)

    def lose(self) -> None:
        """Record that a record was removed or changed, so `complete` must write the files again."""
        self._has_lost = True

    def complete(self, *, now: datetime) -> None:
        """Write the files again if `lose` was called.

        If the process is killed before this, the next call of `update` writes them.
        """
        if self._has_lost:
            self._facts, self._has_lost = None, False
            self.update((), now=now)

    def _write_all(self, folder: Folder, facts: Sequence[str], now: datetime) -> None:
        written = self._database.query(store.files, self._output)
        for path, content in self._layout.site_files(facts, former=written).items():
            self._write(folder, path, without_mark(content), written.get(path), now)

    def _write(
        self, folder: Folder, path: str, content: bytes, written: bytes | None, now: datetime
    ) -> None:
        """Write a file if it differs; if a user wrote or changed it, write a new file beside it."""
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
