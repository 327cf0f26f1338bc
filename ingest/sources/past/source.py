"""The interface of a source of older entries, and the values that it takes and returns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from ingest.config import WaybackConfig
from ingest.errors import FetchError, SourceError, Unreadable
from ingest.feed import FeedState
from ingest.fetch import Fetcher
from ingest.fetch.redirects import first_hop
from ingest.manners import Manners
from ingest.sources.instances import Instances
from ingest.urls import absolute_link
from ingest.values import ParsedFeed, Piece, Planned
from ingest.workers import Workers


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """The services that a source needs to fetch documents."""

    fetcher: Fetcher
    workers: Workers
    manners: Manners
    instances: Instances
    wayback: WaybackConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The requested period of time: from `since`, inclusive, to `until`, exclusive."""

    since: datetime | None = None
    until: datetime | None = None

    def has(self, at: datetime | None) -> bool:
        """Return whether a time is in the window; True for an unknown time (None)."""
        return not self.is_before(at) and not (at and self.until and at >= self.until)

    def is_before(self, at: datetime | None) -> bool:
        """Return whether a time is before the window."""
        return bool(at and self.since and at < self.since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The result of reading a planned document: a piece, a list of more documents, or neither.

    If it is neither, `reason` says why. `left_out` says what was ignored in the document.
    `is_suspect` is true for a list that has addresses, but no wanted address. Such a list is
    reported as missing if the whole source gives no document.
    """

    piece: Piece | None = None
    more: Sequence[Planned] = ()
    reason: str | None = None
    left_out: str | None = None
    is_suspect: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a document of the past contains: the feed without its entries, and the entries' keys.

    `newest` is the latest date of publication. `is_foreign` is true if the document belongs to
    another site.
    """

    url: str
    feed: ParsedFeed
    keys: Sequence[str]
    newest: datetime | None
    is_foreign: bool = False


class Source(ABC):
    """A source of older entries for one feed, or for all feeds that files contain.

    If `is_promised` is true, every planned document should be readable, so an unreadable document
    is reported as missing. If `may_be_foreign` is true, a document may belong to another site's
    feed. `listed_at` is the address that `plan` fetches first, or an empty string.
    """

    is_promised = False
    may_be_foreign = False
    listed_at = ""

    @abstractmethod
    async def plan(self) -> Sequence[Planned]:
        """Return the first documents; raise `SourceError` if the source is unavailable."""

    @abstractmethod
    async def take(self, planned: Planned) -> Taken:
        """Fetch or read a document; raise `SourceError` if that fails."""

    def follow(self, planned: Planned, content: Contents) -> Sequence[Planned]:
        """Return the documents to which the content of a document leads."""
        return ()

    def pass_by(self, planned: Planned, error: SourceError) -> Sequence[Planned]:
        """Return the documents to try after a document that failed."""
        return ()

    def close(self) -> None:
        """Close open files."""
        return

    def is_end(self, planned: Planned, error: SourceError) -> bool:
        """Return whether an error only means that there are no more documents."""
        return False


def home_of(feed: FeedState) -> str:
    """Return the front page of the site that a feed links to, or of the feed's own host."""
    return urljoin(absolute_link(feed.link, feed.address) or feed.address, "/")


def check_address(url: str) -> str:
    """Return an address found in a document; raise `Unreadable` if it is not valid."""
    try:
        first_hop(absolute_link(url, None) or "")
    except FetchError:
        raise Unreadable(url, "it is no address that can be fetched") from None
    return url
