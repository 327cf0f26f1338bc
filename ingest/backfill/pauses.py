"""The pauses of servers, which a backfill shares with polls through the database."""

from __future__ import annotations

from ingest.errors import BadStatus, SourceError
from ingest.manners import Pause
from ingest.manners.patience import LONGEST_WAIT
from ingest.services import Services
from ingest.store import polls
from ingest.urls import server_of


async def wait_until_allowed(services: Services, url: str) -> Pause | None:
    """Wait while a server is left alone; return its pause, at once, if that takes too long."""
    services.manners.update_pauses((await services.query(polls.host_pauses)).values())
    return await services.manners.wait_for(server_of(url), LONGEST_WAIT)


async def keep_pause(services: Services, url: str, error: SourceError) -> None:
    """Write down, for polls as well, that a server asked to be left alone."""
    if not isinstance(error, BadStatus):
        return
    pause = services.manners.note_failure(server_of(url), error)
    if pause is not None:
        await services.transact(polls.pause_host, pause)
