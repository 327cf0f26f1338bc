"""Write the records that are missing or outdated, batch after batch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime

from ingest.config import OutputConfig
from ingest.database import Database
from ingest.errors import ArchiveError
from ingest.follow.files.batch import Batch
from ingest.follow.files.differences import Difference, differences
from ingest.follow.files.folder import Folder
from ingest.follow.files.presence import Presence
from ingest.follow.files.site_names import SiteNames
from ingest.follow.follower import Followed, Run
from ingest.outputs import Layout, is_at_home, make_layout
from ingest.store import files as store
from ingest.store.due import mark_all_due_for


class Archive:
    """The folder of records."""

    def __init__(self, config: OutputConfig, database: Database) -> None:
        self.root = config.path
        self._config = config
        self._layout: Layout = make_layout(config.layout, config)
        self._database = database
        self._folder = Folder(self.root)
        self._names = SiteNames(self._layout, database)
        self._presence = Presence(self.root)
        self._settings_noticed = self._is_made_anew = False
        self.other_paths = 0

    @property
    def name(self) -> str:
        """The follower's name."""
        return store.FILES

    def begin(self, *, now: datetime) -> None:
        """Mark all due if the settings changed; raise `ArchiveError` if nothing can be written."""
        self._refuse_if_gone()
        self._folder.check_room()
        self._notice_other_settings(now)

    def follow(self, entry_ids: Sequence[int], *, now: datetime) -> Followed:
        """Write the records of these entries. Records of deleted entries are deleted elsewhere."""
        records = self._database.query(store.records, self._layout.name, entry_ids)
        self.other_paths += sum(
            record.path is not None and not is_at_home(self._layout, record) for record in records
        )
        batch = Batch(self._folder, self._layout, self._database, self._names)
        return batch.render(records, now=now)

    def render_due(self, *, now: datetime) -> int:
        """Write the files of all records that are due; return how many were written.

        Raise `ArchiveError` if the folder cannot be written, or every record in it is gone. Records
        that were not written stay due.
        """
        return Run(self._database, self, now=now).finish()

    def rebuild(self, *, now: datetime) -> int:
        """Render every record; a file that is already correct is not touched.

        Afterwards `other_paths` counts the records with a path that a new record would not get.
        """
        self.prepare(now=now, anew=True)
        self._database.transact(mark_all_due_for, store.FILES, now)
        self.other_paths = 0
        return self.render_due(now=now)

    def restore_missing(self, *, now: datetime) -> int:
        """Write the records that are due or missing in the folder; return how many."""
        self.prepare(now=now, anew=True)
        paths = self._database.query(
            lambda c: [path for path, *_ in store.files(c, self._layout.name)]
        )
        gone = [path for path in paths if not self._folder.has_file(path)]
        if gone:
            self._database.transact(store.mark_paths_due, gone, now=now)
        return self.render_due(now=now)

    def delete_feed(self, feed_id: int) -> int:
        """Delete the records of a feed, and empty folders; return how many records there were."""
        paths = self._database.query(store.paths_of_feed, feed_id)
        self.delete(paths)
        return len(paths)

    def delete(self, paths: Iterable[str]) -> None:
        """Delete files, and empty folders; ignore missing files."""
        self._folder.delete(paths)

    def check(self) -> list[Difference]:
        """Return where the folder differs from the store."""
        return differences(self._folder, self._layout.name, self._database, self._names)

    def prepare(self, *, now: datetime, anew: bool = False) -> None:
        """Make the folder if it is missing, and delete unfinished files of killed runs.

        Raise `ArchiveError` if the folder cannot be written, or, without `anew`, if every record in
        it is gone.
        """
        self._is_made_anew = anew
        self._refuse_if_gone()
        self._folder.prepare(now=now)

    def make_writable(self, *, now: datetime) -> None:
        """Prepare the folder; raise `ArchiveError` if it is not writable."""
        self.check_room()
        self.prepare(now=now)
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise ArchiveError(
                f"{self.root} cannot be written: is it read-only, or another user's?"
            )

    def check_room(self) -> None:
        """Raise `ArchiveFull` if nothing can be written to the folder's disk."""
        self._folder.check_room()

    def _refuse_if_gone(self) -> None:
        if not self._is_made_anew and (problem := self.problem()):
            raise ArchiveError(problem)

    def problem(self) -> str | None:
        """Return an error text if the folder, or every record in it, is gone; otherwise None."""
        if not self._are_all_gone():
            return None
        return (
            f"{self.root} has none of the records that were written there: is its disk mounted? "
            "The entries are kept; to make the files anew, there or where archive.path says now, "
            "run: guidang archive"
        )

    def _are_all_gone(self) -> bool:
        """Return whether every record is gone; query the store only if needed."""
        if self._presence.is_known:
            return False
        return self._database.query(
            lambda c: self._presence.are_all_gone(store.written_paths(c, self._layout.name))
        )

    def _notice_other_settings(self, now: datetime) -> None:
        """Mark all records due if the settings or the layout's version (`form`) have changed."""
        if self._settings_noticed:
            return
        shape = f"form {self._layout.form} {self._config.rendered_with}"
        if self._database.query(store.rendered_with) != shape:
            self._database.transact(store.render_all_with, shape, now=now)
        self._settings_noticed = True
