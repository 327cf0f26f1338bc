"""Store the pauses that servers ask for, and wait until a pause is over."""

from __future__ import annotations

from ingest.errors import BadStatus, SourceError
from ingest.manners import Pause
from ingest.manners.patience import LONGEST_WAIT
from ingest.services import Services
from ingest.store import polls
from ingest.urls import server_of


async def wait_until_allowed(services: Services, url: str) -> Pause | None:
    """Wait until a server's pause is over; return the pause at once if that would take too long."""
    services.manners.update_pauses((await services.query(polls.host_pauses)).values())
    return await services.manners.wait_for(server_of(url), LONGEST_WAIT)


async def keep_pause(services: Services, url: str, error: SourceError) -> None:
    """Store that a server asked for a pause, so that polls respect it too."""
    if not isinstance(error, BadStatus):
        return
    pause = services.manners.note_failure(server_of(url), error)
    if pause is not None:
        await services.transact(polls.pause_host, pause)
