"""Decide which requests go through a proxy.

A proxy resolves host names itself. It is often used because the local name service gives wrong
addresses. A request to this machine or its network never goes through a proxy.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_network

from ingest.fetch.addresses import Address, is_public, parse_literal

NO_PROXY = "none"
# No public server has such a name. Some are reserved by RFC 6761, 6762 and 8375. ICANN does not
# delegate the others, because routers and companies use them (OpenWrt: `.lan`).
_LOCAL_DOMAINS = (
    *(".localhost", ".local", ".internal", ".home.arpa"),
    *(".lan", ".home", ".corp", ".localdomain"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """The proxy for all requests, and the hosts that are reached without the proxy.

    `apart` lists those hosts as names (with their subdomains), addresses or networks; `*` means
    all hosts.
    """

    proxy: str
    apart: tuple[str, ...] = ()

    def way_to(self, host: str, own: str | None = None) -> str | None:
        """Return the proxy for a host, or None if the host is reached without a proxy.

        `own` is the proxy of the feed, which has precedence over the proxy for all requests.
        """
        if is_local(host) or own == NO_PROXY:
            return None
        if own:
            return own
        return None if not self.proxy or _is_among(host, self.apart) else self.proxy


def is_local(host: str) -> bool:
    """Return whether a host can only be on this machine or in its network.

    This is true for names without a dot, names in reserved domains, and addresses that are not
    public, in any spelling.
    """
    name = _plain(host)
    address = address_of(name)
    if address is not None:
        return not is_public(address)
    return "." not in name or name.endswith(_LOCAL_DOMAINS)


def address_of(host: str) -> Address | None:
    """Return a host as an address, in any spelling that the system accepts (`127.1`), or None."""
    literal = parse_literal(host)
    if literal is not None or not host[:1].isdigit():
        return literal
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def _is_among(host: str, apart: Iterable[str]) -> bool:
    name = _plain(host)
    address = address_of(name)
    return any(_fits(name, address, entry) for entry in apart)


def _fits(name: str, address: Address | None, entry: str) -> bool:
    if entry == "*" or name == entry:
        return True
    if address is None:
        return name.endswith(f".{entry}")
    if "/" in entry:
        network = ip_network(entry)
        return network.version == address.version and address in network
    return address_of(entry) == address


def _plain(host: str) -> str:
    return host.lower().strip(".").removeprefix("[").removesuffix("]")
