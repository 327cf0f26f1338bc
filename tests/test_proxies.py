"""Which requests go through a proxy, tested with a real proxy on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from ingest.config import FetchConfig, load_config
from ingest.errors import ConfigError, ForbiddenAddress, Unreachable
from ingest.fetch import Fetcher
from ingest.fetch.proxies import NO_PROXY, Proxies, is_local
from ingest.manners import Manners
from ingest.values import Document
from tests.program import new_program
from tests.rsshub_double import Route, RsshubDouble
from tests.site import Answer, Request, Site
from tests.support import NOON, item, rss
from tests.world import World

PROXY = "http://127.0.0.1:7890"


@pytest.mark.parametrize(
    ("host", "is_so"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("a.localhost", True),
        ("rsshub", True),
        ("nas.local", True),
        ("metadata.google.internal", True),
        ("router.home.arpa", True),
        ("rsshub.lan", True),
        ("nas.home", True),
        ("git.corp", True),
        ("box.localdomain", True),
        ("127.0.0.1", True),
        ("127.1", True),
        ("2130706433", True),
        ("0x7f.0.0.1", True),
        ("0177.0.0.1", True),
        ("0.0.0.0", True),
        ("10.0.0.8", True),
        ("192.168.1.10", True),
        ("169.254.169.254", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("fd00::1", True),
        ("8.8.8.8", False),
        ("2001:4860:4860::8888", False),
        ("news.example.cn", False),
        ("localhost.example.cn", False),
        ("127.0.0.1.nip.io", False),
        ("10.example.cn", False),
        ("lan.example.cn", False),
    ],
)
def test_names_of_this_network_are_local(host: str, is_so: bool) -> None:
    assert is_local(host) is is_so
    assert (Proxies(proxy=PROXY).way_to(host) is None) is is_so
    assert (Proxies(proxy=PROXY).way_to(host, "socks5://b:1") is None) is is_so


@pytest.mark.parametrize(
    ("apart", "asked_directly", "asked_through"),
    [
        (["example.cn"], ["example.cn", "a.b.example.cn", "EXAMPLE.CN."], ["badexample.cn", "cn"]),
        ([".example.cn"], ["example.cn", "a.example.cn"], ["example.com"]),
        (["*.example.cn"], ["a.example.cn"], ["example.com"]),
        (["8.8.8.0/24"], ["8.8.8.8", "8.8.2056"], ["8.8.9.8", "8.8.8.8.example.cn"]),
        (["8.8.8.8"], ["8.8.8.8", "0x08080808"], ["8.8.8.9"]),
        (["xn--fsqu00a.xn--fiqs8s"], ["例子.中国", "a.例子.中国"], ["例.中国"]),
        (["[2001:4860:0:0::1]"], ["2001:4860::1"], ["2001:4860::2"]),
        (["2001:4860::/32"], ["2001:4860:4860::8888"], ["2001:4861::1"]),
        (["*"], ["example.cn", "8.8.8.8"], []),
        ([], [], ["example.cn", "8.8.8.8"]),
    ],
)
def test_hosts_in_no_proxy_are_asked_directly(
    apart: list[str], asked_directly: Sequence[str], asked_through: Sequence[str]
) -> None:
    settings = FetchConfig.model_validate({"proxy": PROXY, "no_proxy": apart})
    proxies = Proxies(proxy=settings.proxy, apart=settings.no_proxy)
    assert [proxies.way_to(host) for host in asked_directly] == [None] * len(asked_directly)
    through = [host for host in asked_through if "." in host]
    assert [proxies.way_to(host) for host in through] == [PROXY] * len(through)


def test_the_proxy_of_a_feed_has_priority_over_the_general_one() -> None:
    proxies = Proxies(proxy=PROXY, apart=("example.cn",))
    assert proxies.way_to("example.cn", "socks5://b:1") == "socks5://b:1"
    assert proxies.way_to("example.com", NO_PROXY) is None
    assert Proxies(proxy="").way_to("example.com", PROXY) == PROXY


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ('"example.cn"', "write a list"),
        ('["a b"]', "is not a host"),
        ('["10.0.0.0/99"]', "not a network"),
        ('["example.cn:8080"]', "without a port"),
        ('["127.0.0.1:80"]', "without a port"),
    ],
)
def test_an_invalid_no_proxy_list_is_refused(tmp_path: Path, value: str, words: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[fetch]\nno_proxy = {value}\n")
    with pytest.raises(ConfigError, match=words):
        load_config(file)


@pytest.fixture
def proxy() -> Iterator[Site]:
    """An HTTP proxy that answers every request itself, with the requested address."""
    with Site("127.0.0.2") as proxy:
        proxy.set_default(lambda request: Answer(body=f"by proxy: {request.target}"))
        yield proxy


async def no_names(host: str, port: int) -> Sequence[str]:
    """Resolve no name: fail the test if a name is looked up."""
    raise AssertionError(f"{host} was looked up")


def fetch(
    url: str, *, own: str | None = None, resolve: Any = no_names, **settings: Any
) -> Document:
    async def once() -> Document:
        config = FetchConfig.model_validate({"host_delay": "0s", **settings})
        async with Fetcher(config, lambda: NOON, resolve=resolve) as fetcher:
            return await fetcher.via(own).fetch_document(url)

    return asyncio.run(once())


def test_the_proxy_resolves_the_names(proxy: Site) -> None:
    document = fetch("http://news.example.cn/feed", proxy=proxy.url(""))
    assert document.body == b"by proxy: http://news.example.cn/feed"


async def poisoned(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def test_a_poisoned_name_service_does_not_matter_behind_a_proxy(proxy: Site) -> None:
    url = "http://news.example.cn/feed"
    assert b"by proxy" in fetch(url, resolve=poisoned, proxy=proxy.url("")).body
    with pytest.raises(ForbiddenAddress):
        fetch(url, resolve=poisoned)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "0x7f000001", "[::1]", "169.254.169.254", "192.168.0.1", "[::]"]
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_feed_cannot_lead_a_proxy_to_a_private_address(
    proxy: Site, scheme: str, host: str
) -> None:
    async def as_the_system(name: str, port: int) -> Sequence[str]:
        return [socket.inet_ntoa(socket.inet_aton(name))]

    with pytest.raises(ForbiddenAddress):
        fetch(f"{scheme}://{host}/", resolve=as_the_system, proxy=proxy.url(""))
    assert proxy.requests == []


def test_a_feed_cannot_lead_a_proxy_to_this_machine_by_name(proxy: Site) -> None:
    for host in ("localhost", "a.localhost", "rsshub", "x.internal"):
        with pytest.raises(ForbiddenAddress):
            fetch(f"http://{host}/", resolve=poisoned, proxy=proxy.url(""))
    assert proxy.requests == []


def test_a_redirect_cannot_lead_a_proxy_to_a_private_address(proxy: Site) -> None:
    proxy.redirect("/feed", "http://127.0.0.1:1/")
    with pytest.raises(ForbiddenAddress):
        fetch("http://news.example.cn/feed", proxy=proxy.url(""))
    assert len(proxy.requests) == 1


def test_the_proxy_is_chosen_for_each_hop_of_a_redirect(proxy: Site) -> None:
    with Site() as site:
        site.set("/feed", "directly")
        proxy.redirect("/feed", site.url("/feed"))
        document = fetch(
            "http://news.example.cn/feed", proxy=proxy.url(""), allow_private=["127.0.0.0/8"]
        )
    assert document.body == b"directly"
    assert [request.target for request in proxy.requests] == ["http://news.example.cn/feed"]


def test_a_feed_may_have_a_proxy_of_its_own_or_none(proxy: Site) -> None:
    with Site("127.0.0.3") as other:
        other.set_default(lambda request: Answer(body="by the other"))
        url = "http://news.example.cn/feed"
        assert fetch(url, own=other.url(""), proxy=proxy.url("")).body == b"by the other"
        with pytest.raises(Unreachable, match="DNS"):
            fetch(url, own=NO_PROXY, resolve=unknown, proxy=proxy.url(""))
    assert proxy.requests == []


async def unknown(host: str, port: int) -> Sequence[str]:
    raise socket.gaierror(socket.EAI_NONAME, "no such host")


def test_feed_pages_and_robots_txt_use_the_proxy_of_the_feed(
    tmp_path: Path, sqlite_url: str, proxy: Site
) -> None:
    world = World(tmp_path, sqlite_url)
    prose = "".join(
        f"<p>这是第{n}段的正文，讲述了老旧小区加装电梯的来龙去脉。</p>" for n in range(9)
    )

    def answer(request: Request) -> Answer:
        if request.target.endswith("/feed"):
            return Answer(body=rss(item(1, link="http://news.example.cn/a/1.html")))
        if request.target.endswith("robots.txt"):
            return Answer(body="", content_type="text/plain")
        return Answer(
            body=f"<html><body><article>{prose}</article></body></html>", content_type="text/html"
        )

    proxy.set_default(answer)
    world.add("http://news.example.cn/feed", full_text=True, proxy=proxy.url(""))
    (poll,) = world.poll()
    assert (poll.new, poll.warnings) == (1, ())
    assert [request.target.rpartition("/")[2] for request in proxy.requests] == [
        "feed",
        "robots.txt",
        "1.html",
    ]
    assert "第8段" in world.entry(1)["html"]


def test_an_rsshub_on_this_machine_is_never_asked_through_the_proxy(
    tmp_path: Path, sqlite_url: str, proxy: Site
) -> None:
    with RsshubDouble() as rsshub:
        rsshub.routes["/zhihu/hot"] = Route(
            items=[{"title": "第1条", "link": "https://a.example.cn/1"}]
        )
        world = World(
            tmp_path,
            sqlite_url,
            fetch={"proxy": proxy.url("")},
            rsshub={"instances": (rsshub.address,)},
        )
        world.add("rsshub://zhihu/hot")
        assert world.poll()[0].new == 1
    assert proxy.requests == []


def test_a_proxy_is_set_for_a_feed_by_command_and_its_password_not_shown(
    tmp_path: Path, proxy: Site
) -> None:
    proxy.set_default(lambda request: Answer(body=rss(item(1))))
    with_password = proxy.url("").replace("//", "//me:open-sesame@")
    program = new_program(tmp_path)
    program.good("feeds", "add", "http://news.example.cn/feed", "--proxy", with_password)
    assert "1 new" in program.good("poll")
    assert all("proxy-authorization" in request.headers for request in proxy.requests)
    shown = program.good("feeds", "show", "1", "--json")
    assert json.loads(shown)["settings"]["proxy"] == proxy.url("").replace("//", "//***@")
    assert "open-sesame" not in shown + program.good("feeds", "show", "1")
    program.good("feeds", "set", "1", "--proxy", "none")
    assert json.loads(program.good("feeds", "show", "1", "--json"))["settings"]["proxy"] == "none"
    refused = program.run("feeds", "set", "1", "--proxy", "nonsense")
    assert (refused.code, "such as http://127.0.0.1:7890" in refused.err) == (2, True)


def test_the_address_of_a_feeds_proxy_may_be_a_secret(tmp_path: Path, proxy: Site) -> None:
    proxy.set_default(lambda request: Answer(body=rss(item(1))))
    program = new_program(tmp_path)
    url = "http://news.example.cn/feed"
    program.good("feeds", "add", url, "--proxy", "env:GUIDANG_TEST_PROXY", "--no-check")
    assert "its settings refer to env:GUIDANG_TEST_PROXY" in program.run("poll").out
    program = replace(program, env={"GUIDANG_TEST_PROXY": proxy.url("")})
    assert "1 new" in program.good("poll", "--all")
    shown = json.loads(program.good("feeds", "show", "1", "--json"))
    assert shown["settings"]["proxy"] == "env:GUIDANG_TEST_PROXY"


def test_robots_txt_fetched_through_a_proxy_is_also_used_without_it(proxy: Site) -> None:
    async def ask() -> tuple[bool, bool]:
        config = FetchConfig.model_validate({"host_delay": "0s"})
        async with Fetcher(config, lambda: NOON, resolve=no_names) as fetcher:
            manners, url = Manners(config, lambda: NOON), "http://news.example.cn/a"
            through = await manners.permission(url, fetcher.via(proxy.url("")))
            known = await manners.permission(url, fetcher)
            return through.is_allowed, known.is_allowed

    proxy.set("/robots.txt", "", content_type="text/plain")
    assert asyncio.run(ask()) == (True, True)
    assert len(proxy.requests) == 1


# TLS through a proxy, with the certificate authorities of a file added


class Tunnels:
    """A proxy that opens every tunnel to one server; `asked` lists its request lines."""

    def __init__(self, to: tuple[str, int]) -> None:
        self._to = to
        self.asked: list[bytes] = []
        self._server: asyncio.Server | None = None
        self._open: list[asyncio.Task[Any]] = []

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += filter(None, [asyncio.current_task()])
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head.partition(b"\r\n")[0])
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        from_server, to_server = await asyncio.open_connection(*self._to)
        try:
            await asyncio.gather(pump(reader, to_server), pump(from_server, writer))
        finally:
            writer.transport.abort()
            to_server.transport.abort()


async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await source.read(65536):
            sink.write(piece)
            await sink.drain()


def test_a_tunnel_is_requested_by_name_and_the_certificate_is_checked(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("news.example.cn").configure_cert(context)
    settings = {"host_delay": "0s", "ca_file": str(tmp_path / "ca.pem")}

    async def ask(tunnels: Tunnels) -> bytes:
        async with tunnels as address:
            config = FetchConfig.model_validate({"proxy": address, **settings})
            async with Fetcher(config, lambda: NOON, resolve=no_names) as fetcher:
                document = await fetcher.fetch_document("https://news.example.cn/feed")
                with pytest.raises(Unreachable, match="certificate"):
                    await fetcher.fetch_document("https://other.example.cn/feed")
                return document.body

    with Site(tls=context) as site:
        site.set("/feed", "over TLS")
        tunnels = Tunnels((site.host, site.port))
        assert asyncio.run(ask(tunnels)) == b"over TLS"
    assert tunnels.asked == [
        b"CONNECT news.example.cn:443 HTTP/1.1",
        b"CONNECT other.example.cn:443 HTTP/1.1",
    ]
