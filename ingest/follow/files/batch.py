"""Write a batch of records: render each to a temporary file, then move all into place."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from ingest.border import border
from ingest.database import Database
from ingest.errors import ArchiveError, GuidangError, SourceError
from ingest.follow.files.folder import Folder, is_bad_name
from ingest.follow.files.own_part import (
    MARK,
    Action,
    Present,
    digest_of,
    plan,
    without_mark,
)
from ingest.follow.files.pictures import SitePictures
from ingest.follow.files.site_names import SiteNames
from ingest.follow.follower import Followed
from ingest.outputs import SHORTER, Layout
from ingest.store import files as store
from ingest.values import Record

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Finished:
    """A record whose file was rendered.

    `unfinished` is the path of its temporary file, or None if the right file is already in place.
    """

    record: Record
    written: store.Written
    path: str
    action: Action
    unfinished: str | None

    @property
    def is_change(self) -> bool:
        """Whether the file differs from the version that is recorded in the store."""
        return self.unfinished is not None or self.record.digest != self.written.digest


class Batch:
    """A batch of records to write; make a new object for each batch."""

    def __init__(
        self,
        folder: Folder,
        layout: Layout,
        database: Database,
        names: SiteNames,
        pictures: SitePictures,
        *,
        output: str,
    ) -> None:
        self._folder = folder
        self._layout = layout
        self._database = database
        self._names = names
        self._pictures = pictures
        self._output = output
        self._parents: set[str] = set()
        self._failed: dict[int, GuidangError] = {}
        self.facts: set[str] = set()

    def render(self, records: Sequence[Record], *, now: datetime) -> Followed:
        """Write the files of these records; if one fails, continue with the others."""
        names, kept = self._names.of(records), self._pictures.of(records)
        finished = []
        for record in self._place(records):
            try:
                with border(record.feed_url):
                    shown = self._pictures.localize(record, kept.get(record.entry_id, {}))
                    content = without_mark(self._layout.render(shown, names))
                finished.append(self._finish(record, record.path or "", content))
            except (ArchiveError, SourceError) as error:
                self._failed[record.entry_id] = error
        in_place = self._put_in_place(finished)
        self.facts = {one.written.fact for one in in_place if one.written.fact is not None}
        written = [one.written for one in in_place]
        return Followed(
            count=sum(one.unfinished is not None for one in in_place),
            has_changed=any(one.is_change for one in in_place),
            failed=self._failed,
            keep=partial(store.note_written, output=self._output, written=written, now=now),
        )

    def _place(self, records: Sequence[Record]) -> list[Record]:
        """Return the records with their paths.

        If a record has no path, it gets a new path, which is stored and never changes.
        """
        given = self._give_paths([r for r in records if r.path is None], apart=False)
        without = [r for r in records if r.path is None and r.entry_id not in given]
        given |= self._give_paths(without, apart=True)
        return [r if r.path else replace(r, path=given[r.entry_id]) for r in records]

    def _give_paths(self, records: Sequence[Record], *, apart: bool) -> dict[int, str]:
        if not records:
            return {}
        paths = {record.entry_id: self._layout.path(record, apart=apart) for record in records}
        return self._database.transact(store.give_paths, self._output, paths)

    def _finish(self, record: Record, path: str, content: bytes) -> _Finished:
        """Write a record to a temporary file, unless its file is already correct."""
        fact = self._layout.fact(record)
        written = store.Written(entry_id=record.entry_id, digest=digest_of(content), fact=fact)
        if not self._parents:
            self._folder.make_unfinished()
        present = self._present(path)
        if present is None and self._layout.has_own_part:
            content += MARK
        action, content = plan(
            content,
            present,
            written=record.digest,
            at=int(record.at.timestamp()),
        )
        if action is Action.NOTHING:
            return _Finished(record, written, path, action, None)
        unfinished = self._folder.write_unfinished(str(record.entry_id), content, record.at)
        return _Finished(record, written, path, action, unfinished)

    def _present(self, path: str) -> Present | None:
        """Make the parent folder of a file; return the file, or None if it does not exist."""
        parent = path.rpartition("/")[0]
        try:
            if parent not in self._parents:
                self._folder.make_parent(path)
                self._parents.add(parent)
            return self._folder.read(path)
        except OSError as error:
            if is_bad_name(error):  # `_is_put` then tries a shorter name.
                return None
            raise self._folder.explain(error) from error

    def _put_in_place(self, finished: Sequence[_Finished]) -> list[_Finished]:
        """Flush the temporary files to the disk, then move them; return the records with a file."""
        in_place = []
        left = {one.unfinished for one in finished if one.unfinished}
        try:
            if left:
                self._folder.sync()
            for one in filter(self._is_put, finished):
                in_place.append(one)
                left.discard(one.unfinished)
        finally:
            for unfinished in left:
                Path(unfinished).unlink(missing_ok=True)
        return in_place

    def _is_put(self, one: _Finished) -> bool:
        """Move a file into place, under a shorter name if necessary; return whether it moved."""
        if one.unfinished is None:
            return True
        try:
            self._put(one, one.unfinished)
        except OSError as error:
            if is_bad_name(error) and self._is_put_elsewhere(one, one.unfinished):
                return True
            self._failed[one.record.entry_id] = self._folder.explain(error)
            return False
        return True

    def _put(self, one: _Finished, unfinished: str) -> None:
        """Move a file into place; if a user changed the file there, keep that version beside it.

        Raise `OSError` if that fails.
        """
        if one.action is Action.KEEP_BOTH:
            self._folder.put_aside(one.path)
        self._folder.move(unfinished, one.path)

    def _is_put_elsewhere(self, one: _Finished, unfinished: str) -> bool:
        """Give a record a shorter path and move its file to it; return whether this worked."""
        for longest in SHORTER:
            path = self._layout.path(one.record, apart=True, longest=longest)
            entry = one.record.entry_id
            if not self._database.transact(store.change_path, self._output, entry, path):
                continue
            try:
                self._folder.make_parent(path)
                self._folder.move(unfinished, path)
            except OSError as error:
                logger.debug("%s: %s", path, error)
            else:
                logger.warning("%s: no file can have this name; it is %s", one.path, path)
                return True
        return False
