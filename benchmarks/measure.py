"""What work costs: time, CPU and memory of a process and of all that it starts."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import psutil

_SAMPLE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock, seconds of CPU, and bytes at the peak of all its processes."""

    seconds: float
    cpu: float
    memory: int


class Watch:
    """Looks at a process and all below it while the block lasts; a context manager.

    Memory that they share counts once (PSS). The CPU of a process that ends is what it had used
    when it was last seen.
    """

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._used: dict[int, float] = {}
        self._memory = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._look()
        self._before = sum(self._used.values())
        self._began = time.perf_counter()
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._seconds = time.perf_counter() - self._began
        self._is_over.set()
        self._thread.join()
        self._look()

    @property
    def cost(self) -> Cost:
        """What the block cost, once it is over."""
        cpu = sum(self._used.values()) - self._before
        return Cost(seconds=self._seconds, cpu=cpu, memory=self._memory)

    def _sample(self) -> None:
        while not self._is_over.wait(_SAMPLE_SECONDS):
            self._look()

    def _look(self) -> None:
        self._memory = max(self._memory, sum(self._sizes()))

    def _sizes(self) -> Iterator[int]:
        for one in [self._process, *self._process.children(recursive=True)]:
            try:
                with one.oneshot():
                    times = one.cpu_times()
                    self._used[one.pid] = times.user + times.system
                    yield one.memory_full_info().pss
            except psutil.NoSuchProcess:  # it has just ended
                continue
