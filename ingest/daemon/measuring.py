"""Update the gauges of the metrics from the database."""

from __future__ import annotations

from ingest.daemon.watch import Trouble
from ingest.errors import StoreError
from ingest.services import Services
from ingest.store import due, jobs, listings
from ingest.web.metrics import Metrics
from ingest.workers import processes_for


async def measure(services: Services, metrics: Metrics, database: Trouble) -> None:
    """Update the gauges, and start as many processes for reading as the feeds need.

    This may take long, so it runs at the same time as the polls.
    """
    try:
        overview = await services.view(listings.overview, now := services.clock())
        lags = await services.view(due.lags)
        queue = await services.view(jobs.queue_state, services.config.engine)
    except StoreError as error:
        database.met(error)
        return
    metrics.measure(overview)
    metrics.measure_following(lags, now)
    metrics.measure_queue(queue)
    services.workers.grow(processes_for(int(overview["active"])))
