"""The follower that fills the search index.

Polls and the start of the service do not wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from ingest.database import Database
from ingest.follow.follower import Followed
from ingest.store.search import index


class Search:
    """The follower that keeps the search index of a database up to date."""

    name = index.SEARCH
    at_once = 500  # large batches are faster in FTS5; other writers to SQLite wait 0.25 s
    marks_due_for = ()

    def __init__(self, database: Database) -> None:
        self._database = database
        self._has_changed = False

    def begin(self, *, now: datetime) -> None:
        """Do nothing, because the index is always ready."""

    def end(self, *, now: datetime) -> None:  # noqa: ARG002 - no merge has a date
        """Merge the index of a small archive, if the run changed it, in short transactions."""
        while self._has_changed:
            self._has_changed = self._database.transact(index.merge)

    def follow(self, entry_ids: Sequence[int], *, now: datetime) -> Followed:  # noqa: ARG002 - no output has a date
        """Read the texts of these entries, and prepare the changes of the index.

        The changes are stored in the transaction that deletes the entries' due marks. So a batch is
        indexed completely or not at all, even if the process is killed.
        """
        ready = self._database.query(index.prepare, entry_ids)
        self._has_changed = True
        keep = partial(index.write, entry_ids=entry_ids, ready=ready)
        return Followed(count=0, keep=keep)
