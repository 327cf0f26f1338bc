"""Measure the time, CPU and memory of a process and its children."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import psutil

# Measuring memory stops the process for milliseconds, so it is not done often.
_SAMPLE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall-clock seconds, CPU seconds, and peak memory in bytes, of all processes together."""

    seconds: float
    cpu: float
    memory: int


class Watch:
    """Measures a process and its children during a `with` block.

    Shared memory is counted once (PSS). The CPU of ended children is in their parent's times.
    """

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._memory = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._before = self._used()
        self._began = time.perf_counter()
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._seconds = time.perf_counter() - self._began
        self._cpu = self._used() - self._before
        self._is_over.set()
        self._thread.join()
        self._note_memory()

    @property
    def cost(self) -> Cost:
        """Return the cost of the block, after the block has ended."""
        return Cost(seconds=self._seconds, cpu=self._cpu, memory=self._memory)

    def _used(self) -> float:
        return sum(sum(one.cpu_times()[:4]) for one in self._family())

    def _sample(self) -> None:
        while not self._is_over.wait(_SAMPLE_SECONDS):
            self._note_memory()

    def _note_memory(self) -> None:
        self._memory = max(self._memory, sum(self._sizes()))

    def _sizes(self) -> Iterator[int]:
        for one in self._family():
            with suppress(psutil.NoSuchProcess):  # it has just ended
                yield one.memory_full_info().pss

    def _family(self) -> list[psutil.Process]:
        return [self._process, *self._process.children(recursive=True)]
