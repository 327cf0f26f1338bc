"""What every source of history is, and what travels between it and the walk."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
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
from ingest.values import Document, ParsedFeed, Planned


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """What sources ask with."""

    fetcher: Fetcher
    manners: Manners
    instances: Instances
    wayback: WaybackConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time that is wanted, from `since` up to before `until`."""

    since: datetime | None = None
    until: datetime | None = None

    def has(self, at: datetime | None) -> bool:
        """Whether an instant is wanted; one that is not known is."""
        return not self.is_before(at) and not (at and self.until and at >= self.until)

    def is_before(self, at: datetime | None) -> bool:
        """Whether an instant is older than all that is wanted."""
        return bool(at and self.since and at < self.since)


class Form(enum.StrEnum):
    """What a document is to be read as."""

    FEED = "feed"
    PAGE = "page"
    RECORD = "record"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A document that was taken; `as_of` is when it was the present, None if long ago.

    One that `dates_itself` is as old as it says. `published` and `changed` are the dates of a page
    that has none of its own, by the list that led to it. `name` is that of a record, with its
    folders below the path that was given. With `drafts`, posts that were not published are
    wanted as well.
    """

    document: Document
    form: Form = Form.FEED
    as_of: datetime | None = None
    dates_itself: bool = False
    published: str | None = None
    changed: str | None = None
    name: str = ""
    drafts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was at the place of a planned document: a piece, or lists of more, or neither.

    `reason` says why there is neither. `left_out` says what was ignored beside what was found.
    A list that `is_suspect` has something in it and leads to nothing: if no list of the walk leads
    to anything, that is no success.
    """

    piece: Piece | None = None
    more: Sequence[Planned] = ()
    reason: str | None = None
    left_out: str | None = None
    is_suspect: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a piece was found to hold: the feed without its entries, and the entries' keys.

    `newest` is the newest publication in it; `is_foreign` says that it is another site's.
    """

    url: str
    feed: ParsedFeed
    keys: Sequence[str]
    newest: datetime | None
    is_foreign: bool = False


class Source(ABC):
    """A source of history for one feed, or for whatever feeds files hold.

    Where documents are promised, one that is something else is missing, and not passed over.
    Where anything may stand at an address, it may be another site's feed. Planning asks at
    `listed_at`, if that is not empty.
    """

    is_promised = False
    may_be_foreign = False
    listed_at = ""

    @abstractmethod
    async def plan(self) -> Sequence[Planned]:
        """The first documents; raise `SourceError` if the source cannot be had."""

    @abstractmethod
    async def take(self, planned: Planned) -> Taken:
        """Take a document; raise `SourceError` if it cannot be had."""

    def follow(self, planned: Planned, content: Content) -> Sequence[Planned]:
        """The documents that one leads to: none, where all are in a list."""
        return ()

    def pass_by(self, planned: Planned, error: SourceError) -> Sequence[Planned]:
        """The documents that lie behind one that cannot be had."""
        return ()

    def close(self) -> None:
        """Let go of what is open."""
        return

    def is_end(self, planned: Planned, error: SourceError) -> bool:
        """Whether an error only says that there is no more."""
        return False


def home_of(feed: FeedState) -> str:
    """The front page of the site that a feed says it is of, else of its own."""
    return urljoin(absolute_link(feed.link, feed.address) or feed.address, "/")


def askable(url: str) -> str:
    """Return an address that some document has named; raise `Unreadable` if it is none."""
    try:
        first_hop(absolute_link(url, None) or "")
    except FetchError:
        raise Unreadable(url, "it is no address that can be asked for") from None
    return url


_MOST_KINDS, _MOST_EXAMPLES = 40, 3


@dataclass(slots=True)
class LeftOut:
    """What is ignored inside a file: how much of each kind, and the addresses of some."""

    kinds: dict[str, tuple[int, list[str]]] = field(default_factory=dict)

    def add(self, kind: str, url: str) -> None:
        """Count one more."""
        kind = kind if kind in self.kinds or len(self.kinds) < _MOST_KINDS else "of other kinds"
        count, examples = self.kinds.get(kind, (0, []))
        self.kinds[kind] = (count + 1, [*examples, url][:_MOST_EXAMPLES])

    def __str__(self) -> str:
        return "; ".join(
            f"{count} × {kind} ({', '.join(examples)}{', …' if count > len(examples) else ''})"
            for kind, (count, examples) in sorted(self.kinds.items())
        )
