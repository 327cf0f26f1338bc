"""What robots.txt allows (RFC 9309), and the name by which it may call us.

A feed is fetched because a person named it; that needs no permission. A page that a feed links to
is crawled, and does.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, unquote_to_bytes, urlsplit

from ingest.errors import BadRedirect, BadStatus, FetchError
from ingest.values import Document, NotModified

if TYPE_CHECKING:
    from ingest.config import FetchConfig

# RFC 9309 section 2.5: at least this much of the file is read; 2.4: a day is the usual age.
_MOST_READ = 500 * 1024
_KEPT = timedelta(hours=24)
# A server that did not answer is asked again sooner.
_KEPT_WITHOUT_ANSWER = timedelta(hours=1)
_LONGEST_CRAWL_DELAY = timedelta(minutes=5)
_REMEMBERED_SERVERS = 1024


class Fetch(Protocol):
    """The fetcher, as far as it is needed here."""

    async def fetch(
        self, url: str, *, accept: str, max_size: int, truncate: bool
    ) -> Document | NotModified:
        """Fetch a document, cut off at `max_size`; raise `FetchError`."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robots.txt says to one crawler; without rules all is allowed."""

    lines: tuple[tuple[str, bool], ...] = ()
    crawl_delay: timedelta | None = None

    def allow(self, path: str) -> bool:
        """Whether a path (with its query) may be asked for: the longest rule that fits wins,
        and of two as long the one that allows (section 2.2.2).
        """
        path = _normal(path)
        fitting = [(len(p), allowed) for p, allowed in self.lines if _fits(p, path)]
        return max(fitting, default=(0, True))[1]


_EVERYTHING = Rules()
_NOTHING = Rules(lines=(("/", False),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What a server's robots.txt says about one address.

    `is_known` is false, and nothing allowed, until the server has answered once. `delay` is how
    long two requests shall lie apart, if the server says so.
    """

    is_allowed: bool
    is_known: bool
    delay: timedelta | None


class Robots:
    """Asks servers for their rules, and remembers them for a day.

    Rules may name us by the product token that our User-Agent, `agent`, begins with.
    """

    def __init__(self, clock: Callable[[], datetime], agent: str) -> None:
        self._clock = clock
        self._agent = product_token(agent)
        self._servers: OrderedDict[str, _Server] = OrderedDict()

    async def permission(self, url: str, fetcher: Fetch) -> Permission:
        """Return what the rules of an address's server say about it."""
        rules, parts = await self._rules(url, fetcher), urlsplit(url)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        return Permission(
            is_allowed=rules.allow(path), is_known=rules is not _NOTHING, delay=rules.crawl_delay
        )

    async def _rules(self, url: str, fetcher: Fetch) -> Rules:
        server = self._server("{0.scheme}://{0.netloc}".format(urlsplit(url)))
        async with server.asking:
            if server.until is None or self._clock() >= server.until:
                server.rules, kept = await self._ask(server, fetcher)
                server.until = self._clock() + kept
        return server.rules

    def _server(self, origin: str) -> _Server:
        server = self._servers.setdefault(origin, _Server(origin))
        self._servers.move_to_end(origin)
        if len(self._servers) > _REMEMBERED_SERVERS:
            self._servers.popitem(last=False)
        return server

    async def _ask(self, server: _Server, fetcher: Fetch) -> tuple[Rules, timedelta]:
        """Return the rules as they are now, and for how long they hold (section 2.3.1)."""
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
                return _EVERYTHING, _KEPT
            return server.rules, _KEPT_WITHOUT_ANSWER
        except FetchError:
            return server.rules, _KEPT_WITHOUT_ANSWER
        body = answer.body if isinstance(answer, Document) else b""
        return parse_robots(body, self._agent), _KEPT


class _Server:
    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.asking = asyncio.Lock()
        self.rules = _NOTHING  # until it answers, and what it said last if it then does not
        self.until: datetime | None = None


def parse_robots(body: bytes, agent: str) -> Rules:
    """Read the rules for a crawler: its own groups', else those of `*`."""
    lines = list(_lines(body))
    for wanted in (agent.lower(), "*"):
        if any(field == "user-agent" and _token(value) == wanted for field, value in lines):
            return _rules_for(wanted, lines)
    return _EVERYTHING


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    for line in re.split(r"[\r\n]+", body.decode("utf-8-sig", "replace")):
        field, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield field.strip().lower(), value.strip()


def _token(value: str) -> str:
    match = re.match(r"\*|[a-z_-]+", value.lower())
    return match[0] if match else ""


def _rules_for(wanted: str, lines: list[tuple[str, str]]) -> Rules:
    """Gather a crawler's groups into one; a group is named by all the lines on its top."""
    rules: list[tuple[str, bool]] = []
    delay: timedelta | None = None
    naming = ours = False
    for field, value in lines:
        if field == "user-agent":
            ours = (ours and naming) or _token(value) == wanted
            naming = True
        elif field in {"allow", "disallow"}:
            naming = False
            if ours and value:
                rules.append((_normal(value), field == "allow"))
        elif field == "crawl-delay":
            naming = False
            delay = _seconds(value) if ours else delay
    return Rules(tuple(rules), delay)


def _seconds(value: str) -> timedelta | None:
    if not re.fullmatch(r"\d{1,6}(\.\d*)?", value, re.ASCII):
        return None
    return min(timedelta(seconds=float(value)), _LONGEST_CRAWL_DELAY)


def _normal(path: str) -> str:
    """Write a path with one spelling for each octet, so that paths compare (section 2.2.2)."""
    head, *escaped = path.split("%")
    kept = "".join(_unescaped(part) for part in escaped)
    return quote(head + kept, safe="/?#[]@!$&'()*+,;=:%-._~")


def _unescaped(part: str) -> str:
    octet = unquote_to_bytes(f"%{part[:2]}")
    harmless = len(octet) == 1 and re.fullmatch(rb"[A-Za-z0-9._~-]", octet)
    return octet.decode() + part[2:] if harmless else f"%{part[:2].upper()}{part[2:]}"


def _fits(pattern: str, path: str) -> bool:
    """Match `*` and a last `$`, in time linear in the path: each part where it first occurs."""
    anchored = pattern.endswith("$")
    first, *parts = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    position = len(first)
    last = parts.pop() if anchored and parts else None
    for part in parts:
        found = path.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    if last is not None:
        return len(path) - len(last) >= position and path.endswith(last)
    return not anchored or position == len(path)


def user_agent(settings: FetchConfig) -> str:
    """Write the User-Agent (RFC 9110 section 10.1.5): `Guidang/0.1.0 (+https://…)`."""
    name = settings.user_agent or _own_name()
    return f"{name} (+{settings.contact})" if settings.contact else name


def product_token(agent: str) -> str:
    """Take the name that robots.txt may call us by (RFC 9309 section 2.2.1)."""
    match = re.match(r"[A-Za-z_-]+", agent)
    return match[0] if match else "Guidang"


def _own_name() -> str:
    try:
        return f"Guidang/{version('guidang')}"
    except PackageNotFoundError:  # run from a checkout
        return "Guidang"
