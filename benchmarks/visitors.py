"""Measure polls a second with and without visitors who search and browse at the same time.

    python -m benchmarks.visitors [--feeds 100] [--visitors 20] [--pause 1] [--postgresql]

Each round polls all feeds for two seconds alone, then beside the visitors. They ask for a page,
look at it for `--pause` seconds on average, and ask for the next one; with 0, the next one at once.
Every answer to a poll is 304. Only numbers of the same run can be compared.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from ipaddress import ip_network
from pathlib import Path
from statistics import median
from urllib.parse import quote

from rich.console import Console

from benchmarks.pages import get
from benchmarks.readers import poll_all
from benchmarks.server import Scenario, Server
from ingest.clock import system_clock
from ingest.config import ArchiveConfig, Config, DatabaseConfig, FeedSettings, FetchConfig
from ingest.config.web import WebConfig
from ingest.database import Database
from ingest.services import Services, open_services
from ingest.store import feeds
from ingest.web.finding import Found
from ingest.web.health import Health
from ingest.web.metrics import Metrics
from ingest.web.process import serving
from tests.postgres import server_for_tests
from tests.running import free_port

_ROUNDS, _SECONDS = 8, 2.0
_ENTRIES = 20  # of each feed
_WORDS = ("新闻", "科技", "城市", "第1")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--pause", type=float, default=1)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--visit", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.visit:
        visit(options)
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "documents").mkdir()
        server = stack.enter_context(Server(folder / "documents", options.feeds, _ENTRIES))
        server.write(0)
        url = f"sqlite:///{folder}/guidang.db"
        if options.postgresql:
            url = stack.enter_context(server_for_tests()).create()
        alone, beside, pages = asyncio.run(measure(server, folder, url, options))
    Console().print(
        f"{alone:.0f} polls a second alone, {beside:.0f} beside {options.visitors} visitors with "
        f"{pages:.0f} pages a second: ratio {beside / alone:.2f}"
    )


async def measure(
    server: Server, folder: Path, url: str, options: argparse.Namespace
) -> tuple[float, float, float]:
    """Return the medians of polls a second alone and beside visitors, and of their pages."""
    database, port = Database(url), free_port()
    database.upgrade()
    config = Config(
        database=DatabaseConfig(url=url),
        fetch=FetchConfig(allow_private=(ip_network("127.0.0.0/8"),), host_delay="0s"),
        archive=ArchiveConfig(path=folder / "posts"),
        web=WebConfig(listen=f"127.0.0.1:{port}"),
    )
    for one in server.urls:
        database.transact(feeds.add, one, FeedSettings(), now=system_clock())
    alone, beside, pages = [], [], []
    async with open_services(config, database, feeds=len(server.urls)) as services:
        await poll_all(services)
        server.scenario = Scenario.NOT_MODIFIED
        async with _pages(config, port):
            with _visitors(port, options) as visitors:
                for _ in range(_ROUNDS):
                    alone.append(await rate(services))
                    visitors.send("come")
                    beside.append(await rate(services))
                    pages.append(visitors.send("go") / _SECONDS)
    return median(alone), median(beside), median(pages)


async def rate(services: Services) -> float:
    """Poll all feeds again and again for some seconds; return how many polls a second that is."""
    polls, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < _SECONDS:
        await poll_all(services)
        polls += len(services.database.query(feeds.every))
    return polls / passed


@contextlib.asynccontextmanager
async def _pages(config: Config, port: int) -> AsyncIterator[None]:
    """Serve the pages as the service does, from a process of their own."""

    async def find(url: str) -> Found:
        return Found(url=url)

    health = Health(Metrics(), stuck=dict, unusable=dict)
    async with serving(config.web.listen, health, find) as pages:
        pages.adopt(config)
        await asyncio.to_thread(get, port, "/healthz")
        yield


class Visitors:
    """The process of the visitors, which come and go when they are told."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def send(self, word: str) -> int:
        """Tell the visitors to come or to go; return how many pages they have seen."""
        assert self._process.stdin
        assert self._process.stdout
        print(word, file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())


@contextlib.contextmanager
def _visitors(port: int, options: argparse.Namespace) -> Iterator[Visitors]:
    given = {"visit": port} | {
        name: getattr(options, name) for name in ("visitors", "pause", "feeds")
    }
    words = [word for name, value in given.items() for word in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "benchmarks.visitors", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield Visitors(process)
        process.terminate()


def visit(options: argparse.Namespace) -> None:
    """Let the visitors come and go as standard input says; print how many pages they have seen."""
    are_here, seen = threading.Event(), itertools.count()
    for number in range(options.visitors):
        threading.Thread(target=_visit, args=(number, options, are_here, seen), daemon=True).start()
    last = next(seen)
    for line in sys.stdin:
        (are_here.set if line.strip() == "come" else are_here.clear)()
        now = next(seen)
        print(now - last - 1, flush=True)
        last = now


def _visit(
    number: int, options: argparse.Namespace, are_here: threading.Event, seen: itertools.count[int]
) -> None:
    chance = random.Random(number)
    while True:
        are_here.wait()
        get(options.visit, _path(chance, options.feeds))
        next(seen)
        time.sleep(options.pause * 2 * chance.random())


def _path(chance: random.Random, number: int) -> str:
    """Return the path of a page that visitors look at: half of them search."""
    browsed = (
        "/",
        "/entries",
        f"/f/{chance.randrange(number) + 1}",
        f"/e/{chance.randrange(number) + 1}",
    )
    return chance.choice((f"/search?q={quote(chance.choice(_WORDS))}", chance.choice(browsed)))


if __name__ == "__main__":
    main()
