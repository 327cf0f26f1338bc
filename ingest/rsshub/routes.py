"""Convert routes to addresses at an instance and back: `rsshub://zhihu/hot` ↔ `https://host/…`.

Documents of RSSHub are recognised by their headers and content.

An ACCESS_KEY is never sent or stored with an address. Instead, a request has the `code` that RSSHub
derives from path and key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from ingest.config import RsshubConfig

SCHEME = "rsshub"
_ACCESS = frozenset({"key", "code"})
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
# Encoded characters that JavaScript's decodeURI does not decode, and `%25`, which Hono keeps, too.
_LEFT_ENCODED = re.compile("%(?=2[3456BCF]|3[ABDF]|40)", re.IGNORECASE)
# characters; a shorter secret could occur in other text by chance
_SHORTEST_SECRET = 8
GENERATOR = "RSSHub"
_ROUTE_HEADER = "x-rsshub-route"
_HEADERS = frozenset({"rsshub-node", _ROUTE_HEADER, "rsshub-cache-status"})
_SIGNATURE = "Powered by RSSHub"
_LONGEST_PATTERN = 500

Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A server that runs RSSHub; `address` has no slash at its end and no key."""

    address: str = field(repr=False)
    key: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """Return the address without credentials, for output and storage."""
        parts = urlsplit(self.address)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def instances_of(config: RsshubConfig) -> tuple[Instance, ...]:
    """Return the instances in the order of the configuration.

    An instance with `?key=` in its address uses that key, which may be empty.
    """
    return tuple(_instance(address, config.access_key) for address in config.instances)


def _instance(address: str, access_key: str) -> Instance:
    parts = urlsplit(address)
    own = dict(parse_qsl(parts.query, keep_blank_values=True))
    base = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
    return Instance(address=base, key=own.get("key", access_key))


def is_route(url: str) -> bool:
    """Return whether an address is a route (`rsshub://`)."""
    return url.lower().startswith(f"{SCHEME}://")


def kept_address(url: str, instances: Iterable[Instance]) -> str:
    """Return the address to store: a route in its normal form, without key and code.

    An address of an unknown server is unchanged, because it may need its key or code.
    """
    if is_route(url):
        parts = urlsplit(url)
        path = f"{parts.netloc}{parts.path}".rstrip("/")
        query = _without_access(parts.query)
        return f"{SCHEME}://{path}" + (f"?{query}" if query else "")
    return without_access(url) if instance_of(url, instances) else url


def without_access(url: str) -> str:
    """Return an address without `key` and `code`, and otherwise unchanged."""
    return urlunsplit(urlsplit(url)._replace(query=_without_access(urlsplit(url).query)))


def carries_access(url: str) -> bool:
    """Return whether an address has a key or a code."""
    return without_access(url) != urlunsplit(urlsplit(url))


def _without_access(query: str) -> str:
    return "&".join(p for p in query.split("&") if p.partition("=")[0].lower() not in _ACCESS)


def instance_of(url: str, instances: Iterable[Instance]) -> Instance | None:
    """Return the RSSHub instance that an http(s) address belongs to.

    The schemes http and https are treated as equal.
    """
    server, path = _place(url)
    for instance in instances:
        own_server, base = _place(instance.address)
        if server == own_server and f"{path}/".startswith(f"{base}/"):
            return instance
    return None


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    server = parts.netloc.rpartition("@")[2].lower()
    return server.removesuffix(_DEFAULT_PORTS.get(parts.scheme.lower(), "\0")), parts.path


def route_of(url: str, instances: Iterable[Instance]) -> str | None:
    """Return the route of RSSHub to which an address of a known instance leads."""
    instance = None if is_route(url) else instance_of(url, instances)
    if instance is None:
        return None
    parts = urlsplit(url)
    path = parts.path[len(urlsplit(instance.address).path) :].strip("/")
    query = f"?{parts.query}" if parts.query else ""
    return kept_address(f"{SCHEME}://{path}{query}", ()) if path else None


def path_of(url: str) -> str:
    """Return the path of an address; for a route, the path in RSSHub, such as `/zhihu/hot`."""
    parts = urlsplit(url)
    return f"/{parts.netloc}{parts.path}".rstrip("/") if is_route(url) else parts.path


def address_of(route: str, instance: Instance) -> str:
    """Return the address of a route at an RSSHub instance: `rsshub://a/b` → `https://host/a/b`."""
    query = urlsplit(route).query
    return with_code(f"{instance.address}{path_of(route)}{f'?{query}' if query else ''}", instance)


def with_code(url: str, instance: Instance) -> str:
    """Return an address with the right `code`, and without its old `key` and `code`.

    The code is the MD5 of the whole path of the address and the key of the instance. If the
    instance has no key, no code is added. RSSHub decodes the path before it computes the MD5, like
    JavaScript's decodeURI: `%E7%BD%97…` becomes `罗…`, but `%2F` is not decoded.
    """
    url = without_access(url)
    if not instance.key:
        return url
    code = _md5(_decode(urlsplit(url).path) + instance.key)
    return f"{url}{'&' if urlsplit(url).query else '?'}code={code}"


def _decode(path: str) -> str:
    try:
        return unquote(_LEFT_ENCODED.sub("%25", path), errors="strict")
    except UnicodeDecodeError:
        return path


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def secrets_in(url: str, key: str = "") -> tuple[str, ...]:
    """Return the secrets of a request: codes and keys in its address, and the instance's key."""
    named = [value for name, value in parse_qsl(urlsplit(url).query) if name.lower() in _ACCESS]
    return tuple(secret for secret in (*named, key) if len(secret) >= _SHORTEST_SECRET)


def generator_of(headers: Headers, generator: str | None, description: str) -> str | None:
    """Return `RSSHub` if headers or description show that it made the feed, or else `generator`."""
    signed = description.rstrip().endswith(_SIGNATURE)
    told = any(name in _HEADERS for name, _ in headers)
    return GENERATOR if signed or told else generator


def is_rsshub(generator: str | None) -> bool:
    """Return whether a feed's generator is RSSHub."""
    return (generator or "").strip().lower() == GENERATOR.lower()


def matched_pattern(headers: Headers) -> str | None:
    """Return the pattern of the route, which RSSHub names in a header: `/zhihu/hot`."""
    pattern = next((value for name, value in headers if name == _ROUTE_HEADER), "").strip()
    return pattern if pattern.startswith("/") and len(pattern) <= _LONGEST_PATTERN else None
