"""Keep values for some seconds that cost much to make, such as counts of all entries."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakValueDictionary

T = TypeVar("T")

_MOST = 200  # values


class Recent:
    """Values by name. While a thread makes a value, others that want it wait."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._values: dict[str, tuple[float, Any]] = {}
        self._locks: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
        self._choosing = threading.Lock()

    def get(self, name: str, make: Callable[[], T], *, seconds: float | None = None) -> T:
        """Return the value with this name; make it if it is missing or older than `seconds`."""
        limit = self._seconds if seconds is None else seconds
        with self._lock_of(name):
            made_at, value = self._values.get(name, (0.0, None))
            now = time.monotonic()
            if value is None or now - made_at > limit:
                value = make()
                if len(self._values) >= _MOST:
                    self._values.clear()
                self._values[name] = now, value
            return value  # type: ignore[no-any-return]

    def _lock_of(self, name: str) -> threading.Lock:
        """Return the lock of a name, which lasts as long as a thread makes or awaits the value."""
        with self._choosing:
            lock = self._locks.get(name)
            if lock is None:
                lock = self._locks[name] = threading.Lock()
            return lock

    def __len__(self) -> int:
        """Return how many values there are."""
        return len(self._values)
