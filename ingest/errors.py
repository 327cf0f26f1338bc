"""What can go wrong, classed by how much stops.

    GuidangError
    ├── SourceError         one feed backs off, the others go on
    │   ├── FetchError
    │   │   ├── Unreachable       no answer: DNS, connection, TLS, time-out
    │   │   ├── BadStatus         an answer other than 2xx or 304
    │   │   │   └── Gone          404 and 410
    │   │   ├── TooLarge          more bytes than `fetch.max_size`
    │   │   ├── ForbiddenAddress  not a public address, or not http(s)
    │   │   ├── BadRedirect       a loop, too many hops, a hop without an address
    │   │   └── MissingSecret     a header or password that is not where it should be
    │   ├── ParseError            an answer that is no feed
    │   ├── Unreadable            a document that takes too long, or too much memory, to read
    │   └── Fault                 an error that nobody expected: a bug of ours
    ├── ConfigError         the run does not start: exit code 2
    ├── UsageError          the command cannot be carried out as asked: exit code 2
    ├── ArchiveError        the run stops: exit code 3
    │   └── ArchiveFull           its disk is full; the service waits for room
    └── StoreError          the run stops: exit code 3
        ├── StoreFull             its disk is full; the service waits for room
        ├── StoreBusy             another process holds the database
        └── StoreConflict         two transactions waited for each other, and this one was undone

Whatever else is raised becomes a `Fault` at the nearest `border`: that of an entry's page, of a
document of the past, of a feed. An entry is kept without its full text, a document counts as
missing, a feed backs off.

Constructors take the facts and hand them to `Exception` as they are, so that every error can
cross a process border; the sentence for people is made in `__str__`.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Self

_LONGEST_FAULT, _LONGEST_TRACE = 200, 20_000  # characters; a message may quote a document


class GuidangError(Exception):
    """Everything Guidang raises on purpose."""

    @property
    def kind(self) -> str:
        """A short stable name for logs, metrics and the poll history, such as `bad_status`."""
        name = type(self).__name__.removesuffix("Error")
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


class SourceError(GuidangError):
    """A source that gave no usable document."""


class FetchError(SourceError):
    """A document that could not be fetched."""


class Unreachable(FetchError):
    """No answer came; `timed_out` if the server was there and did not answer in time."""

    def __init__(
        self, url: str, reason: str, connection_refused: bool = False, timed_out: bool = False
    ) -> None:
        super().__init__(url, reason, connection_refused, timed_out)
        self.url = url
        self.reason = reason
        self.connection_refused = connection_refused
        self.timed_out = timed_out

    def __str__(self) -> str:
        return f"no answer: {self.reason}"


class BadStatus(FetchError):
    """The server answered with a status that is no success."""

    def __init__(
        self, url: str, status: int, detail: str = "", retry_after: timedelta | None = None
    ) -> None:
        super().__init__(url, status, detail, retry_after)
        self.url = url
        self.status = status
        self.detail = detail
        self.retry_after = retry_after

    def __str__(self) -> str:
        wait = f", asks to wait {self.retry_after}" if self.retry_after is not None else ""
        detail = f": {self.detail}" if self.detail else ""
        return f"the server answered {self.status}{wait}{detail}"


class Gone(BadStatus):
    """The server says that nothing is there (404, 410)."""


class TooLarge(FetchError):
    """The document is larger than we accept."""

    def __init__(self, url: str, limit: int) -> None:
        super().__init__(url, limit)
        self.url = url
        self.limit = limit

    def __str__(self) -> str:
        return f"larger than fetch.max_size ({self.limit:,} bytes after decompression)"


class ForbiddenAddress(FetchError):
    """The address is not one that a feed may lead us to."""

    def __init__(self, url: str, address: str) -> None:
        super().__init__(url, address)
        self.url = url
        self.address = address

    def __str__(self) -> str:
        return (
            f"{self.address} is not a public address; "
            "if you trust it, name its network in fetch.allow_private"
        )


class BadRedirect(FetchError):
    """A redirect that leads nowhere."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(url, reason)
        self.url = url
        self.reason = reason

    def __str__(self) -> str:
        return f"redirected nowhere: {self.reason}"


class MissingSecret(FetchError):
    """A header or password that the feed's settings look for in vain."""

    def __init__(self, url: str, place: str) -> None:
        super().__init__(url, place)
        self.url = url
        self.place = place

    def __str__(self) -> str:
        return f"not asked: its settings name {self.place}, and nothing is there"


class ParseError(SourceError):
    """A document that is no feed; `what` names what it is instead, as far as we can tell.

    `holds_entries` says that it has entries all the same, in a form that cannot be read.
    """

    def __init__(self, url: str, what: str, *, holds_entries: bool = False) -> None:
        super().__init__(url, what)
        self.url = url
        self.what = what
        self.holds_entries = holds_entries

    def __str__(self) -> str:
        return f"not a feed: {self.what}"


class Unreadable(SourceError):
    """A document that cannot be read within its bounds.

    `holds_entries` says that it has some all the same, in a form that cannot be read.
    """

    def __init__(self, url: str, reason: str, *, holds_entries: bool = False) -> None:
        super().__init__(url, reason)
        self.url = url
        self.reason = reason
        self.holds_entries = holds_entries

    def __str__(self) -> str:
        return f"cannot be read: {self.reason}"


class Fault(SourceError):
    """An error that nobody expected while a feed was polled or a document was read.

    It is made at the borders of a feed, an entry and a reader process, of whatever was raised
    there; `trace` is the traceback, as text, because the error itself may not be picklable.
    """

    def __init__(self, url: str, what: str, trace: str = "") -> None:
        super().__init__(url, what, trace)
        self.url = url
        self.what = what
        self.trace = trace

    @classmethod
    def of(cls, url: str, error: BaseException) -> Self:
        """Make a fault of any error, with what is known of where it was raised."""
        last = traceback.format_exception_only(error)[-1].strip().partition("\n")[0]
        trace = "".join(traceback.format_exception(error, chain=False))
        return cls(url, last[:_LONGEST_FAULT], trace[-_LONGEST_TRACE:])

    def __str__(self) -> str:
        return f"a fault of Guidang itself ({self.what}); please report it"


@contextmanager
def border(url: str) -> Iterator[None]:
    """Let a `GuidangError` pass; raise anything else as a `SourceError` of `url`.

    Running out of memory is the document's doing, and all the rest a fault of ours.
    """
    try:
        yield
    except GuidangError:
        raise
    except MemoryError:
        raise Unreadable(url, "it takes too much memory") from None
    except Exception as error:  # noqa: BLE001 - the one place that takes whatever is raised
        raise Fault.of(url, error) from None


class ConfigError(GuidangError):
    """A configuration that cannot be used; `problems` names each place and what is wrong."""

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        super().__init__(source, problems)
        self.source = source
        self.problems = problems

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return f"{self.source}: {self.problems[0]}"
        listed = "".join(f"\n  {problem}" for problem in self.problems)
        return f"{self.source}: {len(self.problems)} mistakes:{listed}"


class UsageError(GuidangError):
    """A command that cannot be carried out as it was asked for."""


class ArchiveError(GuidangError):
    """The archive folder cannot be written or read."""


class ArchiveFull(ArchiveError):
    """The disk that the archive folder is on is full."""


class StoreError(GuidangError):
    """The database cannot be used."""


class StoreFull(StoreError):
    """The disk that the database is on is full."""


class StoreBusy(StoreError):
    """Another process holds the database."""


class StoreConflict(StoreError):
    """Two transactions waited for each other, and this one was undone; it may be made again."""
