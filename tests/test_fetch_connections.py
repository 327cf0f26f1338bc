"""Which connection a request goes over: one that is kept, or one of its own."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from ingest.config import FetchConfig
from ingest.fetch import Fetcher
from ingest.fetch.connections import KEPT_CONNECTIONS
from ingest.services import system_clock
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
    async def one_after_the_other() -> None:
        async with Fetcher(settings, system_clock) as fetcher:
            for url in urls:
                await fetcher.fetch(url)
                await asyncio.sleep(apart)

    asyncio.run(one_after_the_other())


def test_a_connection_serves_one_request_after_the_other(site: Site, settings: FetchConfig) -> None:
    site.set("/feed", "<rss/>")
    fetch_all(settings, [site.url("/feed")] * 3)
    assert len(site.requests) == 3
    assert len({request.port for request in site.requests}) == 1


def test_requests_at_the_same_time_have_connections_of_their_own(
    site: Site, settings: FetchConfig
) -> None:
    site.set("/feed", "<rss/>", delay=0.2)

    async def together() -> None:
        async with Fetcher(settings, system_clock) as fetcher:
            await asyncio.gather(*(fetcher.fetch(site.url("/feed")) for _ in range(2)))

    asyncio.run(together())
    assert len({request.port for request in site.requests}) == 2


def test_a_kept_connection_that_was_closed_over_there_is_not_used(
    site: Site, settings: FetchConfig
) -> None:
    site.set("/feed", "<rss/>", headers={"Connection": "close"})
    fetch_all(settings, [site.url("/feed")] * 2, apart=0.1)
    assert len({request.port for request in site.requests}) == 2


def test_a_connection_that_was_hung_up_while_it_was_kept_is_not_used(
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


def test_only_so_many_connections_are_kept(settings: FetchConfig) -> None:
    with ExitStack() as stack:
        hosts = [f"127.0.0.{n}" for n in range(1, KEPT_CONNECTIONS + 9)]
        sites = [stack.enter_context(Site(host)) for host in hosts]
        for site in sites:
            site.set("/feed", "<rss/>")

        async def sockets_open_after_all() -> int:
            async with Fetcher(settings, system_clock) as fetcher:
                before = _open_sockets()
                for site in sites:
                    await fetcher.fetch(site.url("/feed"))
                return len(_open_sockets() - before)

        # The sites live in this process too: each connection that is kept has two ends.
        assert asyncio.run(sockets_open_after_all()) <= 2 * (KEPT_CONNECTIONS + 1)


def _open_sockets() -> set[str]:
    links = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            links.add(str(descriptor.readlink()))
        except FileNotFoundError:  # the one that lists the folder
            continue
    return {link for link in links if link.startswith("socket:")}
