"""The roles of a process of the service, and the interface of an engine.

An engine starts the work that is due. `dispatch` is the engine of one process, and `ingest.engines`
has the engine of several processes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from ingest.daemon.parts import Parts
from ingest.daemon.watch import Progress
from ingest.services import Services
from ingest.web.metrics import Metrics


class Role(StrEnum):
    """What a process of the service does; a service of one process has all roles."""

    SCHEDULE = "schedule"
    WORK = "work"
    FILES = "files"
    WEB = "web"


class Engine(Protocol):
    """Starts the polls and followers that are due."""

    async def fill(self) -> None:
        """Start as much of what is due as there is room for; called at each tick."""

    def follow(self) -> None:
        """Start the followers in the background; called every few ticks."""

    async def rest(self, within: timedelta) -> None:
        """Start nothing more; wait at most `within` for what is just being started."""

    async def drain(self, within: timedelta) -> None:
        """Wait for what is running, and cancel what takes longer than `within`."""


MakeEngine = Callable[[Services, Progress, Metrics, Parts], Engine]
EVERY_ROLE = frozenset(Role)
