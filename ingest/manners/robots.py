"""Decide what robots.txt allows (RFC 9309), and build our User-Agent.

A feed needs no permission, because a user named its address. A page that a feed links to is
crawled, so it needs permission. Protego parses the file, after `_plain` has rewritten it.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from ingest.errors import BadRedirect, BadStatus, FetchError
from ingest.values import Document, NotModified

if TYPE_CHECKING:
    from protego import Protego

    from ingest.config import FetchConfig

# RFC 9309 section 2.5: crawlers read at least this much of the file; 2.4: rules hold for a day.
_MOST_READ = 500 * 1024
_KEPT = timedelta(hours=24)
# A server that did not answer is asked again after this time.
_KEPT_WITHOUT_ANSWER = timedelta(hours=1)
_LONGEST_CRAWL_DELAY = timedelta(minutes=5)
# Parsed rules take about twenty times the memory of their file.
_REMEMBERED_SERVERS, _REMEMBERED_BYTES = 1024, 2_000_000
_AGENT_LINE = re.compile(
    r"^[ \t]*user[ -]?agent[ \t]*[: \t][ \t]*(\*|[a-z_-]*)[^\r\n]*", re.IGNORECASE | re.MULTILINE
)
_NOT_ASCII = re.compile(rb"[^\t\r\n -~]")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Fetch(Protocol):
    """The interface of the fetcher that `Robots` uses."""

    async def fetch(
        self, url: str, *, accept: str, max_size: int, truncate: bool
    ) -> Document | NotModified:
        """Fetch a document, cut off at `max_size`; raise `FetchError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """The answer of a server's robots.txt about one address.

    Until the server has answered once, `is_known` is false and nothing is allowed. `delay` is the
    time that the server wants between two requests, if its file names one.
    """

    is_allowed: bool
    is_known: bool
    delay: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of one robots.txt for the crawler `agent`; if `parsed` is None, all is allowed."""

    agent: str
    parsed: Protego | None = None
    size: int = 0

    def allow(self, url: str) -> bool:
        """Return whether an address may be fetched."""
        return self.parsed is None or self.parsed.can_fetch(url, self.agent)

    @property
    def crawl_delay(self) -> timedelta | None:
        """Return the time between two requests, at most five minutes, or None if none is set."""
        seconds = self.parsed.crawl_delay(self.agent) if self.parsed else None
        if seconds is None:
            return None
        return timedelta(seconds=min(seconds, _LONGEST_CRAWL_DELAY.total_seconds()))


class Robots:
    """The rules of servers, fetched when needed and remembered for a day.

    Rules name us by our product token, which is the beginning of our User-Agent (`agent`).
    """

    def __init__(self, clock: Callable[[], datetime], agent: str) -> None:
        self._clock = clock
        self._agent = product_token(agent)
        self._servers: OrderedDict[str, _Server] = OrderedDict()

    async def permission(self, url: str, fetcher: Fetch) -> Permission:
        """Return whether the rules of an address's server allow the address."""
        rules = await self._rules(url, fetcher)
        if rules is None:
            return Permission(is_allowed=False, is_known=False, delay=None)
        return Permission(is_allowed=rules.allow(url), is_known=True, delay=rules.crawl_delay)

    async def _rules(self, url: str, fetcher: Fetch) -> Rules | None:
        server = self._server("{0.scheme}://{0.netloc}".format(urlsplit(url)))
        async with server.asking:
            if server.until is None or self._clock() >= server.until:
                server.rules, kept = await self._ask(server, fetcher)
                server.until = self._clock() + kept
                self._forget_oldest()
        return server.rules

    def _server(self, origin: str) -> _Server:
        server = self._servers.setdefault(origin, _Server(origin))
        self._servers.move_to_end(origin)
        return server

    def _forget_oldest(self) -> None:
        """Drop the least recently used rules until the remaining rules are within the limits."""
        size = sum(server.size for server in self._servers.values())
        while len(self._servers) > _REMEMBERED_SERVERS or size > _REMEMBERED_BYTES:
            size -= self._servers.popitem(last=False)[1].size

    async def _ask(self, server: _Server, fetcher: Fetch) -> tuple[Rules | None, timedelta]:
        """Fetch the rules; return them and how long they hold (section 2.3.1)."""
        try:
            answer = await fetcher.fetch(
                f"{server.origin}/robots.txt",
                accept="text/plain, */*;q=0.5",
                max_size=_MOST_READ,
                truncate=True,
            )
        except (BadStatus, BadRedirect) as error:
            status = error.status if isinstance(error, BadStatus) else 404
            if 400 <= status < 500 and status != 429:
                return Rules(agent=self._agent), _KEPT
            return server.rules, _KEPT_WITHOUT_ANSWER
        except FetchError:
            return server.rules, _KEPT_WITHOUT_ANSWER
        body = answer.body if isinstance(answer, Document) else b""
        return parse_robots(body, self._agent), _KEPT


class _Server:
    """A server with its last known rules; `rules` is None until the server has answered."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.asking = asyncio.Lock()
        self.rules: Rules | None = None
        self.until: datetime | None = None

    @property
    def size(self) -> int:
        """Return the size of the file in bytes."""
        return self.rules.size if self.rules else 0


def parse_robots(body: bytes, agent: str) -> Rules:
    """Parse the rules for a crawler.

    These are the groups of rules with the crawler's name, or if there are none, the group `*`.
    """
    from protego import Protego

    return Rules(agent=agent, parsed=Protego.parse(_plain(body, agent)), size=len(body))


def _plain(body: bytes, agent: str) -> str:
    """Return a robots.txt in the spelling that Protego expects.

    Octets outside of ASCII are percent-encoded (section 2.2.2), so that CR and LF are the only line
    ends (2.2). Each agent's name is cut to its product token (2.2.1). A token that is not ours is
    replaced, because Protego also accepts a token that is only the beginning of ours.
    """

    def escape(octet: re.Match[bytes]) -> bytes:
        return b"%%%02X" % octet[0][0]

    def own_or_other(line: re.Match[str]) -> str:
        is_ours = line[1] == "*" or line[1].lower() == agent.lower()
        return f"User-agent: {line[1] if is_ours else '-'}"

    text = _NOT_ASCII.sub(escape, body.removeprefix(_BYTE_ORDER_MARK)).decode("ascii")
    return _AGENT_LINE.sub(own_or_other, text.replace("\r", "\n"))


def user_agent(settings: FetchConfig) -> str:
    """Return the User-Agent (RFC 9110 section 10.1.5): `Guidang/0.1.0 (+https://…)`."""
    name = settings.user_agent or _own_name()
    return f"{name} (+{settings.contact})" if settings.contact else name


def product_token(agent: str) -> str:
    """Return the name by which robots.txt addresses us (RFC 9309 section 2.2.1)."""
    match = re.match(r"[A-Za-z_-]+", agent)
    return match[0] if match else "Guidang"


def _own_name() -> str:
    try:
        return f"Guidang/{version('guidang')}"
    except PackageNotFoundError:  # when run from a checkout
        return "Guidang"
