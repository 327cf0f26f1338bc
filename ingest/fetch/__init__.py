"""HTTP: fetch documents from publishers, within limits that protect both sides.

No other package sends requests to publishers, and this one does not interpret bodies. `Fetcher`
returns a `Document` or `NotModified`, or raises a `FetchError`.

    client        one fetch: its redirects and its time limits    ← open this first
    asking        a request, and which of its headers each server may get
    answers       the body of a response, and its meaning: a document, not modified, an error
    redirects     where a redirect leads, and which credentials may be sent there
    exchange      a request, a response, and the interface of a transport
    transport     the transport in use: httpcore over connections that the guard allows
    proxies       which requests go through a proxy
    guard         host names → addresses that Guidang may connect to
    addresses     which addresses are public
    decompress    decodes a body in bounded memory, whatever its header says
    codings       gzip, deflate, Brotli, Zstandard
    failures      describes errors of the network in words
"""

from ingest.fetch.addresses import is_public
from ingest.fetch.answers import as_document
from ingest.fetch.client import FEED_ACCEPT, Fetcher
from ingest.values import NO_VALIDATORS

__all__ = ["FEED_ACCEPT", "NO_VALIDATORS", "Fetcher", "as_document", "is_public"]
