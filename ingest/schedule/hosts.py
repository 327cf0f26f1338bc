"""Which failures are a host's own, and how long all its feeds wait then.

Only what the host itself says counts: that it has had enough of us (429 with Retry-After),
or nothing at all (a refused connection). Whatever else fails is the feed's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from ingest.errors import BadStatus, SourceError, Unreachable

_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPause:
    """A server (host and port) that is left alone for a while.

    `refusals` are the connections that it refused in a row.
    """

    server: str
    until: datetime
    reason: str
    refusals: int = 0


def pause_for(error: SourceError, *, server: str, refusals: int, now: datetime) -> HostPause | None:
    """How long a host is left alone after this failure; `refusals` came before it.

    What a redirect has led to speaks for itself, not for the feed's own server.
    """
    if not server or not _is_of(error, server):
        return None
    if isinstance(error, Unreachable) and error.connection_refused:
        wait = min(_FIRST_PAUSE * 2 ** min(refusals, 16), _LONGEST_PAUSE)
        reason = "it refuses connections"
        return HostPause(server=server, until=now + wait, reason=reason, refusals=refusals + 1)
    if isinstance(error, BadStatus) and error.status == 429 and error.retry_after:
        reason = "it asked all of us to wait (429, Retry-After)"
        return HostPause(server=server, until=now + error.retry_after, reason=reason)
    return None


def _is_of(error: SourceError, server: str) -> bool:
    """Whether the address that failed is asked at this server, by host and port."""
    if not isinstance(error, BadStatus | Unreachable):
        return False
    there, here = urlsplit(error.url), urlsplit(f"//{server}")
    default = 443 if there.scheme == "https" else 80
    return (there.hostname, there.port or default) == (here.hostname, here.port or default)
