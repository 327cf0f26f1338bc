"""Decide where a redirect leads, and which cookies and credentials may be sent there.

All functions are pure. Of httpx, only the class `URL` is used, for IDNA and relative addresses.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from email.message import Message
from http.cookiejar import CookieJar
from types import SimpleNamespace
from typing import Any
from urllib.request import Request as CookieRequest

import httpx

from ingest.errors import BadRedirect, ForbiddenAddress, Unreachable
from ingest.fetch.exchange import Headers

FOLLOWED = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_SCHEMES = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """The address to request now, and the redirects that led to it.

    `trusted` is true if no redirect has left the server that the user's credentials are for.
    """

    url: httpx.URL
    credentials: tuple[str, str] | None = None
    trusted: bool = True
    permanent: bool = True
    visited: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    @property
    def count(self) -> int:
        """Return the number of redirects that led here."""
        return len(self.visited)


class Cookies:
    """The cookies of one fetch, which are sent with its redirects and then forgotten."""

    def __init__(self) -> None:
        self._jar = CookieJar()

    def header_for(self, url: httpx.URL) -> str:
        """Return the Cookie header to send to an address, or an empty string."""
        if not len(self._jar):
            return ""
        request = CookieRequest(str(url))  # noqa: S310 - nothing is opened
        self._jar.add_cookie_header(request)
        return request.get_header("Cookie") or ""

    def take(self, url: httpx.URL, headers: Headers) -> None:
        """Store the cookies that a response sets."""
        if "set-cookie" not in headers:
            return
        message = Message()
        for name, value in headers.items():
            if name == "set-cookie":
                message[name] = value
        response: Any = SimpleNamespace(info=lambda: message)
        self._jar.extract_cookies(response, CookieRequest(str(url)))  # noqa: S310


def first_hop(url: str) -> Hop:
    """Parse the address to fetch; raise `Unreachable` or `ForbiddenAddress`."""
    try:
        parsed = httpx.URL(url)
        is_web_address = _is_web_address(parsed)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise Unreachable(url, f"no valid address: {error}") from error
    if parsed.scheme and parsed.scheme not in _SCHEMES:
        raise ForbiddenAddress(url, url)
    if not is_web_address:
        raise Unreachable(url, "no valid address: it is not of the form https://host/path")
    credentials = (parsed.username, parsed.password) if parsed.userinfo else None
    return Hop(url=_bare(parsed), credentials=credentials)


def next_hop(hop: Hop, asked: str, status: int, location: bytes, cookies: str, most: int) -> Hop:
    """Follow a redirect by one hop; raise `BadRedirect`.

    `asked` is the address from the user. A second visit to an address is a loop, unless the
    `cookies` have changed. Many sites set a cookie and redirect back to the same address.
    """
    url = _target(hop, asked, location)
    visited = hop.visited | {(str(hop.url), cookies)}
    if len(visited) == hop.count:
        raise BadRedirect(asked, f"in a circle, by way of {hop.url}")
    if len(visited) > most:
        raise BadRedirect(asked, f"more than {most} times, last to {url}")
    return replace(
        hop,
        url=url,
        trusted=hop.trusted and _same_server(hop.url, url),
        permanent=hop.permanent and status in _PERMANENT,
        visited=visited,
    )


def _target(hop: Hop, asked: str, location: bytes) -> httpx.URL:
    if not location.strip():
        raise BadRedirect(asked, f"{hop.url} does not say where to")
    try:
        url = hop.url.join(_text(location.strip()))
        is_web_address = _is_web_address(url)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise BadRedirect(asked, f"to no valid address: {error}") from error
    if not is_web_address:
        raise BadRedirect(asked, f"to {str(url)[:200]}, which is no web address")
    return _bare(url)


def _text(location: bytes) -> str:
    """Return a Location as text; percent-encode its bytes if they are not UTF-8.

    Chinese servers send the path unencoded, in UTF-8 or GBK. The next request sends the same bytes.
    """
    try:
        return location.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(chr(octet) if octet < 0x80 else f"%{octet:02X}" for octet in location)


def _is_web_address(url: httpx.URL) -> bool:
    return url.scheme in _SCHEMES and bool(url.host) and 0 < port_of(url) < 65536


def _bare(url: httpx.URL) -> httpx.URL:
    # A fragment is not sent, and credentials in a Location are ignored.
    if not url.fragment and not url.userinfo:
        return url
    return url.copy_with(fragment=None, username=None, password=None)


def _same_server(here: httpx.URL, there: httpx.URL) -> bool:
    """Return whether credentials for one address may be sent to another address.

    They may be sent to the same origin, and if only http has changed to https.
    """
    upgraded = (here.scheme, there.scheme) == ("http", "https")
    ports = {port_of(here), port_of(there)}
    same = here.scheme == there.scheme and len(ports) == 1
    return here.host == there.host and (same or (upgraded and ports == {80, 443}))


def port_of(url: httpx.URL) -> int:
    """Return the port of an address, or the default port of its scheme."""
    return url.port if url.port is not None else 443 if url.scheme == "https" else 80
