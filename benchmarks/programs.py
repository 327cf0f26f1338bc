"""The two programs as they run for long: they do what each line on standard input says.

    python -m benchmarks.programs guidang|reader

`subscribe` takes the feeds of feeds.txt, `update` looks at each once; both answer `done`. What it
takes to start is no part of either: a daemon starts once.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path


def main() -> None:
    if sys.argv[1] == "guidang":
        asyncio.run(guidang())
    else:
        reader()


def subscriptions() -> list[str]:
    return Path("feeds.txt").read_text("utf-8").split()


def done() -> None:
    print("done", flush=True)


async def guidang() -> None:
    """Guidang as its daemon runs: documents read in processes, everything kept open."""
    from ingest.config import FeedSettings, load_config
    from ingest.database import Database
    from ingest.garbage import leave_out_what_stays, search_seldom
    from ingest.poll import poll_feeds
    from ingest.services import open_services
    from ingest.store import feeds

    config, _ = load_config(Path("config.toml"))
    database = Database(config.database.url)
    database.upgrade()
    async with open_services(config, database, feeds=1_000) as services:
        services.archive.prepare(now=services.clock())
        search_seldom()
        await services.call("", len, "")  # starts the processes
        leave_out_what_stays()
        done()
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            if line == "subscribe":
                for url in subscriptions():
                    database.transact(feeds.add, url, FeedSettings(), now=services.clock())
            else:
                await poll_feeds(services, database.query(feeds.every), lambda _: None)
            done()


def reader() -> None:
    """`reader` as its documentation shows it, with threads that wait for the network."""
    from reader import make_reader
    from reader._vendor import feedparser  # noqa: F401 - else loaded by its first feed

    library = make_reader("reader.db")
    done()
    while line := sys.stdin.readline().strip():
        if line == "subscribe":
            for url in subscriptions():
                library.add_feed(url)
        else:
            library.update_feeds(scheduled=False, workers=10)
        done()


if __name__ == "__main__":
    main()
