"""Read documents in other processes, limited in time and memory.

If a document takes too much time or memory, its process is killed and replaced. Each process is
also replaced after 500 tasks, because libraries may leak memory.
"""

from __future__ import annotations

import asyncio
import io
import multiprocessing
import os
import pickle
import resource
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future
from concurrent.futures import TimeoutError as TooLate
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar, cast

from ingest.border import border
from ingest.errors import Unreadable
from ingest.garbage import search_seldom

if TYPE_CHECKING:
    from pebble import ProcessPool

P = ParamSpec("P")
T = TypeVar("T")

READ_WITHIN = timedelta(seconds=60)  # the limit for one document of a feed
# Bytes of address space, which the system can limit. A process needs far more of it than its
# 100 MB of memory.
_ADDRESS_SPACE = 2 * 1024**3
_TASKS_OF_A_PROCESS = 500
_HANDFUL = 8
# Modules that are loaded once, before the processes are forked. For many feeds, more modules are
# loaded, which takes 1 s longer.
_LOADED_FOR_FEW = ["ingest.reading.read"]
_LOADED_FOR_MANY = ["ingest.reading.ready"]
# bytes; an answer of this size is unpickled in a few milliseconds
_SMALL_ANSWER = 1 << 18


def cores() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processes_for(feeds: int) -> int:
    """Return the number of processes for this many feeds: one for up to 8, else one for each core.

    Each process takes a second to start, and about 100 MB of memory.
    """
    return 1 if feeds <= _HANDFUL else cores()


class Workers:
    """A pool of processes, which start with the first task; a context manager."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._pool: ProcessPool | None = None
        self._finishing: list[ProcessPool] = []
        self._starting = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the processes at once."""
        with self._starting:
            for pool in filter(None, [*self._finishing, self._pool]):
                pool.stop()  # type: ignore[no-untyped-call]
                pool.join()

    def grow(self, processes: int) -> None:
        """Use at least this many processes from the next task on; call this in the event loop."""
        if processes <= self._processes:
            return
        self._processes = processes
        if self._pool is not None:
            self._pool.close()  # type: ignore[no-untyped-call]
            self._finishing.append(self._pool)
            self._pool = None

    async def run(
        self, within: timedelta, url: str, function: Callable[P, T], *a: P.args, **k: P.kwargs
    ) -> T:
        """Call a function in another process; arguments and result must be picklable.

        Raise the `GuidangError` that the function raises, and `Fault` for any other exception.
        Raise `Unreadable` for the document of `url` if the call takes longer than `within`, or too
        much memory.
        """
        while (pool := self._pool) is None or not pool.active:
            await asyncio.to_thread(self._start)
        future = _schedule(pool, within, url, function, a, k)
        with _limits(url, within):
            answer = await asyncio.wrap_future(future)
        if len(answer) > _SMALL_ANSWER:
            return cast("T", await asyncio.to_thread(_unpickle, answer))
        return cast("T", _unpickle(answer))

    def run_and_wait(
        self, within: timedelta, url: str, function: Callable[P, T], *a: P.args, **k: P.kwargs
    ) -> T:
        """Do the same as `run`, but block until the result is there."""
        while (pool := self._pool) is None or not pool.active:
            self._start()
        with _limits(url, within):
            answer = _schedule(pool, within, url, function, a, k).result()
        return cast("T", _unpickle(answer))

    def _start(self) -> None:
        """Start the processes if there is no pool, or if the pool has stopped."""
        from pebble import ProcessPool

        with self._starting:
            if self._pool is not None:
                if self._pool.active:
                    return
                self._finishing.append(self._pool)
            # A plain fork would copy locks that other threads hold at that moment.
            context = multiprocessing.get_context("forkserver")
            is_one = self._processes == 1
            context.set_forkserver_preload(_LOADED_FOR_FEW if is_one else _LOADED_FOR_MANY)
            pool = ProcessPool(
                max_workers=self._processes,
                max_tasks=_TASKS_OF_A_PROCESS,
                initializer=_set_up_process,
                context=context,
            )
            if not pool.active:  # reading this property starts the processes
                raise RuntimeError("the processes that read documents did not start")
            self._pool = pool


def _schedule(
    pool: ProcessPool,
    within: timedelta,
    url: str,
    function: Callable[..., Any],
    a: tuple[Any, ...],
    k: dict[str, Any],
) -> Future[bytes]:
    arguments = (url, function, a, k)
    return pool.schedule(_call, args=arguments, timeout=within.total_seconds())


@contextmanager
def _limits(url: str, within: timedelta) -> Iterator[None]:
    """Raise `Unreadable` if a task reached the time or memory limit of its process."""
    from pebble import ProcessExpired

    try:
        yield
    except TooLate:
        raise Unreadable(url, f"it takes longer than {within.total_seconds():g} s") from None
    except MemoryError:
        raise Unreadable(url, "it takes too much memory") from None
    except ProcessExpired as error:
        raise Unreadable(url, f"the process that read it died ({error.exitcode})") from None
    except BrokenExecutor:
        raise Unreadable(url, "the processes that read documents ended") from None


class _Frames:
    """A file-like object that contains a pickle.

    While a pickle is loaded from bytes, no other thread can run. If it is loaded from this object,
    other threads can run after each frame of 64 KiB.
    """

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def read(self, size: int) -> bytes:
        return self._content.read(size)

    def readline(self) -> bytes:
        return self._content.readline()


def _call(url: str, function: Callable[..., Any], a: tuple[Any, ...], k: dict[str, Any]) -> bytes:
    """Call a function in a reader process; return its pickled result or raise a picklable error."""
    with border(url):
        return pickle.dumps(function(*a, **k), protocol=pickle.HIGHEST_PROTOCOL)


def _unpickle(answer: bytes) -> Any:
    return pickle.load(_Frames(answer))  # noqa: S301 - a process of ours made it


def _set_up_process() -> None:
    """Limit the memory of a new reader process, and let it collect garbage less often."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = _ADDRESS_SPACE if hard == resource.RLIM_INFINITY else min(_ADDRESS_SPACE, hard)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    search_seldom()
