"""Measure polls a second with and without a slow listing at the same time.

    python -m benchmarks.readers [--feeds 100] [--postgresql]

Each round polls all feeds twice: once alone, and once while a listing keeps the database busy.
Every answer is 304. Only numbers of the same run can be compared.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import threading
import time
from contextlib import ExitStack
from ipaddress import ip_network
from pathlib import Path
from statistics import median

import sqlalchemy as sa
from rich.console import Console

from benchmarks.server import Scenario, Server
from ingest.clock import system_clock
from ingest.config import ArchiveConfig, Config, FeedSettings, FetchConfig
from ingest.database import Database
from ingest.poll import poll_feeds
from ingest.services import Services, open_services
from ingest.store import feeds
from tests.postgres import server_for_tests

_ROUNDS = 15
_SLOW = sa.text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) "
    "SELECT max(i) FROM n"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "documents").mkdir()
        server = stack.enter_context(Server(folder / "documents", options.feeds, 1))
        server.write(0)
        url = f"sqlite:///{folder}/guidang.db"
        if options.postgresql:
            url = stack.enter_context(server_for_tests()).create()
        alone, beside = asyncio.run(measure(server, folder, Database(url)))
    Console().print(
        f"{options.feeds / alone:.0f} polls a second alone, {options.feeds / beside:.0f} beside a "
        f"slow listing: ratio {alone / beside:.2f}"
    )


async def measure(server: Server, folder: Path, database: Database) -> tuple[float, float]:
    """Return the median seconds of a round of polls alone, and during a slow listing."""
    database.upgrade()
    fetch = FetchConfig(allow_private=(ip_network("127.0.0.0/8"),), host_delay="0s")
    config = Config(fetch=fetch, archive=ArchiveConfig(path=folder / "posts"))
    for url in server.urls:
        database.transact(feeds.add, url, FeedSettings(), now=system_clock())
    alone, beside = [], []
    async with open_services(config, database, feeds=len(server.urls)) as services:
        await poll_all(services)
        server.scenario = Scenario.NOT_MODIFIED
        for _ in range(_ROUNDS):
            alone.append(await poll_all(services))
            is_over = threading.Event()
            listing = asyncio.create_task(services.view(list_slowly, is_over))
            beside.append(await poll_all(services))
            is_over.set()
            await listing
    return median(alone), median(beside)


async def poll_all(services: Services) -> float:
    """Poll all feeds once; return how many seconds it took."""
    due = await services.query(feeds.every)
    began = time.perf_counter()
    await poll_feeds(services, due, lambda _: None)
    return time.perf_counter() - began


def list_slowly(connection: sa.Connection, is_over: threading.Event) -> None:
    """Keep the database busy until the event is set."""
    while not is_over.is_set():
        connection.execute(_SLOW).scalar_one()


if __name__ == "__main__":
    main()
