"""The interface of a follower (a task that processes changed entries), and one run of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa

from ingest.database import Database
from ingest.database.alone import turn_at
from ingest.errors import Fault, GuidangError, StoreError
from ingest.logs import log_fault
from ingest.store import due as store

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The result of a batch of entries that a follower has processed.

    `count` is the number of things made, such as files. `has_changed` is true if anything was made,
    changed or deleted. It is also true if a killed run did this, and the current run only stores
    it. `failed` has the errors of entries that stay due. The other entries are then no longer due.
    `keep` is called in the transaction that records this.
    """

    count: int = 0
    has_changed: bool = False
    failed: Mapping[int, GuidangError] = field(default_factory=dict)
    keep: Callable[[sa.Connection], object] | None = None


class Follower(Protocol):
    """The interface of a follower, which makes results such as files from changed entries.

    It runs after the transaction that changed the entries.
    """

    @property
    def name(self) -> str:
        """The follower's name in the tables `follower` and `due`."""

    @property
    def at_once(self) -> int:
        """The number of entries that the follower processes in one transaction."""

    @property
    def marks_due_for(self) -> Collection[str]:
        """The names of the other followers for which this follower may mark entries as due."""

    def begin(self, *, now: datetime) -> None:
        """Prepare a run; raise `GuidangError` if the follower cannot work now."""

    def follow(self, entry_ids: Sequence[int], *, now: datetime) -> Followed:
        """Process these entries, each of which was inserted, changed or deleted.

        If a run is stopped, this may be called again for the same entry.
        """

    def end(self, *, now: datetime) -> None:
        """Complete a run, after its last batch."""


class Run:
    """One run of a follower: batch after batch, until nothing is due."""

    def __init__(self, database: Database, follower: Follower, *, now: datetime) -> None:
        self._database = database
        self._follower = follower
        self._now = now
        self._failed: dict[int, GuidangError] = {}
        self._count = 0
        self._last = 0
        self._is_stopped = False

    def stop(self) -> None:
        """End the run after the current batch; entries that are not processed stay due."""
        self._is_stopped = True

    def finish(self) -> int:
        """Process all due entries; return the number of things made.

        Other processes can process batches in between. An entry that fails stays due, and the
        others are still processed; the first error is raised at the end. A batch without any
        success ends the run.
        """
        try:
            self._follower.begin(now=self._now)
            while not self._is_stopped and self._take_up_some():
                pass
            self._follower.end(now=self._now)
        except StoreError:
            raise
        except GuidangError as error:
            self._note_error(error)
            raise
        for fault in self._failed.values():
            if isinstance(fault, Fault):
                log_fault(logger, fault, fault.trace)
        for first in self._failed.values():
            self._note_error(first)
            raise first
        return self._count

    def _take_up_some(self) -> bool:
        """Process a batch; return whether there may be another batch."""
        name, most = self._follower.name, self._follower.at_once
        with turn_at(self._database, f"follow-{name}"):
            taken = self._database.query(store.take_due, name, after=self._last, limit=most)
            if not taken:
                return False
            followed = self._follower.follow([one.entry_id for one in taken], now=self._now)
            done = [one for one in taken if one.entry_id not in followed.failed]
            self._database.transact(self._keep, followed, done)
        self._count += followed.count
        self._failed |= followed.failed
        self._last = taken[-1].entry_id
        return bool(done) and len(taken) == most

    def _keep(
        self, connection: sa.Connection, followed: Followed, done: Sequence[store.Marked]
    ) -> None:
        if followed.keep is not None:
            followed.keep(connection)
        store.take_back(connection, self._follower.name, done)
        name, changed = self._follower.name, followed.has_changed
        store.note_run(connection, name, self._now, has_changed=changed)

    def _note_error(self, error: GuidangError) -> None:
        self._database.transact(store.note_error, self._follower.name, str(error), self._now)
