"""Which connection a request uses: an idle one that is kept open, or a new one."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from ingest.clock import system_clock
from ingest.config import FetchConfig
from ingest.fetch import Fetcher
from ingest.fetch.connections import KEPT_CONNECTIONS
from tests.site import Site


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(params=["http", "https"])
def site(request: pytest.FixtureRequest, authority: trustme.CA) -> Iterator[Site]:
    with Site(tls=_tls(authority) if request.param == "https" else None) as site:
        yield site


def _tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def settings(tmp_path: Path, authority: trustme.CA) -> FetchConfig:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    allowed = {"allow_private": ("127.0.0.0/8",), "host_delay": "0s"}
    return FetchConfig.model_validate({**allowed, "ca_file": str(file)})


def fetch_all(settings: FetchConfig, urls: Sequence[str], *, apart: float = 0.0) -> None:
    async def in_turn() -> None:
        async with Fetcher(settings, system_clock) as fetcher:
            for url in urls:
                await fetcher.fetch(url)
                await asyncio.sleep(apart)

    asyncio.run(in_turn())


def test_a_connection_is_reused_for_the_next_request(site: Site, settings: FetchConfig) -> None:
    site.set("/feed", "<rss/>")
    fetch_all(settings, [site.url("/feed")] * 3)
    assert len(site.requests) == 3
    assert len({request.port for request in site.requests}) == 1


def test_concurrent_requests_use_separate_connections(site: Site, settings: FetchConfig) -> None:
    site.set("/feed", "<rss/>", delay=0.5)

    async def together() -> None:
        async with Fetcher(settings, system_clock) as fetcher:
            await asyncio.gather(*(fetcher.fetch(site.url("/feed")) for _ in range(2)))

    asyncio.run(together())
    assert len({request.port for request in site.requests}) == 2


def test_a_connection_closed_by_the_server_is_not_reused(site: Site, settings: FetchConfig) -> None:
    site.set("/feed", "<rss/>", headers={"Connection": "close"})
    fetch_all(settings, [site.url("/feed")] * 2, apart=0.1)
    assert len({request.port for request in site.requests}) == 2


def test_a_connection_that_broke_while_idle_is_not_reused(
    site: Site, settings: FetchConfig
) -> None:
    site.set("/feed", "<rss/>")

    async def with_a_break() -> None:
        async with Fetcher(settings, system_clock) as fetcher:
            await fetcher.fetch(site.url("/feed"))
            site._server.close_connections()
            await asyncio.sleep(0.1)
            await fetcher.fetch(site.url("/feed"))

    asyncio.run(with_a_break())
    assert len({request.port for request in site.requests}) == 2


def test_the_number_of_idle_connections_is_limited(settings: FetchConfig) -> None:
    with ExitStack() as stack:
        hosts = [f"127.0.0.{n}" for n in range(1, KEPT_CONNECTIONS + 9)]
        sites = [stack.enter_context(Site(host)) for host in hosts]
        for site in sites:
            site.set("/feed", "<rss/>")

        async def count_open_sockets() -> int:
            async with Fetcher(settings, system_clock) as fetcher:
                before = _open_sockets()
                for site in sites:
                    await fetcher.fetch(site.url("/feed"))
                return len(_open_sockets() - before)

        # The sites run in this process too, so each idle connection has two sockets.
        assert asyncio.run(count_open_sockets()) <= 2 * (KEPT_CONNECTIONS + 1)


def _open_sockets() -> set[str]:
    links = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            links.add(str(descriptor.readlink()))
        except FileNotFoundError:  # the descriptor that listed the folder
            continue
    return {link for link in links if link.startswith("socket:")}
