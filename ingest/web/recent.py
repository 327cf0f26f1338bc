"""Keep values for some seconds that cost much to make, such as counts of all entries."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

_MOST = 200  # values
_LOCKS = 16  # each for some of the names


class Recent:
    """Values by name. While a thread makes a value, others that want it wait."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._values: dict[str, tuple[float, Any]] = {}
        self._locks = [threading.Lock() for _ in range(_LOCKS)]

    def get(self, name: str, make: Callable[[], T], *, seconds: float | None = None) -> T:
        """Return the value with this name; make it if it is missing or older than `seconds`."""
        limit = self._seconds if seconds is None else seconds
        with self._locks[hash(name) % _LOCKS]:
            made_at, value = self._values.get(name, (0.0, None))
            now = time.monotonic()
            if value is None or now - made_at > limit:
                value = make()
                if len(self._values) >= _MOST:
                    self._values.clear()
                self._values[name] = now, value
            return value  # type: ignore[no-any-return]

    def __len__(self) -> int:
        """Return how many values there are."""
        return len(self._values)
