"""Run each follower on its own thread, so that no poll waits for a follower.

A follower updates what depends on stored entries, such as files or the search index.

A follower updates what depends on stored entries, such as files or the search index.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

from ingest.border import border
from ingest.database import Database
from ingest.errors import GuidangError
from ingest.follow.follower import Follower, Run

T = TypeVar("T")

# One run after many commits costs less than one run after each commit. So while something is being
# committed, a run is delayed by this many seconds, up to `_MOST_PAUSES` times.
_PAUSE, _MOST_PAUSES = 0.01, 10

# A function that is called after each run in the background. Its arguments are the follower's name,
# and the error of the run (None if the run succeeded).
OnEnd = Callable[[str, GuidangError | None], None]


class Following:
    """The followers (tasks that process changed entries) of one process."""

    def __init__(
        self,
        followers: Iterable[Follower],
        database: Database,
        clock: Callable[[], datetime],
        *,
        is_committing: Callable[[], bool],
    ) -> None:
        self._threads = {
            follower.name: _Thread(follower, database, clock, is_committing)
            for follower in followers
        }

    def wake(self, on_end: OnEnd | None = None, *, only: Iterable[str] | None = None) -> None:
        """Start the followers, or only the followers named in `only`, in the background.

        Return at once. A follower whose last run failed is started only with `on_end`, because the
        caller must then decide when to try again.
        """
        for name in self._threads if only is None else only:
            self._threads[name].wake(on_end)

    async def finish(self) -> int:
        """Process all due entries; return the number of things made.

        If a follower marks entries as due for a second follower, the second follower is run again.
        Raise the first `GuidangError` after all followers have ended.
        """
        again = {name for thread in self._threads.values() for name in thread.marks_due_for}
        return await self._finish_some(self._threads) + await self._finish_some(again)

    async def _finish_some(self, names: Iterable[str]) -> int:
        results = await asyncio.gather(
            *(self._threads[name].finish() for name in names), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return sum(result for result in results if isinstance(result, int))

    async def run(self, name: str) -> int:
        """Process all due entries of one follower; return the number of things made.

        Raise `GuidangError` if the follower fails.
        """
        return await self._threads[name].finish()

    async def in_thread_of(self, name: str, work: Callable[[], T]) -> T:
        """Call a function on a follower's thread, while the follower is not running."""
        return await self._threads[name].do(work)

    async def settle(self, within: timedelta) -> None:
        """Wait for background runs; after the time `within`, stop them at the end of a batch."""
        running = [thread.task for thread in self._threads.values() if thread.task is not None]
        if running:
            await asyncio.wait(running, timeout=within.total_seconds())
        self.stop()

    def stop(self) -> None:
        """Stop all followers at the end of their batches; they are not started again."""
        for thread in self._threads.values():
            thread.stop()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Stop all followers when the block ends; entries that are not processed stay due."""
        try:
            yield
        finally:
            self.stop()
            for thread in self._threads.values():
                await thread.close()


class _Thread:
    """One follower, its thread and its run in the background."""

    def __init__(
        self,
        follower: Follower,
        database: Database,
        clock: Callable[[], datetime],
        is_committing: Callable[[], bool],
    ) -> None:
        self._follower = follower
        self._database = database
        self._clock = clock
        self._is_committing = is_committing
        self.marks_due_for = follower.marks_due_for
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=f"follow-{follower.name}")
        self._run: Run | None = None
        self._is_due = self._has_failed = self._is_stopped = False
        self.task: asyncio.Task[None] | None = None

    def wake(self, on_end: OnEnd | None) -> None:
        if self._is_stopped or (self._has_failed and on_end is None):
            return
        self._is_due = True
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._run_in_background(on_end))

    async def _run_in_background(self, on_end: OnEnd | None) -> None:
        error: GuidangError | None = None
        while self._is_due and error is None:
            await self._wait_for_more()
            self._is_due = False
            try:
                await self._run_once()
            except GuidangError as raised:
                error = raised
        self._has_failed = error is not None
        if on_end is not None:
            on_end(self._follower.name, error)

    async def _wait_for_more(self) -> None:
        for _ in range(_MOST_PAUSES):
            if not self._is_committing():
                return
            await asyncio.sleep(_PAUSE)

    async def finish(self) -> int:
        if self.task is not None:
            await asyncio.wait([self.task])
        return await self._run_once()

    async def _run_once(self) -> int:
        self._run = run = Run(self._database, self._follower, now=self._clock())

        def finish() -> int:
            with border(f"follower:{self._follower.name}"):
                return run.finish()

        return await self.do(finish)

    async def do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def stop(self) -> None:
        self._is_stopped, self._is_due = True, False
        if self._run is not None:
            self._run.stop()

    async def close(self) -> None:
        if self.task is not None:
            await asyncio.wait([self.task])
        self._executor.shutdown()
