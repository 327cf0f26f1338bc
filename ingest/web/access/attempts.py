"""Limit how often a password is tried: from one address, and in total."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock


@dataclass(frozen=True, slots=True)
class Rate:
    """So many tries at once, and then one in so many seconds."""

    at_once: int
    seconds: float


PER_ADDRESS = Rate(5, 60)
IN_TOTAL = Rate(30, 2)
_MOST_ADDRESSES = 4096
_TOTAL = ""


class Attempts:
    """Counts tries by the generic cell rate algorithm: one time is stored for each address.

    Only the latest 4,096 addresses are stored. An IPv6 address counts as its network of 64 bits,
    which is what one visitor has.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._until: OrderedDict[str, float] = OrderedDict()

    def wait(self, address: str) -> float:
        """Count a try, and return 0; if it is one too many, return the seconds to wait instead."""
        now, name = self._clock(), _network_of(address)
        with self._lock:
            limits = ((name, PER_ADDRESS), (_TOTAL, IN_TOTAL))
            wait = max(self._wait(key, rate, now) for key, rate in limits)
            if wait <= 0:
                for key, rate in limits:
                    self._count(key, rate, now)
            return max(wait, 0)

    def forget(self, address: str) -> None:
        """Forget the tries from an address, because the password was right."""
        with self._lock:
            self._until.pop(_network_of(address), None)

    def __len__(self) -> int:
        return len(self._until)

    def _wait(self, key: str, rate: Rate, now: float) -> float:
        return self._until.get(key, now) - now - rate.seconds * (rate.at_once - 1)

    def _count(self, key: str, rate: Rate, now: float) -> None:
        self._until[key] = max(self._until.get(key, now), now) + rate.seconds
        self._until.move_to_end(key)
        if len(self._until) > _MOST_ADDRESSES:
            self._until.popitem(last=False)


def _network_of(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
    return str(parsed)
