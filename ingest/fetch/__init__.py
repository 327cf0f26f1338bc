"""HTTP: fetch documents from publishers, within limits that protect both sides.

No other package sends requests to publishers. This package does not interpret bodies. `Fetcher`
returns a `Document` or `NotModified`, or raises a `FetchError`.

    client        fetch one document: its redirects and its time limits    ← open this first
    asking        a request, and which of its headers each server may get
    answers       receive a response: a document, "not modified" or an error
    error_pages   the words of an error page that tell what is wrong
    redirects     where a redirect leads, and which credentials may be sent there
    exchange      a request, a response, and the interface of a transport
    transport     the transport in use: httpcore over connections that the guard allows
    connections   open and reuse connections
    http1         HTTP/1.1 on a connection
    network       sockets for httpcore, without and with TLS
    proxies       which requests go through a proxy
    guard         resolve host names to addresses that Guidang may connect to
    addresses     which addresses are public
    decompress    decode a body in bounded memory, even if its header is wrong
    codings       decoders of gzip, deflate, Brotli and Zstandard
    failures      describe network errors in words
"""

from ingest.fetch.addresses import is_public
from ingest.fetch.answers import as_document
from ingest.fetch.client import FEED_ACCEPT, Fetcher
from ingest.values import NO_VALIDATORS

__all__ = ["FEED_ACCEPT", "NO_VALIDATORS", "Fetcher", "as_document", "is_public"]
