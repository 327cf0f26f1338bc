"""Run one of the two programs as a long-lived process that takes commands on standard input.

    python -m benchmarks.programs guidang|reader [--index]

`subscribe` adds the feeds of feeds.txt, and `update` polls each feed once; both answer `done`. The
start of the program is not measured, because a daemon starts once. With `--index`, `reader` also
updates its search index. For Guidang, the configuration turns the index on or off.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path


def main() -> None:
    if sys.argv[1] == "guidang":
        asyncio.run(guidang())
    else:
        reader(has_index="--index" in sys.argv)


def subscriptions() -> list[str]:
    return Path("feeds.txt").read_text("utf-8").split()


def done() -> None:
    print("done", flush=True)


async def guidang() -> None:
    """Run Guidang like its service: read documents in other processes, and keep these open."""
    from ingest.config import FeedSettings, load_config
    from ingest.database import Database
    from ingest.garbage import freeze_garbage, search_seldom
    from ingest.poll import poll_feeds
    from ingest.services import open_services
    from ingest.store import feeds

    config, _ = load_config(Path("config.toml"))
    database = Database(config.database.url)
    database.upgrade()
    async with open_services(config, database, feeds=1_000) as services:
        services.prepare_outputs()
        search_seldom()
        await services.call("", len, "")  # starts the processes
        freeze_garbage()
        done()
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            if line == "subscribe":
                for url in subscriptions():
                    database.transact(feeds.add, url, FeedSettings(), now=services.clock())
            else:
                await poll_feeds(services, database.query(feeds.every), lambda _: None)
            done()


def reader(*, has_index: bool) -> None:
    """Run `reader` as its documentation shows, with threads for the network."""
    from reader import make_reader
    from reader._vendor import feedparser  # noqa: F401 - the first feed would load it

    library = make_reader("reader.db")
    if has_index:
        library.enable_search()
    done()
    while line := sys.stdin.readline().strip():
        if line == "subscribe":
            for url in subscriptions():
                library.add_feed(url)
        else:
            library.update_feeds(scheduled=False, workers=10)
            if has_index:
                library.update_search()
        done()


if __name__ == "__main__":
    main()
