"""Servers that have asked all of us to wait: they are not asked before, by whatever way it leads.

Feeds wait for their own server by the schedule; here are the article pages, the redirects, and who
was waiting for a turn when the server spoke.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from ingest.errors import BadStatus
from ingest.fetch.answers import Answer

_TOO_MANY_REQUESTS = 429
# Article pages lead to any number of servers: what is over is forgotten above this.
_REMEMBERED_SERVERS = 1024


class Pauses:
    """Until when each server is left alone, by the loop's clock."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def heed(self, server: str, url: str) -> None:
        """Raise `BadStatus` if a server, by host and port, is still to be left alone."""
        left = self._until.get(server, 0.0) - _now()
        if left > 0:
            wait = timedelta(seconds=left)
            raise BadStatus(url, _TOO_MANY_REQUESTS, "not asked again before", wait)

    def note(self, server: str, answer: Answer, wait: timedelta | None) -> None:
        """Take up what an answer says of its whole server: 429 with Retry-After, nothing else."""
        if answer.status == _TOO_MANY_REQUESTS and wait:
            if len(self._until) >= _REMEMBERED_SERVERS:
                now = _now()
                self._until = {name: until for name, until in self._until.items() if until > now}
            self._until[server] = _now() + wait.total_seconds()


def _now() -> float:
    return asyncio.get_running_loop().time()
