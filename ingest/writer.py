"""Write several waiting changes to the database in one transaction.

When a writer is free (SQLite has only one), it writes the waiting changes with one commit. Each
change succeeds or fails on its own, as if it had its own transaction.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa

from ingest.database import Database
from ingest.errors import StoreConflict, StoreError

T = TypeVar("T")
_Change = Callable[[sa.Connection], Any]

# The largest number of changes in one transaction. Other programs can write between two
# transactions.
_MOST_TOGETHER = 32


class Writer:
    """A queue of changes for one event loop, written to the database on `threads`."""

    def __init__(self, database: Database, threads: Executor, *, writers: int) -> None:
        self._database = database
        self._threads = threads
        self._idle = writers
        self._waiting: deque[tuple[_Change, asyncio.Future[Any]]] = deque()
        self._at_work: set[asyncio.Task[None]] = set()

    async def transact(self, change: Callable[[sa.Connection], T]) -> T:
        """Make a change and commit it; return its result, or raise its exception."""
        written: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((change, written))
        if self._idle:
            self._idle -= 1
            task = asyncio.create_task(self._work())
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
        return await written

    @property
    def is_at_work(self) -> bool:
        """Return whether changes are being written or are waiting."""
        return bool(self._at_work)

    async def settle(self) -> None:
        """Wait until all changes have been written or have failed."""
        while self._at_work:
            await asyncio.wait(self._at_work)

    async def _work(self) -> None:
        while self._waiting:
            together = [
                self._waiting.popleft() for _ in range(min(_MOST_TOGETHER, len(self._waiting)))
            ]
            outcomes = await self._outcomes([change for change, _ in together])
            for (_, written), outcome in zip(together, outcomes, strict=True):
                if written.done():  # The caller was cancelled.
                    continue
                if isinstance(outcome, BaseException):
                    written.set_exception(outcome)
                else:
                    written.set_result(outcome)
        self._idle += 1

    async def _outcomes(self, changes: Sequence[_Change]) -> Sequence[Any]:
        """Return what each change returned or raised.

        If a change raises, or there is a deadlock with another transaction, all changes are rolled
        back. Then each change is retried in its own transaction. If the database cannot be used, no
        change is retried.
        """
        if len(changes) == 1:
            return [await self._outcome(changes[0])]
        outcome: Any = await self._outcome(partial(_make_all, changes=changes))
        if isinstance(outcome, StoreError) and not isinstance(outcome, StoreConflict):
            return [outcome] * len(changes)
        if isinstance(outcome, BaseException):
            return [await self._outcome(change) for change in changes]
        return list(outcome)

    async def _outcome(self, change: _Change) -> Any:
        outcomes = await asyncio.gather(self._in_thread(change), return_exceptions=True)
        return outcomes[0]

    async def _in_thread(self, change: _Change) -> Any:
        write = partial(self._database.transact, change)
        return await asyncio.get_running_loop().run_in_executor(self._threads, write)


def _make_all(connection: sa.Connection, changes: Sequence[_Change]) -> list[Any]:
    return [change(connection) for change in changes]
