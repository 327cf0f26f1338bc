"""Sum up the polls of each hour, for the charts of the web page."""

from __future__ import annotations

from datetime import timedelta

from ingest.daemon.watch import Trouble
from ingest.errors import StoreError
from ingest.services import Services
from ingest.store import poll_hours

SUMS_EVERY = timedelta(minutes=2)


async def sum_up_polls(services: Services, database: Trouble) -> None:
    """Count the polls that are not counted yet, unless the database cannot be used.

    An attempt would then hold a thread that polls need until the connection fails.
    """
    if database.reason is not None:
        return
    try:
        while await services.transact(poll_hours.sum_up, services.clock()):
            pass
    except StoreError as error:
        database.met(error)
