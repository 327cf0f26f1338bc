"""The follower that links near-duplicates. It deletes and hides no entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from ingest.database import Database
from ingest.follow.follower import Followed
from ingest.store.due import mark_due_for
from ingest.store.likeness import write as store
from ingest.store.likeness.prints import prints_of
from ingest.store.likeness.stories import neighbours


class Likeness:
    """Keeps the links between near-duplicates up to date.

    `marks_due_for` are the outputs that show links, or only canonical entries.
    """

    name = store.LIKENESS
    at_once = 200

    def __init__(self, database: Database, *, marks_due_for: Sequence[str] = ()) -> None:
        self._database = database
        self.marks_due_for = marks_due_for

    def begin(self, *, now: datetime) -> None:
        """Do nothing, because the tables are always ready."""

    def end(self, *, now: datetime) -> None:
        """Do nothing, because each batch is complete."""

    def follow(self, entry_ids: Sequence[int], *, now: datetime) -> Followed:
        """Read the texts of these entries, and prepare the changes of their links.

        The changes are stored in the transaction that deletes the entries' due marks. So a batch is
        linked completely or not at all, even if the process is killed.
        """
        prints = self._database.query(prints_of, entry_ids)

        def keep(connection: sa.Connection) -> None:
            changed = store.write(connection, entry_ids, prints, now=now)
            if self.marks_due_for:
                changed |= neighbours(connection, entry_ids)
            for output in self.marks_due_for:
                mark_due_for(connection, output, changed, now)

        return Followed(count=0, keep=keep)
