"""Which machine sent a request, which host name it asks for, and which site it comes from."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from ingest.config.web import WebConfig

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
    return _is_loopback(client[0]) and _is_name_of_here(_host_in(headers))


def is_known_name(scope: Scope, web: WebConfig) -> bool:
    """Return whether a request is for this machine, an IP address, or a name of the settings.

    DNS rebinding needs a name, so every IP address is harmless.
    """
    name = _host_in(Headers(scope=scope))
    known = {*web.hosts, urlsplit(web.url).hostname}
    return name in known or _is_name_of_here(name) or _is_address(name)


def is_foreign(scope: Scope, web: WebConfig) -> bool:
    """Return whether a page of another site sends a request (Fetch Metadata, section 2.3)."""
    headers = Headers(scope=scope)
    if headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        return True
    origin = headers.get("origin")
    if origin is None:
        return False
    own = {headers.get("host", "").lower(), urlsplit(web.url).netloc}
    return urlsplit(origin).netloc.lower() not in own - {""}


def client_of(scope: Scope, web: WebConfig) -> str:
    """Return the address of the visitor; that of the proxy if the proxy is not a known one."""
    client = scope.get("client")
    address: str = client[0] if client else ""
    forwarded = ",".join(Headers(scope=scope).getlist("x-forwarded-for"))
    for earlier in reversed(forwarded.split(",")):
        if not (earlier.strip() and _is_of_proxy(address, web)):
            break
        address = earlier.strip()
    return address


def _host_in(headers: Headers) -> str:
    host = headers.get("host", "").lower()
    return (host.rsplit(":", 1)[0] if not host.endswith("]") else host).strip("[]")


def _is_name_of_here(name: str) -> bool:
    return name == "localhost" or name.endswith(".localhost") or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    return _is_address(address) and ip_address(address).is_loopback


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_of_proxy(address: str, web: WebConfig) -> bool:
    return _is_address(address) and any(ip_address(address) in net for net in web.proxies)
