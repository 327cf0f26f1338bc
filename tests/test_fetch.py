"""The fetcher with a real server on loopback."""

import asyncio
import gzip
import socket
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from ingest.config import FetchConfig
from ingest.errors import (
    BadRedirect,
    BadStatus,
    FetchError,
    ForbiddenAddress,
    Gone,
    TooLarge,
    Unreachable,
)
from ingest.fetch import Fetcher
from ingest.values import Document, NotModified, Validators
from tests.site import Answer, Site

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LOOPBACK = ("127.0.0.0/8",)


def settings(**changed):
    return FetchConfig(**{"allow_private": LOOPBACK, "host_delay": "0s"} | changed)


def fetch(url, *, config=None, resolve=None, **options):
    async def once():
        async with Fetcher(config or settings(), lambda: NOW, resolve=resolve) as fetcher:
            return await fetcher.fetch(url, **options)

    return asyncio.run(once())


def fails(url, **options):
    with pytest.raises(FetchError) as caught:
        fetch(url, **options)
    return caught.value


class TestDocuments:
    def test_a_document_holds_the_headers_of_the_answer(self, site):
        site.set("/feed.xml", "<rss/>", etag='W/"7"', last_modified="Fri, 02 Jan 2026 00:00:00 GMT")
        document = fetch(site.url("/feed.xml#top"))
        assert isinstance(document, Document)
        assert document.url == site.url("/feed.xml#top")
        assert document.final_url == site.url("/feed.xml")
        assert document.permanent_url is None
        assert (document.body, document.status) == (b"<rss/>", 200)
        assert document.content_type == "text/xml; charset=utf-8"
        assert document.validators.last_modified == "Fri, 02 Jan 2026 00:00:00 GMT"
        assert document.fetched_at == NOW
        assert document.elapsed > timedelta(0)
        assert ("content-length", "6") in document.headers

    def test_the_request_names_guidang_and_accepts_feeds(self, site):
        site.set("/feed.xml", "x")
        config = settings(contact="https://example.org/bot")
        fetch(site.url("/feed.xml?a=1&b=中"), config=config)
        (request,) = site.requests
        assert request.method == "GET"
        assert request.path == "/feed.xml?a=1&b=%E4%B8%AD"
        assert request.headers["user-agent"].startswith("Guidang")
        assert request.headers["user-agent"].endswith("(+https://example.org/bot)")
        assert request.headers["accept"].startswith("application/atom+xml")
        assert request.headers["accept-encoding"] == "gzip, deflate, br, zstd"
        assert "cookie" not in request.headers
        assert "if-none-match" not in request.headers

    def test_headers_and_credentials_of_a_feed_are_sent(self, site):
        site.set("/feed.xml", "x")
        headers = {"User-Agent": "Else/1", "Cookie": "a=b", "X-Key": "k"}
        fetch(site.url("/feed.xml"), headers=headers, auth=("用户", "p:w"))
        (request,) = site.requests
        assert request.headers["user-agent"] == "Else/1"
        assert request.headers["cookie"] == "a=b"
        assert request.headers["x-key"] == "k"
        assert request.headers["authorization"] == "Basic 55So5oi3OnA6dw=="

    def test_credentials_in_an_address_are_sent_and_not_stored(self, site):
        site.set("/feed.xml", "x")
        document = fetch(site.url("/feed.xml").replace("://", "://me:p%40ss@"))
        assert site.requests[0].headers["authorization"] == "Basic bWU6cEBzcw=="
        assert document.final_url == site.url("/feed.xml")

    @pytest.mark.parametrize("status", [200, 203, 204])
    def test_a_success_without_a_body_is_an_empty_document(self, site, status):
        site.set("/feed.xml", b"", status=status)
        assert fetch(site.url("/feed.xml")).body == b""

    @pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", None])
    def test_content_codings_are_decoded(self, site, encoding):
        body = "<rss>归档</rss>".encode() * 10_000
        site.set("/feed.xml", body, encoding=encoding)
        assert fetch(site.url("/feed.xml")).body == body

    @pytest.mark.parametrize("claimed", ["gzip", "deflate", "br", "zstd", "UTF-8", "none", ""])
    def test_a_false_content_encoding_is_ignored(self, site, claimed):
        site.set("/feed.xml", "<?xml version='1.0'?><rss/>", headers={"Content-Encoding": claimed})
        assert fetch(site.url("/feed.xml")).body == b"<?xml version='1.0'?><rss/>"

    def test_a_feed_served_as_a_gzip_file_is_unpacked(self, site):
        site.set("/feed.xml.gz", gzip.compress(b"<rss/>"), content_type="application/x-gzip")
        document = fetch(site.url("/feed.xml.gz"))
        assert document.body == b"<rss/>"
        assert document.content_type is None

    def test_a_chunked_body_and_one_in_small_pieces_are_whole(self, site):
        site.set("/feed.xml", b"<rss/>" * 100, chunked=True, piece=7)
        assert fetch(site.url("/feed.xml")).body == b"<rss/>" * 100


class TestConditions:
    def test_both_validators_are_sent_and_a_304_is_returned(self, site):
        site.set("/feed.xml", "x", etag='"1"')
        validators = Validators(etag='"1"', last_modified="Fri, 02 Jan 2026 00:00:00 GMT")
        answer = fetch(site.url("/feed.xml"), validators=validators)
        assert isinstance(answer, NotModified)
        assert answer.validators == validators
        assert answer.fetched_at == NOW
        assert site.requests[0].headers["if-none-match"] == '"1"'
        assert site.requests[0].headers["if-modified-since"] == validators.last_modified

    def test_a_304_can_replace_a_validator(self, site):
        site.set("/feed.xml", status=304, headers={"ETag": '"2"'})
        answer = fetch(site.url("/feed.xml"), validators=Validators(etag='"1"'))
        assert answer.validators == Validators(etag='"2"')

    def test_an_etag_of_any_bytes_is_sent_back_unchanged(self, site):
        etag = '"归档-é"'.encode().decode("latin-1")
        site.set("/feed.xml", "x", headers={"ETag": etag})
        first = fetch(site.url("/feed.xml"))
        fetch(site.url("/feed.xml"), validators=first.validators)
        assert site.requests[1].headers["if-none-match"] == etag

    def test_a_very_long_etag_is_not_stored(self, site):
        site.set("/feed.xml", "x", headers={"ETag": '"' + "a" * 5000 + '"'})
        assert fetch(site.url("/feed.xml")).validators == Validators()

    def test_a_304_to_a_request_without_conditions_is_an_error(self, site):
        site.set("/feed.xml", status=304)
        assert fails(site.url("/feed.xml")).status == 304


class TestStatuses:
    @pytest.mark.parametrize("status", [404, 410])
    def test_404_and_410_raise_gone(self, site, status):
        site.set("/feed.xml", "no", status=status)
        error = fails(site.url("/feed.xml"))
        assert isinstance(error, Gone)
        assert error.status == status

    @pytest.mark.parametrize("status", [206, 300, 304, 305, 400, 401, 403, 429, 500, 503, 599])
    def test_other_statuses_raise_bad_status(self, site, status):
        site.set("/feed.xml", "no", status=status)
        error = fails(site.url("/feed.xml"))
        assert type(error) is BadStatus
        assert error.status == status

    @pytest.mark.parametrize(
        ("sent", "expected"),
        [
            ("120", timedelta(minutes=2)),
            ("0", timedelta(0)),
            ("1.5", timedelta(seconds=1.5)),
            ("999999999", timedelta(days=7)),
            ("99999999999999999999", timedelta(days=7)),
            ("120, 300", timedelta(minutes=2)),
            ("120 minutes", None),
            ("-5", None),
            ("soon", None),
            ("", None),
            (format_datetime(NOW + timedelta(minutes=10), usegmt=True), timedelta(minutes=10)),
            (format_datetime(NOW - timedelta(minutes=10), usegmt=True), timedelta(0)),
            (format_datetime(NOW + timedelta(days=900), usegmt=True), timedelta(days=7)),
            ("Fri, 32 Jan 2026 00:00:00 GMT", None),
        ],
    )
    def test_retry_after_is_read_in_both_forms_and_bounded(self, site, sent, expected):
        date = format_datetime(NOW, usegmt=True)
        site.set("/feed.xml", status=429, headers={"Retry-After": sent, "Date": date})
        assert fails(site.url("/feed.xml")).retry_after == expected

    def test_a_retry_date_is_relative_to_the_clock_of_the_server(self, site):
        slow = NOW - timedelta(hours=5)
        headers = {
            "Date": format_datetime(slow, usegmt=True),
            "Retry-After": format_datetime(slow + timedelta(minutes=1), usegmt=True),
        }
        site.set("/feed.xml", status=503, headers=headers)
        assert fails(site.url("/feed.xml")).retry_after == timedelta(minutes=1)

    @pytest.mark.parametrize(
        ("body", "media_type", "expected"),
        [
            (
                b"<title>t</title><h1>Busy</h1>\n<p>come &amp; later",
                "text/html",
                "Busy come & later",
            ),
            ("<p>源站错误</p>".encode("gb18030"), "text/html", "源站错误"),
            (b"<script>var a = '<p>'</script>ok<style>p{}</style>", "text/html", "ok"),
            (b"\x1b[31mred\x00", "text/plain", "[31mred"),
            (b'{"error": "quota"}', "application/json", '{"error": "quota"}'),
            (b"\x89PNG", "image/png", ""),
            ("错".encode() * 9000, "text/html", "错" * 200),
            (b"<" * 16000, "text/html", None),
        ],
    )
    def test_the_detail_is_the_first_text_of_the_page(self, site, body, media_type, expected):
        site.set("/feed.xml", body, status=503, content_type=media_type)
        detail = fails(site.url("/feed.xml")).detail
        assert len(detail) <= 200
        assert expected is None or detail == expected

    def test_a_truncated_error_page_does_not_hide_the_status(self, site):
        site.set("/feed.xml", b"x" * 1000, status=500, cut=10)
        assert fails(site.url("/feed.xml")).status == 500


class TestRedirects:
    @pytest.mark.parametrize(
        ("statuses", "permanent"),
        [((301,), True), ((308, 301), True), ((302,), False), ((301, 307), False), ((303,), False)],
    )
    def test_only_a_chain_of_permanent_redirects_has_a_permanent_address(
        self, site, statuses, permanent
    ):
        for number, status in enumerate(statuses):
            site.redirect(f"/{number}", f"{number + 1}", status=status)
        site.set(f"/{len(statuses)}", "x")
        document = fetch(site.url("/0"))
        assert document.url == site.url("/0")
        assert document.final_url == site.url(f"/{len(statuses)}")
        assert document.permanent_url == (document.final_url if permanent else None)

    def test_the_number_of_redirects_is_limited(self, site):
        for number in range(5):
            site.redirect(f"/{number}", f"/{number + 1}")
        site.set("/5", "x")
        assert fetch(site.url("/0"), config=settings(max_redirects=5)).body == b"x"
        error = fails(site.url("/0"), config=settings(max_redirects=4))
        assert isinstance(error, BadRedirect)

    def test_a_redirect_circle_is_detected_at_once(self, site):
        site.redirect("/a", "/b")
        site.redirect("/b", "/a")
        assert "circle" in str(fails(site.url("/a")))
        assert len(site.requests) == 3

    def test_a_cookie_of_a_redirect_is_sent_within_one_fetch_only(self, site):
        def gate(request):
            if request.headers.get("cookie") == "seen=1":
                return "<rss/>"
            return Answer(status=302, headers={"Location": "/feed.xml", "Set-Cookie": "seen=1"})

        site.set("/feed.xml", gate)

        async def twice():
            async with Fetcher(settings(), lambda: NOW) as fetcher:
                return [await fetcher.fetch(site.url("/feed.xml")) for _ in range(2)]

        assert [document.body for document in asyncio.run(twice())] == [b"<rss/>"] * 2
        assert ["cookie" in request.headers for request in site.requests] == [False, True] * 2

    def test_secrets_are_not_sent_to_other_servers(self, site):
        with Site("127.0.0.2") as other:
            site.redirect("/feed.xml", "/moved.xml")
            site.redirect("/moved.xml", other.url("/feed.xml").replace("://", "://x:y@"))
            other.redirect("/feed.xml", site.url("/back.xml"))
            site.set("/back.xml", "x")
            headers = {"X-Key": "k", "Cookie": "a=b", "User-Agent": "Me"}
            fetch(site.url("/feed.xml"), headers=headers, auth=("u", "p"))
        sent = [set(request.headers) for request in [*site.requests, *other.requests]]
        secrets = {"x-key", "cookie", "authorization"}
        assert [bool(names & secrets) for names in sent] == [True, True, False, False]
        assert other.requests[0].headers["user-agent"] == "Me"

    @pytest.mark.parametrize(
        "location",
        [
            "",
            "ftp://example.com/",
            "file:///etc/passwd",
            "javascript:1",
            "http://",
            "http://h:99999/",
        ],
    )
    def test_a_redirect_to_an_invalid_address_is_an_error(self, site, location):
        site.redirect("/feed.xml", location)
        assert isinstance(fails(site.url("/feed.xml")), BadRedirect)

    def test_a_redirect_without_a_location_is_an_error(self, site):
        site.set("/feed.xml", status=302)
        assert isinstance(fails(site.url("/feed.xml")), BadRedirect)

    @pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
    def test_a_raw_chinese_location_is_requested_with_its_bytes(self, site, charset):
        raw = "/文章".encode(charset)
        escaped = "/" + "".join(f"%{octet:02X}" for octet in raw[1:])
        site.redirect("/feed.xml", raw.decode("latin-1"))
        site.set(escaped, "x")
        assert fetch(site.url("/feed.xml")).body == b"x"

    def test_a_redirect_into_a_private_network_is_refused(self, site):
        with Site("127.0.0.9") as inside:
            site.redirect("/feed.xml", inside.url("/"), status=301)
            error = fails(site.url("/feed.xml"), config=settings(allow_private=("127.0.0.1/32",)))
        assert isinstance(error, ForbiddenAddress)
        assert error.address == "127.0.0.9"
        assert inside.requests == []


class TestFailures:
    def test_a_refused_connection_is_reported(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            error = fails(f"http://127.0.0.1:{unused.getsockname()[1]}/")
        assert isinstance(error, Unreachable)
        assert error.connection_refused
        assert error.reason == "connection refused"

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            (Answer(reset=True), "connection reset by peer"),
            (Answer(body=b"x" * 1000, cut=10), "the body was cut: received 10 bytes"),
            (
                Answer(body=b"x" * 1000, cut=10, chunked=True),
                "the body was cut: incomplete chunked",
            ),
            (Answer(body=b"x" * 9000, encoding="gzip", cut=20), "the body was cut"),
            (Answer(delay=60), "the server fell silent"),
            (Answer(body=b"x", piece=1, pause=60), "the server fell silent"),
        ],
    )
    def test_faults_of_the_connection_have_different_reasons(self, site, answer, reason):
        site.script("/feed.xml", answer)
        is_silent = answer.delay or answer.pause
        config = settings(idle_timeout="400ms" if is_silent else "60s", total_timeout="60s")
        error = fails(site.url("/feed.xml"), config=config)
        assert isinstance(error, Unreachable)
        assert error.reason.startswith(reason)

    def test_a_body_that_takes_too_long_in_all_is_unreachable(self, site):
        site.set("/feed.xml", b"x" * 9999, piece=1, pause=0.05)
        config = settings(idle_timeout="60s", total_timeout="400ms")
        error = fails(site.url("/feed.xml"), config=config)
        assert isinstance(error, Unreachable)
        assert error.reason == "it took longer than 0.4 s"

    def test_a_given_timeout_replaces_the_configured_ones(self, site):
        site.set("/slow", "x", delay=0.3)
        config = settings(idle_timeout="50ms", total_timeout="50ms")
        assert fetch(site.url("/slow"), config=config, timeout=timedelta(seconds=20)).body == b"x"

    def test_the_total_timeout_includes_all_redirects(self, site):
        for number in range(10):
            site.redirect(f"/{number}", f"/{number + 1}", delay=0.15)
        error = fails(site.url("/0"), config=settings(total_timeout="400ms", max_redirects=20))
        assert error.reason == "it took longer than 0.4 s"

    def test_an_endless_body_is_too_large(self, site):
        site.set("/feed.xml", b"x" * 1000, endless=True)
        error = fails(site.url("/feed.xml"), max_size=100_000)
        assert isinstance(error, TooLarge)
        assert error.limit == 100_000

    def test_a_body_of_exactly_the_limit_is_read(self, site):
        site.set("/feed.xml", b"x" * 1000, encoding="gzip")
        assert len(fetch(site.url("/feed.xml"), max_size=1000).body) == 1000
        assert isinstance(fails(site.url("/feed.xml"), max_size=999), TooLarge)

    def test_a_body_over_the_limit_can_be_truncated(self, site):
        site.set("/robots.txt", b"x" * 1000)
        document = fetch(site.url("/robots.txt"), max_size=10, truncate=True)
        assert (document.body, document.truncated) == (b"x" * 10, True)

    def test_a_damaged_compressed_body_is_an_error(self, site):
        body = bytearray(gzip.compress(bytes(range(256)) * 1000))
        body[-8] ^= 1  # the checksum
        site.set("/feed.xml", bytes(body), headers={"Content-Encoding": "gzip"})
        assert "unpacked" in fails(site.url("/feed.xml")).reason

    @pytest.mark.parametrize(
        "url", ["", "feed", "http://", "http:///x", "http://h:0/", "http://\x00/"]
    )
    def test_an_invalid_address_is_reported(self, url):
        assert "no valid address" in str(fails(url))

    def test_an_unknown_host_is_a_dns_error(self):
        async def unknown(host, port):
            raise socket.gaierror(socket.EAI_NONAME, "unknown")

        error = fails("http://feeds.example.com/", resolve=unknown)
        assert error.reason == "DNS: no such host"
        assert not error.connection_refused

    def test_a_server_that_speaks_another_protocol_is_reported(self):
        with socket.create_server(("127.0.0.1", 0)) as server:

            async def once():
                loop = asyncio.get_running_loop()
                server.setblocking(False)
                port = server.getsockname()[1]
                async with Fetcher(settings(), lambda: NOW) as fetcher:
                    fetching = asyncio.create_task(fetcher.fetch(f"http://127.0.0.1:{port}/"))
                    connection, _ = await loop.sock_accept(server)
                    with connection:
                        await loop.sock_sendall(connection, b"220 mail.example.com ESMTP\r\n\r\n")
                        with pytest.raises(Unreachable, match="not HTTP as it should be"):
                            await fetching

            asyncio.run(once())


class TestManners:
    def test_requests_to_one_site_are_limited(self, site):
        site.set("/slow", "x", delay=0.2)
        fetch_all([site.url(f"/slow?{n}") for n in range(8)], settings(per_host=2, concurrency=8))
        assert site.peak == 2

    def test_requests_to_one_site_are_delayed(self, site):
        site.set("/feed.xml", "x")
        urls = [site.url(f"/feed.xml?{n}") for n in range(4)]
        began = time.monotonic()  # the same clock as `Request.at`
        fetch_all(urls, settings(host_delay="100ms", per_host=4))
        waits = sorted(request.at - began for request in site.requests)
        assert all(wait > 0.099 * number for number, wait in enumerate(waits))

    def test_a_slow_site_delays_no_other(self):
        with ExitStack() as stack:
            slow, *others = (stack.enter_context(Site(f"127.0.1.{n}")) for n in range(1, 6))
            slow.set("/", "x", delay=60)
            for other in others:
                other.set("/", "x")
            urls = [slow.url(f"/?{n}") for n in range(6)] + [other.url("/") for other in others]
            fetch_all(urls, settings(concurrency=2, per_host=1), stop_after=4)
            assert [len(other.requests) for other in others] == [1, 1, 1, 1]

    def test_requests_to_all_sites_together_are_limited(self):
        with ExitStack() as stack:
            sites = [stack.enter_context(Site(f"127.0.2.{n}")) for n in range(1, 7)]
            in_flight = []

            def count(request):
                in_flight.append(sum(site.in_flight for site in sites))
                return Answer(body="x", delay=0.02)

            for site in sites:
                site.set("/", count)
            fetch_all([site.url("/") for site in sites], settings(concurrency=3))
            assert max(in_flight) <= 3


def fetch_all(urls, config, stop_after=None):
    async def together():
        async with Fetcher(config, lambda: NOW) as fetcher:
            fetches = [asyncio.create_task(fetcher.fetch(url)) for url in urls]
            finished = []
            for result in asyncio.as_completed(fetches):
                finished.append(await result)
                if len(finished) == stop_after:
                    break
            for task in fetches:
                task.cancel()
            await asyncio.gather(*fetches, return_exceptions=True)
            return finished

    return asyncio.run(together())


BUSY = Answer(status=429, headers={"Retry-After": "60"})


class TestPauses:
    def fetch_all(self, *urls):
        """Fetch the URLs in turn; return each status, and for an error if it has a Retry-After."""

        async def one(fetcher, url):
            try:
                return (await fetcher.fetch(url)).status
            except BadStatus as error:
                return error.status, error.retry_after is not None

        async def every():
            async with Fetcher(settings(), lambda: NOW) as fetcher:
                return [await one(fetcher, url) for url in urls]

        return asyncio.run(every())

    def test_a_paused_server_gets_no_requests_even_by_redirects(self, site):
        with Site("127.0.0.2") as other:
            site.script("/busy", BUSY)
            site.set("/page", "a page")
            other.redirect("/way", site.url("/page"))
            other.set("/page", "a page")
            found = self.fetch_all(
                site.url("/busy"), site.url("/page"), other.url("/way"), other.url("/page")
            )
        assert found == [(429, True), (429, True), (429, True), 200]
        assert [request.path for request in site.requests] == ["/busy"]

    @pytest.mark.parametrize(
        "answer", [{"status": 429}, {"status": 503, "headers": {"Retry-After": "60"}}]
    )
    def test_other_answers_do_not_pause_the_server(self, site, answer):
        site.set("/busy", **answer)
        site.set("/page", "a page")
        assert self.fetch_all(site.url("/busy"), site.url("/page"))[1] == 200

    def test_an_error_after_a_redirect_names_the_failing_address(self, site):
        with Site("127.0.0.2") as other:
            other.redirect("/way", site.url("/busy"))
            site.script("/busy", BUSY)
            assert fails(other.url("/way")).url == site.url("/busy")
