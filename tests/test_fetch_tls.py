"""TLS on loopback, with certificate authorities made for the test."""

import asyncio
import ssl
from datetime import UTC, datetime

import h2.config
import h2.connection
import h2.events
import pytest
import trustme

from ingest.config import FetchConfig
from ingest.errors import ConfigError, Unreachable
from ingest.fetch import Fetcher
from ingest.fetch.transport import _tls_context
from tests.site import Site

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def ca_file(authority, tmp_path):
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def serve(authority, *names):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return Site(tls=context)


def fetch(url, **settings):
    async def once():
        config = FetchConfig(allow_private=["127.0.0.0/8"], host_delay="0s", **settings)
        async with Fetcher(config, lambda: NOW) as fetcher:
            return await fetcher.fetch(url)

    return asyncio.run(once())


@pytest.mark.parametrize("http2", [True, False])
def test_a_server_with_a_trusted_certificate_is_read(authority, ca_file, http2):
    with serve(authority, "127.0.0.1") as site:
        site.set("/feed.xml", "x")
        assert fetch(site.url("/feed.xml"), ca_file=ca_file, http2=http2).body == b"x"


def test_http2_is_used_if_the_server_offers_it(authority, ca_file):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    context.set_alpn_protocols(["h2"])

    async def once():
        server = await asyncio.start_server(answer_http2, "127.0.0.1", 0, ssl=context)
        async with server:
            url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/feed.xml"
            config = FetchConfig(allow_private=["127.0.0.0/8"], ca_file=ca_file)
            async with Fetcher(config, lambda: NOW) as fetcher:
                return await fetcher.fetch(url)

    document = asyncio.run(once())
    assert document.body == b"over HTTP/2"
    assert document.validators.etag == '"2"'


async def answer_http2(reader, writer):
    http2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    http2.initiate_connection()
    writer.write(http2.data_to_send())
    while data := await reader.read(65536):
        for event in http2.receive_data(data):
            if isinstance(event, h2.events.StreamEnded):
                http2.send_headers(event.stream_id, [(":status", "200"), ("etag", '"2"')])
                http2.send_data(event.stream_id, b"over HTTP/2", end_stream=True)
        writer.write(http2.data_to_send())
    writer.close()


def test_a_certificate_of_an_unknown_authority_is_refused(authority):
    with serve(authority, "127.0.0.1") as site:
        with pytest.raises(Unreachable) as caught:
            fetch(site.url("/feed.xml"))
        assert caught.value.reason.startswith("TLS: the certificate is not valid: unable to get")
        assert site.requests == []


def test_a_certificate_for_another_host_is_refused(authority, ca_file):
    with serve(authority, "example.com") as site, pytest.raises(Unreachable) as caught:
        fetch(site.url("/feed.xml"), ca_file=ca_file)
    assert caught.value.reason.startswith("TLS: the certificate is not valid: IP address mismatch")


def test_a_server_without_tls_is_reported():
    with Site() as site, pytest.raises(Unreachable, match="TLS"):
        fetch(site.url("/").replace("http:", "https:"))


def test_credentials_are_not_sent_from_http_to_https_on_other_ports(authority, ca_file):
    with serve(authority, "127.0.0.1") as secure, Site() as plain:
        plain.redirect("/feed.xml", secure.url("/feed.xml"))
        secure.set("/feed.xml", "x")
        fetch(plain.url("/feed.xml").replace("://", "://me:secret@"), ca_file=ca_file)
        assert "authorization" in plain.requests[0].headers
        assert "authorization" not in secure.requests[0].headers


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_unusable_ca_file_is_a_configuration_error(tmp_path, content):
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    with pytest.raises(ConfigError, match="ca_file"):
        Fetcher(FetchConfig(ca_file=str(path)), lambda: NOW)


def test_the_authorities_of_ca_file_are_added_to_the_usual_ones(ca_file):
    usual, more = (_tls_context(file).cert_store_stats()["x509_ca"] for file in ("", ca_file))
    assert usual > 50
    assert more == usual + 1
