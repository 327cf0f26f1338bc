"""Render what is missing or outdated, batch after batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from ingest.config import ArchiveConfig
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

    def __init__(self, config: ArchiveConfig, database: Database) -> None:
        self.root = config.path
        self._config = config
        self._layout: Layout = make_layout(config)
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
        """Raise `ArchiveError` if no file can be written; make all due if the settings changed."""
        self._refuse_if_gone()
        self._folder.check_room()
        self._notice_other_settings(now)

    def follow(self, entry_ids: Sequence[int], *, now: datetime) -> Followed:
        """Write the files of these entries; those of deleted ones were deleted before."""
        records = self._database.query(store.records, self._layout.name, entry_ids)
        self.other_paths += sum(
            record.path is not None and not is_at_home(self._layout, record) for record in records
        )
        batch = Batch(self._folder, self._layout, self._database, self._names)
        return batch.render(records, now=now)

    def render_due(self, *, now: datetime) -> int:
        """Write the files of all records that are due; return how many were written.

        Raise `ArchiveError` when the folder cannot be written, or all records that were there are
        gone: what was not written stays due.
        """
        return Run(self._database, self, now=now).finish()

    def rebuild(self, *, now: datetime) -> int:
        """Make every record due and render it; a file that is as it should be is not touched.

        `other_paths` is then how many have a path that they would not be given today.
        """
        self.prepare(now=now, anew=True)
        self._database.transact(mark_all_due_for, store.FILES, now)
        self.other_paths = 0
        return self.render_due(now=now)

    def restore_missing(self, *, now: datetime) -> int:
        """Render what is due and what was deleted from the folder; return how many files."""
        self.prepare(now=now, anew=True)
        paths = self._database.query(
            lambda c: [path for path, *_ in store.files(c, self._layout.name)]
        )
        gone = [path for path in paths if not self._folder.has_file(path)]
        if gone:
            self._database.transact(store.mark_paths_due, gone, now=now)
        return self.render_due(now=now)

    def delete_feed(self, feed_id: int) -> int:
        """Delete the files of a feed, and folders left empty; return how many files."""
        paths = self._database.query(store.paths_of_feed, feed_id)
        self.delete(paths)
        return len(paths)

    def delete(self, paths: Iterable[str]) -> None:
        """Delete files, and folders left empty; what is gone already is fine."""
        self._folder.delete(paths)

    def check(self) -> list[Difference]:
        """Compare the folder with the store; change nothing."""
        return differences(self._folder, self._layout.name, self._database, self._names)

    def prepare(self, *, now: datetime, anew: bool = False) -> None:
        """Make the folder if need be, and clear what a killed run left unfinished.

        Raise `ArchiveError` if nothing can be written there, or if all records that were are gone,
        unless they are to be made `anew`.
        """
        self._is_made_anew = anew
        self._refuse_if_gone()
        self._folder.prepare(now=now)

    def check_room(self) -> None:
        """Raise `ArchiveFull` if nothing can be written to the folder's disk."""
        self._folder.check_room()

    def _refuse_if_gone(self) -> None:
        if not self._is_made_anew and (problem := self.problem()):
            raise ArchiveError(problem)

    def problem(self) -> str | None:
        """Say that the folder, or every record in it, is gone; None if it is as it should be."""
        if not self._are_all_gone():
            return None
        return (
            f"{self.root} has none of the records that were written there: is its disk mounted? "
            "The entries are kept; to make the files anew, there or where archive.path says now, "
            "run: guidang archive"
        )

    def _are_all_gone(self) -> bool:
        """The database is asked only where the file that was found last is gone."""
        if self._presence.is_known:
            return False
        return self._database.query(
            lambda c: self._presence.are_all_gone(store.written_paths(c, self._layout.name))
        )

    def _notice_other_settings(self, now: datetime) -> None:
        """Have every record rendered again when what shapes them has changed.

        That is the settings, and the layout's own form when the program is a newer one.
        """
        if self._settings_noticed:
            return
        settings = self._config.model_dump_json(exclude={"path", "template"})
        shape = f"form {self._layout.form} {settings}"
        if self._database.query(store.rendered_with) != shape:
            self._database.transact(store.render_all_with, shape, now=now)
        self._settings_noticed = True
