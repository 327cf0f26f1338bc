"""Move existing records to the paths of a new template. Other commands keep existing paths."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from datetime import datetime

from ingest.config import ImagesConfig, OutputConfig
from ingest.database import Database
from ingest.follow.files.output import Output
from ingest.outputs import is_at_home, make_layout, paths_for
from ingest.store import files as file_store
from ingest.store import renaming as store

logger = logging.getLogger(__name__)

_BATCH = 100


class Renaming:
    """The move of an output's records to new paths; it can also list their former paths."""

    def __init__(
        self, config: OutputConfig, database: Database, images: ImagesConfig | None = None
    ) -> None:
        self._layout = make_layout(config.layout, config)
        self._database = database
        self._output = Output(config, database, images)
        self._name = config.name

    def rename(self, *, now: datetime) -> int:
        """Give each record the path that a new record would get; return how many paths changed.

        Files are written at the new paths before the files at the old paths are deleted. So a run
        that was stopped can be repeated. Raise `ArchiveError` if the folder cannot be written.
        """
        self._output.prepare(now=now)
        moved = last = 0
        while records := self._database.query(
            file_store.every, self._name, after=last, limit=_BATCH
        ):
            wanted = {
                record.entry_id: list(paths_for(self._layout, record))
                for record in records
                if record.path and not is_at_home(self._layout, record)
            }
            if wanted:
                moved += self._database.transact(store.rename, self._name, wanted, now=now)
            last = records[-1].entry_id
        self._output.render_due(now=now)
        self._delete_former()
        return moved

    def _delete_former(self) -> None:
        """Delete the files at former paths, except files that somebody has changed."""
        for path, digest, present in self._database.query(store.former, self._name):
            file, new = self._output.root / path, self._output.root / present
            # The old and the new path lead to the same file if the file system ignores case, or if
            # a folder is a link.
            if not file.is_file() or (new.is_file() and file.samefile(new)):
                continue
            if hashlib.sha256(file.read_bytes()).digest() == digest:
                self._output.delete([path])
            else:
                logger.warning("%s was changed by somebody; it stays where it is", file)

    def redirects(self) -> str:
        """Return YAML for hexo-generator-alias that redirects old addresses to new ones."""
        return "\n".join(["alias:", *self._redirects()]) + "\n"

    def _redirects(self) -> Iterator[str]:
        known = set()
        # Hexo's `:title` is the path below `_posts`.
        inside = self._output.root.as_posix().rpartition("/_posts/")
        folder = f"{inside[2]}/" if inside[1] else ""
        for old, _, new in self._database.query(store.former, self._name):
            if old not in known:  # The first row is for the entry that had the path most recently.
                known.add(old)
                former, present = _page(folder + old), _page(folder + new)
                yield f"  {_quote(former + 'index.html')}: {_quote(present)}"


def _page(path: str) -> str:
    """Return the address of a record's page, if Hexo has the setting `permalink: :title/`."""
    return path.rpartition(".")[0] + "/"


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
