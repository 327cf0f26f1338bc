"""Processes in which what comes from outside is read: bounded in time and memory, and replaced.

A hostile page may take for ever, or all memory there is; a library may leak a little with each
document. Both end with the process, and the program goes on.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import threading
from collections.abc import Callable
from concurrent.futures import TimeoutError as TooLate
from datetime import timedelta
from typing import TYPE_CHECKING, ParamSpec, Self, TypeVar

from ingest.errors import Unreadable

if TYPE_CHECKING:
    from pebble import ProcessPool

P = ParamSpec("P")
T = TypeVar("T")

# A process takes about 100 MB of memory and far more of addresses, which is what the system bounds.
_ADDRESS_SPACE = 2 * 1024**3
_TASKS_OF_A_PROCESS = 500
_HANDFUL = 8
_LOADED_BEFORE = ["ingest.reading.ready"]


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processes_pay(feeds: int) -> bool:
    """Whether to read so many feeds in processes: not a handful, and nothing on one core.

    A process takes a second to start, and a hundred megabytes.
    """
    return feeds > _HANDFUL and cores() > 1


class Workers:
    """A pool of processes; they start with the first task. A context manager.

    `pay` says whether feeds are worth them; article pages are read in them in any case.
    """

    def __init__(self, processes: int | None = None, *, pay: bool = True) -> None:
        self.pay = pay
        self._processes = processes or cores()
        self._pool: ProcessPool | None = None
        self._starting = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()

    async def run(
        self, within: timedelta, url: str, function: Callable[P, T], *a: P.args, **k: P.kwargs
    ) -> T:
        """Call a function of a module in another process; values in, a value out.

        Raise what it raises, and `Unreadable` for the document of `url` if it takes longer than
        `within`, or more memory than a process may have.
        """
        from pebble import ProcessExpired

        future = self._started().schedule(
            function, args=a, kwargs=k, timeout=within.total_seconds()
        )
        try:
            return await asyncio.wrap_future(future)
        except TooLate:
            raise Unreadable(url, f"it takes longer than {within.total_seconds():g} s") from None
        except MemoryError:
            raise Unreadable(url, "it takes too much memory") from None
        except ProcessExpired as error:
            raise Unreadable(url, f"the process that read it died ({error.exitcode})") from None

    def _started(self) -> ProcessPool:
        from pebble import ProcessPool

        with self._starting:
            if self._pool is None:
                # A forked process would inherit the locks of our threads as they are held.
                context = multiprocessing.get_context("forkserver")
                context.set_forkserver_preload(_LOADED_BEFORE)
                self._pool = ProcessPool(
                    max_workers=self._processes,
                    max_tasks=_TASKS_OF_A_PROCESS,
                    initializer=_bound_memory,
                    context=context,
                )
            return self._pool


def _bound_memory() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = _ADDRESS_SPACE if hard == resource.RLIM_INFINITY else min(_ADDRESS_SPACE, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
