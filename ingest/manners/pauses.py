"""Decide which failures pause all requests to a server, and for how long.

A server is paused if it answers 429 with Retry-After, or refuses connections. Any other failure
concerns a single address. All functions are pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from ingest.errors import BadStatus, SourceError, Unreachable
from ingest.manners.backoff import doubled

TOO_MANY_REQUESTS = 429
_FIRST_REFUSAL, _LONGEST_REFUSAL = timedelta(minutes=1), timedelta(hours=1)
# `fetch` limits Retry-After to a week, so only a wrong clock can cause a longer pause.
_LONGEST_PAUSE = timedelta(days=7, minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A server (host and port) that gets no requests until a given time.

    `refusals` counts the connections that the server refused in a row; 0 if it asked for the pause.
    """

    server: str
    until: datetime
    reason: str
    refusals: int = 0

    def is_over(self, now: datetime) -> bool:
        """Return whether the server may be asked again."""
        return not now < self.until <= now + _LONGEST_PAUSE


def pause_after(
    error: SourceError, *, server: str, refusals: int = 0, now: datetime
) -> Pause | None:
    """Return the pause of a server after a failure, or None if it concerns only one address.

    `refusals` counts the connections that the server refused before this failure. A failure after
    a redirect counts only if the address is on the same server.
    """
    if not server or not _is_at(error, server):
        return None
    if isinstance(error, Unreachable) and error.connection_refused:
        wait = doubled(_FIRST_REFUSAL, refusals, _LONGEST_REFUSAL)
        reason = "it refuses connections"
        return Pause(server=server, until=now + wait, reason=reason, refusals=refusals + 1)
    if isinstance(error, BadStatus) and error.status == TOO_MANY_REQUESTS and error.retry_after:
        return asked_pause(server, now + error.retry_after)
    return None


def asked_pause(server: str, until: datetime) -> Pause:
    """Return the pause of a server that asked to wait until a time."""
    return Pause(server=server, until=until, reason="it asked all of us to wait (429, Retry-After)")


def _is_at(error: SourceError, server: str) -> bool:
    """Return whether the address that failed has the host and port of this server."""
    if not isinstance(error, BadStatus | Unreachable):
        return False
    there, here = urlsplit(error.url), urlsplit(f"//{server}")
    default = 443 if there.scheme == "https" else 80
    return (there.hostname, there.port or default) == (here.hostname, here.port or default)
