"""Decide which IP addresses are public, that is, not in a private network or on this machine.

`ipaddress.is_global` is not used. Its result for several blocks differs between patch releases of
Python, and it ignores IPv4 addresses that are embedded in IPv6 addresses.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# The blocks of the IANA IPv4 Special-Purpose Address Registry, multicast, and the former class E.
# Blocks that the registry calls globally reachable are in this list if they hold no web servers.
_SPECIAL_IPV4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT; cloud providers keep their metadata servers here
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, with the metadata servers of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # former 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarking; the "fake IPs" of Clash and Surge
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)

# The only block of IPv6 for global unicast; loopback, link-local, unique-local, site-local and
# multicast addresses are outside of it.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_SPECIAL_IPV6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)

_TEREDO = IPv6Network("2001::/32")
_SIX_TO_FOUR = IPv6Network("2002::/16")
# Prefixes of addresses that end with an IPv4 address: IPv4-mapped (RFC 4291), NAT64 (RFC 6052), and
# NAT64 for local use (RFC 8215). Local prefixes of other lengths are refused, because the position
# of the IPv4 address is unknown.
_LAST_FOUR_OCTETS = tuple(
    IPv6Network(prefix) for prefix in ("::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/96")
)


def is_public(address: Address | str) -> bool:
    """Return whether an address, and every IPv4 address embedded in it, is public."""
    return all(_is_public_itself(carried) for carried in carried_addresses(address))


def is_allowed(address: Address | str, allow_private: tuple[Network, ...]) -> bool:
    """Return whether an address is public, or in a network that the operator allowed."""
    own = _parse(address)
    return _is_in(own, allow_private) or all(
        _is_public_itself(carried) or _is_in(carried, allow_private)
        for carried in carried_addresses(own)
    )


def carried_addresses(address: Address | str) -> tuple[Address, ...]:
    """Return the IPv4 addresses embedded in an IPv6 address, or the address itself."""
    address = _parse(address)
    if isinstance(address, IPv4Address):
        return (address,)
    packed = address.packed
    if any(address in prefix for prefix in _LAST_FOUR_OCTETS):
        return (IPv4Address(packed[12:]),)
    if address in _SIX_TO_FOUR:
        return (IPv4Address(packed[2:6]),)
    if address in _TEREDO:
        client = bytes(octet ^ 0xFF for octet in packed[12:])
        return (IPv4Address(packed[4:8]), IPv4Address(client))
    return (address,)


def _parse(address: Address | str) -> Address:
    # A zone (fe80::1%eth0) occurs only with link-local addresses, and makes no difference here.
    return ip_address(address.partition("%")[0]) if isinstance(address, str) else address


def _is_public_itself(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not _is_in(address, _SPECIAL_IPV4)
    return address in _GLOBAL_UNICAST and not _is_in(address, _SPECIAL_IPV6)


def _is_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def parse_literal(host: str) -> Address | None:
    """Return a host as an IP address, or None if it is a name or an unusually spelled address."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None
