"""Measure the CPU of a request over different transports of httpx, with a host for each feed.

    python -m benchmarks.transports [--feeds 300]

Each transport polls all feeds with validators, ten at a time, and gets 304. The requests use HTTP
without TLS, because the handshake is the same for all transports, and costs more than the rest.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from statistics import median

import httpx
from httpx_aiohttp import AiohttpTransport
from rich.console import Console
from rich.table import Table

from benchmarks.server import Scenario, Server
from ingest.config import FetchConfig
from ingest.fetch import Fetcher
from ingest.fetch.exchange import Request, Transport
from ingest.fetch.guard import Guard, Resolver
from ingest.fetch.transport import GuardedTransport
from ingest.values import Validators

_ROUNDS = 5
_AT_ONCE = 10
Get = Callable[[str], Awaitable[object]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder), options.feeds, 1) as server:
        server.write(0)
        server.scenario = Scenario.NOT_MODIFIED
        costs = asyncio.run(measure_all(server.urls))
    table = Table("", "µs of CPU a request", "× the first")
    first = next(iter(costs.values()))
    for name, cost in costs.items():
        table.add_row(name, f"{1e6 * cost:.0f}", f"{cost / first:.2f}")
    Console().print(table)


async def measure_all(urls: Sequence[str]) -> dict[str, float]:
    """Return the CPU seconds of a request by transport, including the server's share."""
    settings = FetchConfig(allow_private=(ip_network("127.0.0.0/8"),), host_delay="0s")
    guard = Guard(settings.allow_private, Resolver(10))
    bare = httpx.Limits(max_keepalive_connections=0)
    costs = {}
    async with (
        httpx.AsyncClient(trust_env=False) as stock,
        httpx.AsyncClient(trust_env=False, limits=bare) as closing,
        httpx.AsyncClient(transport=AiohttpTransport(), trust_env=False) as aiohttp,
        aclosing(GuardedTransport(settings, guard)) as guarded,
        Fetcher(settings, lambda: datetime.now(UTC)) as fetcher,
    ):
        ways: dict[str, Get] = {
            "httpx as it comes": request_with(stock),
            "httpx, no kept connections": request_with(closing),
            "httpx over httpx-aiohttp": request_with(aiohttp),
            "ingest.fetch.transport, guarded": exchange_with(guarded),
            "ingest.fetch.Fetcher: guard, limits, redirects, caps": fetch_with(fetcher),
        }
        for name, get in ways.items():
            costs[name] = median([await measure(urls, get) for _ in range(_ROUNDS)])
    return costs


def exchange_with(transport: Transport) -> Get:
    async def get(address: str) -> object:
        url, idle = httpx.URL(address), timedelta(seconds=20)
        headers = [(b"host", url.netloc), (b"if-none-match", etag_of(address).encode())]
        request = Request(
            scheme=url.raw_scheme,
            host=url.raw_host,
            port=url.port,
            target=url.raw_path,
            headers=headers,
            connect=idle,
            idle=idle,
        )
        async with transport.exchange(request) as response:
            return [part async for part in response.body]

    return get


def request_with(client: httpx.AsyncClient) -> Get:
    async def get(url: str) -> object:
        return await client.get(url, headers={"If-None-Match": etag_of(url)})

    return get


def fetch_with(fetcher: Fetcher) -> Get:
    async def get(url: str) -> object:
        return await fetcher.fetch(url, validators=Validators(etag=etag_of(url)))

    return get


def etag_of(url: str) -> str:
    """Return the ETag of the feed at this address at revision 0."""
    third, fourth = url.split("/")[2].partition(":")[0].split(".")[2:]
    return f'"{250 * int(third) + int(fourth) - 1}-0"'


async def measure(urls: Sequence[str], get: Get) -> float:
    """Return the CPU seconds of one request."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def ask(url: str) -> None:
        async with places:
            await get(url)

    began = time.process_time()
    await asyncio.gather(*map(ask, urls))
    return (time.process_time() - began) / len(urls)


if __name__ == "__main__":
    main()
