"""Render what is missing or outdated, and replace files atomically.

The folder is a rendering of the store: it can always be made again, and a stop at any moment
heals at the next pass, because a path is written down before its file is made and a record stays
due until its file is there.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ingest.config import ArchiveConfig
from ingest.database import Database
from ingest.errors import ArchiveError, ArchiveFull
from ingest.files import has_room, is_there, sync
from ingest.files import write as _write
from ingest.layouts import SHORTER, Layout, is_at_home, make_layout
from ingest.presence import Presence
from ingest.site_names import SiteNames
from ingest.store import archive as store
from ingest.values import Record

logger = logging.getLogger(__name__)

_BATCH = 100
# Leading dot: Hexo, Hugo and Jekyll pass over it.
_UNFINISHED = ".guidang-unfinished"
_LATER = "the entries are kept; when that is mended, run: guidang archive"
# What a file system says of a name that it takes from nobody; then a shorter one is given.
_BAD_NAME = frozenset({errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL})
# Another process may be at work there; no file takes it an hour.
_ABANDONED = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A file that is not as the store has it; `what` is missing, changed, outdated or foreign.

    Or a name that is written otherwise than it is: then it is apart, and `note` says why.
    """

    path: str
    what: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Finished:
    """A record that is in its place, or ready to be moved there."""

    record: Record
    written: store.Written
    target: str
    unfinished: str | None


class Archive:
    """The folder of records."""

    def __init__(self, config: ArchiveConfig, database: Database) -> None:
        self.root = config.path
        self._config = config
        self._layout: Layout = make_layout(config)
        self._database = database
        self._names = SiteNames(self._layout, database)
        self._presence = Presence(self.root)
        self._settings_noticed = False
        self.other_paths = 0
        # Nobody else who writes here has files of this name, in whatever container they are.
        self._token = secrets.token_hex(8)

    def render_due(self, *, now: datetime, feed_id: int | None = None) -> int:
        """Write the files of all records that are due; return how many were written.

        Raise `ArchiveError` when the folder cannot be written, or all records that were there are
        gone: what was not written stays due.
        """
        self._refuse_if_gone()
        return self._render_due(now, feed_id)

    def _render_due(self, now: datetime, feed_id: int | None = None) -> int:
        self._notice_other_settings()
        written = 0
        while records := self._database.read(
            store.due, self._layout.name, feed_id=feed_id, limit=_BATCH
        ):
            written += self._render(records, now)
            if len(records) < _BATCH:  # there are no more: nobody need be asked again
                break
        return written

    def rebuild(self, *, now: datetime) -> int:
        """Render every record again; a file that is as it should be is not touched.

        `other_paths` is then how many have a path that they would not be given today.
        """
        self.prepare(now=now, anew=True)
        self._notice_other_settings()
        written = last = self.other_paths = 0
        while records := self._database.read(
            store.every, self._layout.name, after=last, limit=_BATCH
        ):
            written += self._render(records, now)
            self.other_paths += sum(
                record.path is not None and not is_at_home(self._layout, record)
                for record in records
            )
            last = records[-1].entry_id
        return written

    def restore_missing(self, *, now: datetime) -> int:
        """Render what is due and what was deleted from the folder; return how many files."""
        self.prepare(now=now, anew=True)
        paths = self._database.read(
            lambda c: [path for path, *_ in store.files(c, self._layout.name)]
        )
        # os.path, not Path: that raises where the name is too long.
        gone = [path for path in paths if not os.path.isfile(self.root / path)]  # noqa: PTH113
        if gone:
            self._database.write(store.make_due, gone)
        return self._render_due(now)

    def delete_feed(self, feed_id: int) -> int:
        """Delete the files of a feed, and folders left empty; return how many files."""
        paths = self._database.read(store.paths_of_feed, feed_id)
        self.delete(paths)
        return len(paths)

    def delete(self, paths: Iterable[str]) -> None:
        """Delete files, and folders left empty; what is gone already is fine."""
        with self._explained():
            for path in paths:
                (self.root / path).unlink(missing_ok=True)
                for folder in list(Path(path).parents)[:-1]:
                    with contextlib.suppress(OSError):  # not empty, or gone: both are fine
                        (self.root / folder).rmdir()

    def check(self) -> list[Difference]:
        """Compare the folder with the store; change nothing."""
        known = {}
        differences = []
        files = self._database.read(lambda c: list(store.files(c, self._layout.name)))
        for path, digest, is_due in files:
            known[path] = True
            what = self._compare(path, digest, is_due)
            if what:
                differences.append(Difference(path=path, what=what))
        without = self._database.read(store.missing_paths, self._layout.name)
        differences += [Difference(path="(no path yet)", what="missing")] * without
        differences += [
            Difference(path=path, what="foreign") for path in self._present() if path not in known
        ]
        differences += [
            Difference(path=page, what="apart", note=note) for page, note in self._names.apart()
        ]
        return sorted(differences, key=lambda difference: difference.path)

    def _compare(self, path: str, digest: bytes | None, is_due: bool) -> str | None:
        try:
            present = (self.root / path).read_bytes()
        except FileNotFoundError:
            return "missing"
        except OSError as error:
            if error.errno in _BAD_NAME:
                return "missing"
            raise self._unusable(error) from error
        if is_due or digest is None:
            return "outdated"
        return None if hashlib.sha256(present).digest() == digest else "changed"

    def _present(self) -> Iterator[str]:
        """The records that lie in the folder, whoever put them there."""
        for folder, names, files in os.walk(self.root):
            names[:] = [name for name in names if not name.startswith((".", "_"))]
            for name in files:
                if name.endswith((".md", ".html")):
                    yield (Path(folder) / name).relative_to(self.root).as_posix()

    def prepare(self, *, now: datetime, anew: bool = False) -> None:
        """Make the folder if need be, and clear what a killed run left unfinished.

        Raise `ArchiveError` if nothing can be written there, or if all records that were are gone,
        unless they are to be made `anew`.
        """
        if not anew:
            self._refuse_if_gone()
        old = (now - _ABANDONED).timestamp()
        with self._explained():
            self.root.mkdir(parents=True, exist_ok=True)
            unfinished = self.root / _UNFINISHED
            for left in unfinished.iterdir() if unfinished.is_dir() else ():
                if left.stat().st_ctime < old:
                    left.unlink(missing_ok=True)

    def check_room(self) -> None:
        """Raise `ArchiveFull` if nothing can be written to the folder's disk."""
        if not has_room(self.root):
            raise ArchiveFull(f"{self.root}: the disk is full; {_LATER}")

    def _refuse_if_gone(self) -> None:
        if problem := self.problem():
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
        return self._database.read(
            lambda c: self._presence.are_all_gone(store.written_paths(c, self._layout.name))
        )

    def _notice_other_settings(self) -> None:
        """Have every record rendered again when what shapes them has changed.

        That is the settings, and the layout's own form when the program is a newer one.
        """
        if self._settings_noticed:
            return
        settings = self._config.model_dump_json(exclude={"path", "template"})
        shape = f"form {self._layout.form} {settings}"
        if self._database.read(store.rendered_with) != shape:
            self._database.write(store.render_all_with, shape)
        self._settings_noticed = True

    def _render(self, records: Sequence[Record], now: datetime) -> int:
        """Write these records; what is in the way of one keeps none of the others back."""
        finished: list[_Finished] = []
        failed: list[ArchiveError] = []
        folders: set[str] = set()
        names = self._names.of(records)
        for record, path in self._place(records):
            content = self._layout.render(record, names)
            try:
                finished.append(self._finish(record, path, content, folders))
            except ArchiveError as error:
                failed.append(error)
        in_place = self._put_in_place(finished, failed)
        written = [one.written for one in in_place]
        self._database.write(store.mark_written, self._layout.name, written, now=now)
        if failed:
            raise failed[0]
        return sum(one.unfinished is not None for one in in_place)

    def _place(self, records: Sequence[Record]) -> list[tuple[Record, str]]:
        """The path of each record; one that has none is given it, for ever."""
        given = self._give_paths([r for r in records if r.path is None], apart=False)
        without = [r for r in records if r.path is None and r.entry_id not in given]
        given |= self._give_paths(without, apart=True)
        return [(record, record.path or given[record.entry_id]) for record in records]

    def _give_paths(self, records: Sequence[Record], *, apart: bool) -> dict[int, str]:
        if not records:
            return {}
        paths = {record.entry_id: self._layout.path(record, apart=apart) for record in records}
        return self._database.write(store.give_paths, self._layout.name, paths)

    def _finish(self, record: Record, path: str, content: bytes, folders: set[str]) -> _Finished:
        """Write a record to a file beside its place, unless it is in its place already.

        One that had no place before is written without looking there.
        `folders` are those that were looked at in this pass.
        """
        target = f"{self.root}/{path}"
        written = store.Written(
            entry_id=record.entry_id,
            render_due=record.render_due,
            digest=hashlib.sha256(content).digest(),
        )
        with self._explained():
            if not folders:
                (self.root / _UNFINISHED).mkdir(parents=True, exist_ok=True)
            if self._is_in_place(record, target, content, folders):
                return _Finished(record, written, target, None)
            unfinished = f"{self.root}/{_UNFINISHED}/{self._token}-{record.entry_id}"
            _write(unfinished, content, record.at)
        return _Finished(record, written, target, unfinished)

    def _is_in_place(self, record: Record, target: str, content: bytes, folders: set[str]) -> bool:
        """Make the folder of a file; look there if the file is not new."""
        folder = target.rpartition("/")[0]
        try:
            if folder not in folders:
                self._make(Path(folder))
                folders.add(folder)
            return record.path is not None and is_there(target, content, record.at)
        except OSError as error:
            if error.errno in _BAD_NAME:  # it gets another one when it is put in place
                return False
            raise

    def _make(self, folder: Path) -> None:
        if not folder.resolve().is_relative_to(self.root.resolve()):
            raise ArchiveError(f"{folder} leads out of {self.root}; is a folder there a link?")
        folder.mkdir(parents=True, exist_ok=True)

    def _put_in_place(
        self, finished: Sequence[_Finished], failed: list[ArchiveError]
    ) -> list[_Finished]:
        """Move files to their places, once the disk has them; return those that are there."""
        try:
            if any(one.unfinished for one in finished):
                with self._explained():
                    sync(self.root)
            return [one for one in finished if self._is_put(one, failed)]
        finally:
            for one in finished:
                if one.unfinished:
                    Path(one.unfinished).unlink(missing_ok=True)

    def _is_put(self, one: _Finished, failed: list[ArchiveError]) -> bool:
        """Move a file to its place, or to another if no file can have that name."""
        try:
            if one.unfinished:
                os.replace(one.unfinished, one.target)  # noqa: PTH105 - a Path costs as much
        except OSError as error:
            if error.errno in _BAD_NAME and self._is_put_elsewhere(one):
                return True
            failed.append(self._unusable(error))
            return False
        return True

    def _is_put_elsewhere(self, one: _Finished) -> bool:
        """Give a record a shorter path, and move its file there."""
        for longest in SHORTER:
            path = self._layout.path(one.record, apart=True, longest=longest)
            entry, target = one.record.entry_id, self.root / path
            if not self._database.write(store.change_path, self._layout.name, entry, path):
                continue
            try:
                self._make(target.parent)
                Path(one.unfinished or "").replace(target)
            except OSError as error:
                logger.debug("%s: %s", target, error)
            else:
                logger.warning("%s: no file can have this name; it is %s", one.target, path)
                return True
        return False

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> ArchiveError:
        advice = {
            errno.EDQUOT: f"the disk quota is used up; {_LATER}",
            errno.EROFS: f"the file system is read-only; {_LATER}",
            errno.EFBIG: f"the largest file size is reached; {_LATER}",
            errno.EACCES: f"no permission to write there; {_LATER}",
        }
        if error.errno == errno.ENOSPC:
            return ArchiveFull(f"{self.root}: the disk is full; {_LATER}")
        if known := advice.get(error.errno or 0):
            return ArchiveError(f"{self.root}: {known}")
        where = error.filename2 or error.filename or self.root
        return ArchiveError(f"{where}: {error.strerror or error}; {_LATER}")
