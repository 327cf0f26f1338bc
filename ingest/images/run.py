"""Keep the pictures that are due, once, for a command or the service."""

from __future__ import annotations

from ingest.database.alone import alone_at
from ingest.errors import StoreBusy
from ingest.images.keeper import Keeper, Tally
from ingest.services import Services
from ingest.workers import Workers

WORK = "images"


async def keep_images(services: Services) -> Tally:
    """Fetch and store all pictures that are due, unless another process does it; return how many.

    Pictures are checked in a process of their own, so that polls do not wait for it. Raise
    `ArchiveError` if the folder cannot be used, and `StoreError` if the database cannot be used.
    """
    if not services.config.images.enabled:
        return Tally()
    with Workers(1) as workers:
        return await keep_with(services, workers)


async def keep_with(services: Services, workers: Workers) -> Tally:
    """Do the same with a process that stays open."""
    try:
        with alone_at(services.database, WORK):
            return await Keeper(services, workers).keep_due()
    except StoreBusy:
        return Tally()
