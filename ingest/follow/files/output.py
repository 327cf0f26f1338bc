"""Write the records of an output that are missing or outdated, batch after batch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from ingest.config import ImagesConfig, OutputConfig
from ingest.database import Database
from ingest.errors import ArchiveError
from ingest.follow.files.batch import Batch
from ingest.follow.files.differences import Difference, differences
from ingest.follow.files.duplicates import apply_duplicates, with_companions
from ingest.follow.files.folder import Folder
from ingest.follow.files.pictures import SitePictures
from ingest.follow.files.presence import Presence
from ingest.follow.files.site_files import SiteFiles
from ingest.follow.files.site_names import SiteNames
from ingest.follow.follower import Followed, Run
from ingest.outputs import Layout, is_at_home, make_layout
from ingest.outputs.rights import apply_rights, embargo_end
from ingest.outputs.selection import passes
from ingest.store import embargoes
from ingest.store import files as store
from ingest.store import outputs as output_store
from ingest.store.due import mark_all_due_for
from ingest.values import Record


class Output:
    """A folder of files, one for each entry that passes the output's filters."""

    at_once = 100
    marks_due_for = ()

    def __init__(
        self, config: OutputConfig, database: Database, images: ImagesConfig | None = None
    ) -> None:
        self.root = config.path
        self.config = config
        self._layout: Layout = make_layout(config.layout, config)
        self._database = database
        self._folder = Folder(self.root)
        self._names = SiteNames(self._layout, database, config.name)
        self._site_files = SiteFiles(self._layout, self.root, database, config.name)
        kept = images or ImagesConfig()
        self.pictures = SitePictures(config, self._layout, database, kept.path)
        self._presence = Presence(self.root)
        self._settings_noticed = self._is_made_anew = False
        self.other_paths = 0

    @property
    def name(self) -> str:
        """Return the follower's name."""
        return output_store.follower_of(self.config.name)

    def begin(self, *, now: datetime) -> None:
        """Mark the records that must be written again as due.

        These are all records if the settings changed. Otherwise, they are the records whose embargo
        has ended. Raise `ArchiveError` if the folder cannot be written.
        """
        self._refuse_if_gone()
        self._folder.check_room()
        self.notice_settings(now=now)
        if self._database.query(embargoes.has_ended, self.config.name, now=now):
            self._database.transact(embargoes.end_embargoes, self.config.name, now=now)

    def follow(self, entry_ids: Sequence[int], *, now: datetime) -> Followed:
        """Write the records of entries that belong in the output, and remove the records of others.

        An entry belongs in the output if it passes the output's filters and is under no embargo.
        The records of deleted entries are deleted elsewhere.
        """

        def may_have(record: Record) -> bool:
            return passes(record, self.config) and not self._ends_of_embargoes([record], now)

        entry_ids = with_companions(entry_ids, self.config, self._database, may_have)
        records = self._database.query(store.records, self.config.name, entry_ids)
        passing = [record for record in records if passes(record, self.config)]
        ends = self._ends_of_embargoes(passing, now)
        free = [record for record in passing if record.entry_id not in ends]
        left = apply_duplicates(free, self.config, self._database, may_have)
        wanted = [apply_rights(record, self.config) for record in left]
        followed, facts = self._write(wanted, now)
        kept = {record.entry_id for record in wanted}
        removed = [r for r in records if r.path is not None and r.entry_id not in kept]
        has_lost = bool(removed) or len(records) < len(set(entry_ids))
        if has_lost or any(record.fact not in {None, *facts} for record in records):
            self._site_files.lose()
        for record in removed:
            self._folder.remove(record.path or "", written=record.digest)

        def keep(connection: sa.Connection) -> None:
            if followed.keep is not None:
                followed.keep(connection)
            gone = [record.entry_id for record in removed]
            store.take_paths(connection, self.config.name, gone)
            embargoes.replace_embargoes(connection, self.config.name, entry_ids, ends)

        return replace(followed, has_changed=followed.has_changed or has_lost, keep=keep)

    def end(self, *, now: datetime) -> None:
        """Write the files of the site again if a record was removed or has another author."""
        self._site_files.complete(now=now)

    def _write(self, records: Sequence[Record], now: datetime) -> tuple[Followed, set[str]]:
        """Write the files of these records and of the site.

        Return (a) the result of the records, and (b) the facts of the records: the texts that
        `Layout.fact` returned.
        """
        self.other_paths += sum(
            record.path is not None and not is_at_home(self._layout, record) for record in records
        )
        batch = Batch(
            self._folder,
            self._layout,
            self._database,
            self._names,
            self.pictures,
            output=self.config.name,
        )
        followed = batch.render(records, now=now)
        self._site_files.update(batch.facts, now=now)
        return followed, batch.facts

    def _ends_of_embargoes(self, records: Sequence[Record], now: datetime) -> dict[int, datetime]:
        """Return the time at which each embargo ends, by entry id; leave out ended embargoes."""
        ends = {record.entry_id: embargo_end(record, self.config) for record in records}
        return {entry_id: end for entry_id, end in ends.items() if end is not None and end > now}

    def render_due(self, *, now: datetime) -> int:
        """Write the files of all records that are due; return how many were written.

        Raise `ArchiveError` if the folder cannot be written, or every record in it is gone. Records
        that were not written stay due.
        """
        return Run(self._database, self, now=now).finish()

    def rebuild(self, *, now: datetime) -> int:
        """Render every record; a file that is already correct is not touched.

        A file that somebody has changed is replaced, and the changed version is kept beside it.
        Afterwards, `other_paths` counts the records whose path differs from the path that a new
        record would get.
        """
        self.prepare(now=now, anew=True)
        self._database.transact(mark_all_due_for, self.name, now)
        self.other_paths = 0
        return self.render_due(now=now)

    def restore_missing(self, *, now: datetime) -> int:
        """Write the records that are due, and the records whose file is missing in the folder.

        Return how many were written.
        """
        self.prepare(now=now, anew=True)
        output = self.config.name
        paths = self._database.query(lambda c: [path for path, *_ in store.files(c, output)])
        gone = [path for path in paths if not self._folder.has_file(path)]
        if gone:
            self._database.transact(store.mark_paths_due, output, gone, now=now)
        written = self.render_due(now=now)
        self._site_files.update((), now=now)
        return written

    def delete_feed(self, feed_id: int) -> None:
        """Delete the records of a feed, and empty folders."""
        self.delete(self._database.query(store.paths_of_feed, self.config.name, feed_id))

    def delete_entry(self, entry_id: int) -> None:
        """Delete the record of an entry."""
        self.delete(self._database.query(store.paths_of_entry, self.config.name, entry_id))

    def delete(self, paths: Iterable[str]) -> None:
        """Delete files, and empty folders; ignore missing files."""
        self._folder.delete(paths)

    def check(self) -> list[Difference]:
        """Return the differences between the folder and the store."""
        return differences(self._folder, self.config, self._database, self._names, self._site_files)

    def prepare(self, *, now: datetime, anew: bool = False) -> None:
        """Make the folder if it is missing, and delete unfinished files of killed runs.

        Raise `ArchiveError` if the folder cannot be written. Unless `anew` is true, also raise it
        if every record in the folder is gone.
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
        name = self.config.name
        return self._database.query(
            lambda c: self._presence.are_all_gone(store.written_paths(c, name))
        )

    def notice_settings(self, *, now: datetime) -> None:
        """Mark all records as due if the settings of the output, or its file format, have changed.

        The layout's number `form` changes with the file format.
        """
        if self._settings_noticed:
            return
        name, shape = self.config.name, f"form {self._layout.form} {self.config.rendered_with}"
        if self._database.query(output_store.rendered_with, name) != shape:
            self._database.transact(output_store.render_all_with, name, shape, now=now)
        self._settings_noticed = True
