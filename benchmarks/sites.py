"""Measure the time and memory that site generators need to build many records.

    python -m benchmarks.sites [--records 10000] [hexo hugo jekyll …]

The records are copies of the demo's records, with other ids, titles and dates. Each program builds
the site of its tests once. The table shows CPU time and memory, also as multiples of the first row.
The themes are as small as possible, but show whole posts.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from ingest.config import OutputConfig
from ingest.demo.site import DemoSite
from ingest.outputs import make_layout
from ingest.store import files
from ingest.values import Record
from tests.generators import PROGRAMS, install_generators
from tests.hexo import install_hexo
from tests.world import World

_SECONDS = 6 * 3600.0
_NAMES = ("hugo", "jekyll", "hexo")


class Cost(NamedTuple):
    """The CPU time of a build, and the memory of its largest process."""

    seconds: float
    gigabytes: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--build", type=Path, help="only build these posts; print the cost")
    parser.add_argument("names", nargs="*", default=_NAMES, help="hexo, or a layout")
    options = parser.parse_args()
    if options.build:
        print(json.dumps(cost_of(options.names[0], options.build)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        records = demo_records(Path(temporary))
        costs = {}
        for name in options.names:
            write(name, Path(temporary) / name, islice(copies(records), options.records))
            costs[name] = measure(name, Path(temporary) / name)
    show(options.records, costs)


def demo_records(folder: Path) -> list[Record]:
    """Poll the demo's feeds; return their records."""
    with DemoSite() as site:
        world = World(folder, f"sqlite:///{folder}/demo.db", rsshub={"instances": (site.address,)})
        for feed in site.feeds:
            world.add(feed.url, **feed.settings.model_dump())
        world.poll()
    ids = [entry["id"] for entry in world.entries()]
    found: list[Record] = world.query(lambda connection: files.records(connection, "archive", ids))
    world.database.dispose()
    return found


def copies(records: list[Record]) -> Iterator[Record]:
    """Yield copies without end, each an hour older than the copy before."""
    for number in count():
        record = records[number % len(records)]
        at = record.at - timedelta(hours=number)
        key = sha256(f"{number}".encode()).hexdigest()
        title = f"{record.title} {number}"
        yield replace(record, key=key, title=title, published_at=at, updated_at=None, path=None)


def write(name: str, folder: Path, records: Iterator[Record]) -> None:
    output = OutputConfig.model_validate({"name": name, "path": ".", "layout": name})
    layout = make_layout(name, output)
    for record in records:
        file = folder / layout.path(record)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(layout.render(record))


def measure(name: str, posts: Path) -> Cost | None:
    """Build a site in a new process, so that the children of the process belong to this build.

    Return the cost, or None if the build fails.
    """
    command = [sys.executable, "-m", "benchmarks.sites", name, "--build", str(posts)]
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=_SECONDS, check=False)
    return Cost(*json.loads(done.stdout)) if done.returncode == 0 else None


def cost_of(name: str, posts: Path) -> Cost:
    """Build the site; return the cost of the program."""
    if name == "hexo":
        hexo = replace(install_hexo(posts.parent), seconds=_SECONDS)
        before = _used()
        hexo.build(posts)
    else:
        generators = install_generators(posts.parent, seconds=_SECONDS)
        site = generators.copy_site(name, posts)
        before = _used()
        PROGRAMS[name].run(generators, site)
    kibibytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return Cost(_used() - before, kibibytes / 2**20)


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def show(records: int, costs: Mapping[str, Cost | None]) -> None:
    table = Table("", "CPU seconds", "GB", "CPU ×", "GB ×", title=f"{records:,} records")
    first = next(filter(None, costs.values()), None)
    for name, cost in costs.items():
        if cost is None or first is None:
            table.add_row(name, "failed")
            continue
        ratios = (cost.seconds / first.seconds, cost.gigabytes / first.gigabytes)
        table.add_row(
            name, f"{cost.seconds:.1f}", f"{cost.gigabytes:.2f}", *(f"{one:.1f}" for one in ratios)
        )
    Console().print(table)


if __name__ == "__main__":
    main()
