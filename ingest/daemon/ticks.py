"""Call functions at regular times, with APScheduler."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

HOUSEKEEPING = 5  # ticks between two runs of the regular jobs

Work = Callable[[], Awaitable[object]]


def start_ticks(ticks: Mapping[Work, timedelta]) -> AsyncIOScheduler:
    """Call each function at its interval, until the returned scheduler is shut down."""
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        # By default, APScheduler skips a job that is a second late; None prevents that.
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    for job, every in ticks.items():
        scheduler.add_job(partial(_run, job), "interval", seconds=every.total_seconds())
    scheduler.start()
    return scheduler


async def _run(work: Work) -> None:
    """Call a function; if the end of the service cancels it, APScheduler logs no error."""
    with contextlib.suppress(asyncio.CancelledError):
        await work()
