"""The address guard refuses private addresses in any spelling, and by names and proxies."""

import asyncio
import socket
import threading
from datetime import UTC, datetime

import httpcore
import pytest

from ingest.config import FetchConfig
from ingest.errors import FetchError, ForbiddenAddress, Unreachable
from ingest.fetch import Fetcher
from ingest.fetch.guard import Guard, GuardedBackend, Refused, Resolver
from tests.site import Site

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def site():
    with Site() as site:
        site.set("/", "x")
        yield site


def fetch(url, *, resolve=None, **settings):
    async def once():
        config = FetchConfig(host_delay="0s", **settings)
        async with Fetcher(config, lambda: NOW, resolve=resolve) as fetcher:
            return await fetcher.fetch(url)

    return asyncio.run(once())


def names(table):
    """Return a resolver that looks hosts up in a table."""

    async def resolve(host, port):
        return table[host]

    return resolve


@pytest.mark.parametrize(
    "host",
    """127.0.0.1  127.1  2130706433  0x7f000001  0x7f.1  0177.0.0.1  017700000001  0  0.0.0.0
    [::1]  [::]  [::ffff:127.0.0.1]  [::ffff:7f00:1]  [64:ff9b::127.0.0.1]  [2002:7f00:1::]
    localhost  LOCALHOST  localhost.  127。0。0。1  127%2E0%2E0%2E1
    user@127.0.0.1  example.com:80@127.0.0.1  example.com%5C@127.0.0.1  10.0.0.1  192.168.1.1
    169.254.169.254  [fe80::1]  [fd00::1]  100.100.100.200""".split(),
)
def test_no_spelling_of_a_private_address_is_reached(site, host):
    with pytest.raises(FetchError):
        fetch(f"http://{host}:{site.port}/")
    assert site.requests == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.com/", "gopher://h/", "unix:/run/x"]
)
def test_other_schemes_are_refused(url):
    with pytest.raises(ForbiddenAddress):
        fetch(url)


def test_an_allowed_private_network_is_reached(site):
    assert fetch(site.url("/"), allow_private=["127.0.0.1/32"]).body == b"x"
    assert fetch(f"http://2130706433:{site.port}/", allow_private=["127.0.0.1/32"]).body == b"x"


def test_a_name_with_a_private_address_is_refused_and_both_are_named(site):
    resolve = names({"feeds.example.com": ["127.0.0.1"]})
    with pytest.raises(ForbiddenAddress) as caught:
        fetch(f"http://feeds.example.com:{site.port}/", resolve=resolve)
    assert caught.value.address == "127.0.0.1 (feeds.example.com)"
    assert site.requests == []


def test_only_allowed_addresses_of_a_host_are_tried(site):
    resolve = names({"feeds.example.com": ["10.0.0.1", "127.0.0.7", "127.0.0.1"]})
    url = f"http://feeds.example.com:{site.port}/"
    assert fetch(url, resolve=resolve, allow_private=["127.0.0.1/32"]).body == b"x"


def test_the_next_address_is_tried_if_one_refuses(site):
    resolve = names({"feeds.example.com": ["127.0.0.7", "127.0.0.1"]})
    url = f"http://feeds.example.com:{site.port}/"
    assert fetch(url, resolve=resolve, allow_private=["127.0.0.0/8"]).body == b"x"


def test_dns_rebinding_is_refused(site):
    """DNS rebinding: the first answer is public, every later one is loopback."""
    lookups = []

    async def rebind(host, port):
        lookups.append(host)
        return ["203.0.112.1"] if len(lookups) == 1 else ["127.0.0.1"]

    async def connect():
        backend = GuardedBackend(Guard((), rebind))
        with pytest.raises((httpcore.ConnectError, httpcore.ConnectTimeout)):
            await backend.connect_tcp("feeds.example.com", site.port, timeout=0.2)
        with pytest.raises(Refused):
            await backend.connect_tcp("feeds.example.com", site.port, timeout=20)

    asyncio.run(connect())
    assert lookups == ["feeds.example.com"] * 2
    assert site.requests == []


def test_the_host_header_keeps_the_name(site):
    resolve = names({"feeds.example.com": ["127.0.0.1"]})
    url = f"http://feeds.example.com:{site.port}/"
    fetch(url, resolve=resolve, allow_private=["127.0.0.0/8"])
    assert site.requests[0].headers["host"] == f"feeds.example.com:{site.port}"


def test_the_connect_timeout_includes_name_resolution():
    async def silent(host, port):
        await asyncio.Event().wait()

    with pytest.raises(Unreachable) as caught:
        fetch("http://feeds.example.com/", resolve=silent, connect_timeout="100ms")
    assert caught.value.reason == "no connection in time"


def test_unix_sockets_are_refused():
    backend = GuardedBackend(Guard((), names({})))
    with pytest.raises(Refused):
        asyncio.run(backend.connect_unix_socket("/run/docker.sock"))


def test_the_resolver_returns_each_address_once():
    resolver = Resolver(threads=1)
    try:
        found = asyncio.run(resolver("127.0.0.1", 80))
    finally:
        resolver.close()
    assert found == ["127.0.0.1"]


@pytest.mark.parametrize("host", ["a..b", "x" * 64 + ".com", "."])
def test_an_invalid_host_name_is_a_dns_error(host):
    with pytest.raises(Unreachable, match="DNS"):
        fetch(f"http://{host}/")


class TestProxy:
    def test_documents_are_fetched_through_the_proxy(self, site):
        resolve = names({"feeds.example.com": ["93.184.216.34"]})
        site.set("/feed.xml", "by proxy")
        document = fetch("http://feeds.example.com/feed.xml", resolve=resolve, proxy=site.url(""))
        assert document.body == b"by proxy"
        assert site.requests[0].target == "http://feeds.example.com/feed.xml"

    def test_a_proxy_that_refuses_connections_is_unreachable(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            proxy = f"http://127.0.0.1:{unused.getsockname()[1]}"
            with pytest.raises(Unreachable, match="connection refused"):
                fetch("http://8.8.8.8/", proxy=proxy)

    @pytest.mark.parametrize("reply", [b"\x05\xff", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", None])
    def test_a_failed_socks_handshake_leaves_no_connection_open(self, reply):
        with socket.create_server(("127.0.0.1", 0)) as server:
            answering = threading.Thread(target=answer_once, args=(server, reply))
            answering.start()
            proxy = f"socks5://127.0.0.1:{server.getsockname()[1]}"
            with pytest.raises(Unreachable):
                fetch("http://8.8.8.8/", proxy=proxy, total_timeout="300ms")
            answering.join()


def answer_once(server, reply):
    connection, _ = server.accept()
    with connection:
        connection.recv(100)
        if reply is not None:
            connection.sendall(reply)
        else:
            assert (
                connection.recv(100) == b""
            )  # no reply until the client has closed the connection
