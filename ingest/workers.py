"""Processes in which what comes from outside is read: bounded in time and memory, and replaced.

A hostile page may take for ever, or all memory there is; a library may leak a little with each
document. Both end with the process, and the program goes on.
"""

from __future__ import annotations

import asyncio
import io
import multiprocessing
import os
import pickle
import resource
import threading
from collections.abc import Callable
from concurrent.futures import TimeoutError as TooLate
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar, cast

from ingest.errors import Unreadable, border

if TYPE_CHECKING:
    from pebble import ProcessPool

P = ParamSpec("P")
T = TypeVar("T")

# A process takes about 100 MB of memory and far more of addresses, which is what the system bounds.
_ADDRESS_SPACE = 2 * 1024**3
_TASKS_OF_A_PROCESS = 500
_HANDFUL = 8
_LOADED_BEFORE = ["ingest.reading.ready"]
# Answers that are made into objects again within a few milliseconds.
_AT_ONCE = 1 << 18


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
        with self._starting:
            if self._pool is not None:
                self._pool.stop()  # type: ignore[no-untyped-call]
                self._pool.join()

    async def run(
        self, within: timedelta, url: str, function: Callable[P, T], *a: P.args, **k: P.kwargs
    ) -> T:
        """Call a function of a module in another process; values in, a value out.

        Raise the `GuidangError` that it raises, `Fault` if it raises anything else, and
        `Unreadable` for the document of `url` if it takes longer than `within`, or more memory
        than a process may have.
        """
        from pebble import ProcessExpired

        pool = self._pool
        if pool is None:
            pool = await asyncio.to_thread(self._started)
        future = pool.schedule(_packed, args=(url, function, a, k), timeout=within.total_seconds())
        try:
            answer = await asyncio.wrap_future(future)
        except TooLate:
            raise Unreadable(url, f"it takes longer than {within.total_seconds():g} s") from None
        except MemoryError:
            raise Unreadable(url, "it takes too much memory") from None
        except ProcessExpired as error:
            raise Unreadable(url, f"the process that read it died ({error.exitcode})") from None
        if len(answer) > _AT_ONCE:
            return cast("T", await asyncio.to_thread(_unpacked, answer))
        return cast("T", _unpacked(answer))

    async def run_in_thread(
        self, url: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call a function in a thread, without bounds; raise as `run` does."""
        return await asyncio.to_thread(_in_border, url, partial(function, *args, **kwargs))

    def _started(self) -> ProcessPool:
        """Start the pool if it is not; that takes half a second."""
        from pebble import ProcessPool

        with self._starting:
            if self._pool is None:
                # A forked process would inherit the locks of our threads as they are held.
                context = multiprocessing.get_context("forkserver")
                context.set_forkserver_preload(_LOADED_BEFORE)
                pool = ProcessPool(
                    max_workers=self._processes,
                    max_tasks=_TASKS_OF_A_PROCESS,
                    initializer=_bound_memory,
                    context=context,
                )
                if not pool.active:  # to ask is what starts the processes
                    raise RuntimeError("the processes that read did not start")
                self._pool = pool
            return self._pool


class _Frames:
    """A pickle in memory, handed out by Python code.

    To load a pickle from bytes is one long call in which no other thread has a turn; between
    its frames of 64 KiB, read from here, each has.
    """

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def read(self, size: int) -> bytes:
        return self._content.read(size)

    def readline(self) -> bytes:
        return self._content.readline()


def _packed(url: str, function: Callable[..., Any], a: tuple[Any, ...], k: dict[str, Any]) -> bytes:
    """Call a function in the other process; what it raises can be pickled as well."""
    with border(url):
        return pickle.dumps(function(*a, **k), protocol=pickle.HIGHEST_PROTOCOL)


def _in_border(url: str, work: Callable[[], T]) -> T:
    with border(url):
        return work()


def _unpacked(answer: bytes) -> Any:
    return pickle.load(_Frames(answer))  # noqa: S301 - a process of ours made it


def _bound_memory() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = _ADDRESS_SPACE if hard == resource.RLIM_INFINITY else min(_ADDRESS_SPACE, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
