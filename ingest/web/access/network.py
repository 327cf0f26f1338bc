"""Which machine a request comes from, and for which name."""

from __future__ import annotations

from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import Scope

# A proxy on this machine adds at least one of these, and its visitors may be anywhere.
_OF_PROXIES = (
    *("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"),
    *("x-forwarded-server", "x-real-ip"),
)


def is_from_here(scope: Scope) -> bool:
    """Return whether a browser on this machine asks for a name of this machine.

    A page of another site may resolve its own name to 127.0.0.1 (DNS rebinding), so the Host must
    be a name of this machine.
    """
    client, headers = scope.get("client"), Headers(scope=scope)
    if client is None or any(name in headers for name in _OF_PROXIES):
        return False
    return is_loopback(client[0]) and _is_name_of_here(headers.get("host", "").lower())


def _is_name_of_here(host: str) -> bool:
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return name == "localhost" or name.endswith(".localhost") or is_loopback(name.strip("[]"))


def is_loopback(address: str) -> bool:
    """Return whether a text is an IP address of this machine itself."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
