"""The settings of the engine, which runs the service in one process or on many machines."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field

from ingest.config.kinds import Interval, Table


class EngineConfig(Table):
    """Who runs the service: one process, or any number of processes on many machines."""

    kind: Literal["local", "procrastinate"] = Field(
        "local",
        description="local: one process; procrastinate: any number of processes, on PostgreSQL.",
    )
    queue: int = Field(
        1000,
        ge=1,
        le=100_000,
        description="How many jobs may wait for workers; a job polls the due feeds of one site.",
    )
    stalled_after: Interval = Field(
        timedelta(minutes=1),
        description="After this time without a sign of life from a worker, others get its jobs.",
    )
