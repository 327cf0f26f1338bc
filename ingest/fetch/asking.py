"""Decide which headers of a request each server may get. All functions are pure."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ingest.urls import without_secrets
from ingest.values import Validators

if TYPE_CHECKING:
    from ingest.fetch.redirects import Hop

_ACCEPT_ENCODING = b"gzip, deflate, br, zstd"
# Headers of a feed that may also be sent to other servers after a redirect.
_FOR_ALL_SERVERS = frozenset({"user-agent", "accept", "accept-language"})
_SEPARATORS = re.compile(r"[;,=\s]")
_SHORTEST_SECRET = 4  # characters; a shorter secret could occur in any text by chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The request that a caller of `Fetcher` makes, and its limits.

    `auth` and most `headers` (names in lower case) are secret: only the server of `url` gets them.
    """

    url: str
    validators: Validators
    headers: Mapping[str, str]
    auth: tuple[str, str] | None
    max_size: int
    total: timedelta
    idle: timedelta
    delay: timedelta | None
    truncate: bool

    @property
    def secrets(self) -> frozenset[str]:
        """Return the secrets that an answer may repeat: whole values, and their parts."""
        values = [value for name, value in self.headers.items() if name not in _FOR_ALL_SERVERS]
        if self.auth:
            values += [*self.auth, _basic(*self.auth).decode("ascii")]
        query = urlsplit(self.url).query
        shown = urlsplit(without_secrets(self.url)).query.split("&")
        values += [pair.partition("=")[2] for pair in query.split("&") if pair not in shown]
        parts = (part.strip() for value in values for part in _SEPARATORS.split(value))
        return frozenset(one for one in (*values, *parts) if len(one) >= _SHORTEST_SECRET)

    def address_at(self, hop: Hop) -> str:
        """Return the address of a hop: the caller's address, or the target of a redirect."""
        return str(hop.url) if hop.count else self.url

    def headers_for(self, hop: Hop) -> list[tuple[bytes, bytes]]:
        """Return the headers for the request of a hop.

        A hop is the first address, or the target of a redirect. If a redirect has left the server
        of the first address, the headers contain no secrets.
        """
        headers = [
            (name.encode(), _encode(value))
            for name, value in self.headers.items()
            if hop.trusted or name in _FOR_ALL_SERVERS
        ]
        if hop.trusted and (credentials := self.auth or hop.credentials):
            headers.append((b"authorization", _basic(*credentials)))
        return [*headers, (b"accept-encoding", _ACCEPT_ENCODING), *_conditions(self.validators)]


def _basic(user: str, password: str) -> bytes:
    """Encode credentials (RFC 7617)."""
    return b"Basic " + b64encode(_encode(f"{user}:{password}"))


def _encode(value: str) -> bytes:
    # Bytes of an environment variable that are not UTF-8 are sent unchanged (PEP 383).
    return value.encode("utf-8", "surrogateescape")


def _conditions(validators: Validators) -> Iterator[tuple[bytes, bytes]]:
    """Yield headers for both validators, because some servers support only one of the two."""
    if validators.etag:
        yield b"if-none-match", validators.etag.encode("latin-1", "replace")
    if validators.last_modified:
        yield b"if-modified-since", validators.last_modified.encode("latin-1", "replace")
