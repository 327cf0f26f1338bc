"""The exceptions of Guidang, grouped by the part of a run that they stop.

    GuidangError
    ├── SourceError         one feed backs off, the other feeds continue
    │   ├── FetchError
    │   │   ├── Unreachable       no answer: DNS, connection, TLS, time-out
    │   │   ├── BadStatus         an answer other than 2xx or 304
    │   │   │   └── Gone          404 and 410
    │   │   ├── TooLarge          more bytes than `fetch.max_size`
    │   │   ├── ForbiddenAddress  not a public address, or not http(s)
    │   │   ├── BadRedirect       a loop, too many redirects, or no address
    │   │   └── MissingSecret     a header or password that is not set
    │   ├── ParseError            a document that is not a feed
    │   ├── Unreadable            a document that takes too long, or too much memory, to read
    │   └── Fault                 an unexpected error: a bug in Guidang
    ├── ConfigError         the run does not start: exit code 2
    ├── UsageError          the command cannot be carried out as asked: exit code 2
    ├── ArchiveError        the run stops: exit code 3
    │   └── ArchiveFull           its disk is full; the service waits for room
    ├── PublishError        the files are written, but git or the user's command failed
    └── StoreError          the run stops: exit code 3
        ├── StoreFull             its disk is full; the service waits for room
        ├── StoreBusy             another process holds the database
        └── StoreConflict         a deadlock; this transaction was rolled back

Any other exception becomes a `Fault` at the nearest border (see `ingest.border`). Constructors pass
all arguments to `Exception`, because pickle needs them. `__str__` is English; `cli` translates it.
"""

from __future__ import annotations

import traceback
from datetime import timedelta
from typing import Self

from ingest.messages import message
from ingest.urls import Url, hide_secrets

_LONGEST_FAULT, _LONGEST_TRACE = 200, 20_000  # characters; messages may quote documents


class GuidangError(Exception):
    """The base of all exceptions that Guidang raises on purpose."""

    @property
    def kind(self) -> str:
        """Return a short stable name for logs, metrics and past polls, such as `bad_status`."""
        name = type(self).__name__.removesuffix("Error")
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


class SourceError(GuidangError):
    """A source returned no usable document."""


class FetchError(SourceError):
    """A document that could not be fetched."""


class Unreachable(FetchError):
    """No answer arrived; with `timed_out`, there was a connection but no answer in time."""

    def __init__(
        self, url: str, reason: str, connection_refused: bool = False, timed_out: bool = False
    ) -> None:
        reason = hide_secrets(reason)
        super().__init__(Url(url), reason, connection_refused, timed_out)
        self.url = Url(url)
        self.reason = reason
        self.connection_refused = connection_refused
        self.timed_out = timed_out

    def __str__(self) -> str:
        return message(f"no answer: {self.reason}")


class BadStatus(FetchError):
    """The server answered with a status other than 2xx or 304."""

    def __init__(
        self, url: str, status: int, detail: str = "", retry_after: timedelta | None = None
    ) -> None:
        super().__init__(Url(url), status, detail, retry_after)
        self.url = Url(url)
        self.status = status
        self.detail = detail
        self.retry_after = retry_after

    def __str__(self) -> str:
        detail = f": {self.detail}" if self.detail else ""
        if self.retry_after is None:
            return message(f"the server answered {self.status}{detail}")
        wait = f"{self.retry_after}{detail}"
        return message(f"the server answered {self.status}, asks to wait {wait}")


class Gone(BadStatus):
    """The server answered that the document does not exist (404, 410)."""


class TooLarge(FetchError):
    """The document is larger than the limit of its request, which `setting` names."""

    def __init__(self, url: str, limit: int, setting: str = "fetch.max_size") -> None:
        super().__init__(Url(url), limit, setting)
        self.url, self.limit, self.setting = Url(url), limit, setting

    def __str__(self) -> str:
        setting, limit = self.setting, f"{self.limit:,}"
        return message(f"larger than {setting} ({limit} bytes after decompression)")


class ForbiddenAddress(FetchError):
    """The address is not public, so a feed must not make Guidang fetch it."""

    def __init__(self, url: str, address: str) -> None:
        super().__init__(Url(url), address)
        self.url = Url(url)
        self.address = address

    def __str__(self) -> str:
        return message(
            f"{self.address} is not a public address; "
            "if you trust it, add its network to fetch.allow_private"
        )


class BadRedirect(FetchError):
    """A redirect that cannot be followed."""

    def __init__(self, url: str, reason: str) -> None:
        reason = hide_secrets(reason)
        super().__init__(Url(url), reason)
        self.url = Url(url)
        self.reason = reason

    def __str__(self) -> str:
        return message(f"cannot follow the redirect: {self.reason}")


class MissingSecret(FetchError):
    """A header or password that the feed's settings refer to is not set."""

    def __init__(self, url: str, place: str) -> None:
        super().__init__(Url(url), place)
        self.url = Url(url)
        self.place = place

    def __str__(self) -> str:
        return message(f"not fetched: its settings refer to {self.place}, which is not set")


class ParseError(SourceError):
    """A document that is not a feed; `what` describes what it seems to be, such as a web page.

    `holds_entries` means that the document has entries, but in a form that cannot be read.
    """

    def __init__(self, url: str, what: str, *, holds_entries: bool = False) -> None:
        super().__init__(Url(url), what)
        self.url = Url(url)
        self.what = what
        self.holds_entries = holds_entries

    def __str__(self) -> str:
        return message(f"not a feed: {self.what}")


class Unreadable(SourceError):
    """A document that takes too much time or memory to read; has the fields of `ParseError`."""

    def __init__(self, url: str, reason: str, *, holds_entries: bool = False) -> None:
        super().__init__(Url(url), reason)
        self.url = Url(url)
        self.reason = reason
        self.holds_entries = holds_entries

    def __str__(self) -> str:
        return message(f"cannot be read: {self.reason}")


class Fault(SourceError):
    """An unexpected error while polling a feed or reading a document: a bug in Guidang.

    `border` converts other exceptions to faults. `trace` is the traceback as text, for pickle.
    """

    def __init__(self, url: str, what: str, trace: str = "") -> None:
        super().__init__(Url(url), what, trace)
        self.url = Url(url)
        self.what = what
        self.trace = trace

    @classmethod
    def of(cls, url: str, error: BaseException) -> Self:
        """Make a fault from any exception, with its traceback as text."""
        last = hide_secrets(traceback.format_exception_only(error)[-1].strip().partition("\n")[0])
        trace = hide_secrets("".join(traceback.format_exception(error, chain=False)))
        return cls(url, last[:_LONGEST_FAULT], trace[-_LONGEST_TRACE:])

    def __str__(self) -> str:
        return message(f"a bug in Guidang ({self.what}); please report it")


class ConfigError(GuidangError):
    """A configuration that cannot be used; `problems` lists each mistake with its table and key."""

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        super().__init__(source, problems)
        self.source = source
        self.problems = problems

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return f"{self.source}: {self.problems[0]}"
        listed = "".join(f"\n  {problem}" for problem in self.problems)
        return f"{message(f'{self.source}: {len(self.problems)} mistakes:')}{listed}"


class UsageError(GuidangError):
    """A command that cannot be carried out with its arguments."""


class ArchiveError(GuidangError):
    """The archive folder cannot be written or read."""


class ArchiveFull(ArchiveError):
    """The disk that the archive folder is on is full."""


class PublishError(GuidangError):
    """The files are written, but git or the user's command failed."""


class StoreError(GuidangError):
    """The database cannot be used."""


class StoreFull(StoreError):
    """The disk that the database is on is full."""


class StoreBusy(StoreError):
    """Another process holds the database."""


class StoreConflict(StoreError):
    """A deadlock: this transaction was rolled back and may be tried again."""
