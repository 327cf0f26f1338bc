"""Compare the web pages with those of the reader `reader` (lemon24) over the same entries.

    python -m benchmarks.reader_pages [--entries 30000] [--feeds 100] [--visitors 10] [--seconds 5]
                                      [--python PYTHON]

PYTHON is an interpreter with `reader[app]`, by default this one. Each server has a process of its
own and a SQLite file; the visitors ask one of them for one kind of page, then the other. A list of
Guidang has 50 entries and a page of the search 20, in `reader` both have as many as it shows.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import sqlalchemy as sa
from reader import make_reader

from benchmarks import pages
from ingest.database import Database
from models import Entry
from tests.running import free_port

_PathOf = Callable[[random.Random], str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, default=30_000)
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    options.indexed = options.entries
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        ours, theirs = Path(folder) / "pages.db", Path(folder) / "reader.db"
        pages.make(ours, options)
        fill(theirs, ours)
        port, _ = stack.enter_context(pages.serving(ours))
        other = stack.enter_context(serving(theirs, options.python))
        for kind, (own, foreign) in kinds(options).items():
            measure(kind, "Guidang", port, own, options)
            measure(kind, "reader", other, foreign, options)


def kinds(options: argparse.Namespace) -> dict[str, tuple[_PathOf, _PathOf]]:
    """Return, by kind of page, functions that return the path of any page in both programs."""

    def entry(chance: random.Random) -> str:
        number = chance.randrange(options.entries) + 1
        feed = number * 7919 % options.feeds + 1
        return "/entry?" + urlencode({"feed": f"feed:{feed}", "entry": str(number)})

    def word(chance: random.Random) -> str:
        return quote(chance.choice(("nato", "python", "climate", "open")))

    return {
        "list": (lambda _: "/entries", lambda _: "/"),
        "entry": (lambda chance: f"/e/{chance.randrange(options.entries) + 1}", entry),
        "search": (
            lambda chance: f"/search?q={word(chance)}",
            lambda chance: f"/?q={word(chance)}",
        ),
    }


def fill(theirs: Path, ours: Path) -> None:
    """Add the entries of Guidang's database to one of `reader`, with its search index."""
    database = Database(f"sqlite:///{ours}")
    reader = make_reader(str(theirs))
    query = sa.select(
        Entry.id, Entry.feed_id, Entry.title, Entry.html, Entry.link, Entry.published_at
    )
    with contextlib.closing(reader):
        for row in database.query(lambda connection: connection.execute(query).all()):
            feed = f"feed:{row.feed_id}"
            reader.add_feed(feed, exist_ok=True, allow_invalid_url=True)
            reader.add_entry(
                {
                    "feed_url": feed,
                    "id": str(row.id),
                    "title": row.title,
                    "link": row.link,
                    "published": row.published_at,
                    "content": [{"value": row.html, "type": "text/html"}],
                }
            )
        reader.enable_search()
        reader.update_search()
    database.dispose()


@contextlib.contextmanager
def serving(file: Path, python: str) -> Iterator[int]:
    """Serve the pages of `reader`; yield the port."""
    port = free_port()
    command = [python, "-m", "reader", "--db", str(file), "web", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in itertools.takewhile(lambda _: process.poll() is None, range(600)):
                with contextlib.suppress(OSError):
                    pages.get(port, "/")
                    break
                time.sleep(0.1)
            yield port
        finally:
            process.terminate()


def measure(
    kind: str, program: str, port: int, path_of: _PathOf, options: argparse.Namespace
) -> None:
    """Print how long visitors waited for pages of a kind."""
    pages.get(port, path_of(random.Random(0)))
    took, size = pages.measure(port, path_of, options.visitors, options.seconds)
    p95 = statistics.quantiles(took, n=20)[-1] if len(took) > 1 else took[0]
    print(
        f"{kind:8} {program:8} median {statistics.median(took):7.1f} ms  p95 {p95:7.1f}  "
        f"{len(took) / options.seconds:6.1f} pages a second  {size / 1000:6.1f} kB",
        flush=True,
    )


if __name__ == "__main__":
    main()
