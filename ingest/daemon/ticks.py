"""Call functions at regular times, with APScheduler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

HOUSEKEEPING = 5  # ticks between two runs of the regular jobs


def start_ticks(ticks: Mapping[Callable[[], object], timedelta]) -> AsyncIOScheduler:
    """Call each function at its interval, until the returned scheduler is shut down."""
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        # By default, APScheduler skips a job that is a second late; None prevents that.
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    for job, every in ticks.items():
        scheduler.add_job(job, "interval", seconds=every.total_seconds())
    scheduler.start()
    return scheduler
