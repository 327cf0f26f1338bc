"""Measure the web pages of a very large archive: how long visitors wait, and what a page costs.

    python -m benchmarks.pages [--entries 1000000] [--feeds 10000] [--indexed 300000]
                               [--visitors 10] [--seconds 5] [--folder FOLDER]

The entries are generated and written directly into a SQLite database, which stays in FOLDER for the
next run; only the newest are in the search index. The visitors ask for one kind of page after the
other, each as quickly as the pages come. The CPU time is that of the process of the pages.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import itertools
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import psutil
import uvicorn

from benchmarks.page_archive import index_newest, write_archive
from ingest.config import Config, DatabaseConfig
from ingest.database import Database
from ingest.store import poll_hours
from ingest.web.app import make_app
from ingest.web.health import Answer
from tests.running import free_port

_WORDS = ("nato", "python", "climate", "open")


def kinds(options: argparse.Namespace) -> dict[str, Callable[[random.Random], str]]:
    """Return, by kind of page, a function that returns the path of any page of this kind."""
    entries, feeds = options.entries, options.feeds
    end = int(datetime.now(UTC).timestamp())
    return {
        "status": lambda chance: f"/?span={chance.choice(('day', 'month', 'year'))}",
        "entries, first": lambda _: "/entries",
        "entries, deep": lambda chance: f"/entries?after={end - chance.randrange(10**8)}.1",
        "entry": lambda chance: f"/e/{chance.randrange(entries) + 1}",
        "feeds": lambda chance: f"/feeds?after={chance.randrange(feeds)}",
        "feed": lambda chance: f"/f/{chance.randrange(feeds) + 1}",
        "categories": lambda _: "/c",
        "category": lambda _: f"/c/{quote('财经/股票')}",
        "month": lambda chance: f"/d/2026-{chance.randrange(12) + 1:02}",
        "search": lambda chance: f"/search?q={chance.choice(_WORDS)}",
        "search by date": lambda chance: f"/search?sort=date&q={chance.choice(_WORDS)}",
    }


def serve(file: Path, port: int) -> None:
    """Serve the pages of a database; this is the main function of a process of its own."""
    url = f"sqlite:///{file}"
    config = Config(database=DatabaseConfig(url=url))
    healthy = Answer(status=200, media_type="text/plain", body=b"ok")
    app = make_app(config, Database(url), ask=lambda _path: healthy, find=lambda _address: None)
    uvicorn.run(app, port=port, log_level="warning", lifespan="off")


@contextlib.contextmanager
def serving(file: Path) -> Iterator[tuple[int, psutil.Process]]:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "benchmarks.pages",
        "--serve",
        str(port),
        "--folder",
        file.parent,
    ]
    with subprocess.Popen(command) as process:
        try:
            while True:
                with contextlib.suppress(OSError):
                    get(port, "/healthz")
                    break
                time.sleep(0.1)
            yield port, psutil.Process(process.pid)
        finally:
            process.terminate()


def get(port: int, path: str) -> int:
    """Request a page; return its size in bytes, as it is sent."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        size = len(answer.read())
        if answer.status != 200:
            raise SystemExit(f"{path} is answered with {answer.status}")
        return size


def measure(
    port: int, path_of: Callable[[random.Random], str], visitors: int, seconds: float
) -> tuple[list[float], int]:
    """Return how long each page took, in milliseconds, and the size of the largest one."""
    took: list[float] = []
    sizes: list[int] = []
    end = time.perf_counter() + seconds

    def visit(number: int) -> None:
        chance = random.Random(number)
        while (start := time.perf_counter()) < end:
            sizes.append(get(port, path_of(chance)))
            took.append((time.perf_counter() - start) * 1000)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(visitors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took, max(sizes)


def report(file: Path, options: argparse.Namespace) -> None:
    with serving(file) as (port, process):
        for kind, path_of in kinds(options).items():
            get(port, path_of(random.Random(0)))
            before = process.cpu_times()
            took, size = measure(port, path_of, options.visitors, options.seconds)
            after = process.cpu_times()
            cpu = (after.user + after.system - before.user - before.system) * 1000 / len(took)
            p95 = statistics.quantiles(took, n=20)[-1] if len(took) > 1 else took[0]
            print(
                f"{kind:15} p95 {p95:7.1f} ms  median {statistics.median(took):6.1f}  "
                f"CPU {cpu:5.1f} ms a page  {size / 1000:5.1f} kB  ({len(took)} pages)",
                flush=True,
            )


def make(file: Path, options: argparse.Namespace) -> None:
    """Make the archive, if it is not there yet."""
    if file.exists():
        return
    now = datetime.now(UTC).replace(microsecond=0)
    database = Database(f"sqlite:///{file}")
    database.upgrade()
    write_archive(database, options.entries, options.feeds, now)
    index_newest(database, options.entries, options.indexed)
    for _number in itertools.takewhile(
        lambda _: database.transact(poll_hours.sum_up, now), itertools.count()
    ):
        pass
    database.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--indexed", type=int, default=300_000)
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        file = folder / "pages.db"
        if options.serve:
            serve(file, options.serve)
            return
        make(file, options)
        report(file, options)


if __name__ == "__main__":
    main()
