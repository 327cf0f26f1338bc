"""Values of a poll: the feed as it is stored, the answer, and the context for reading it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from ingest.config import FeedSettings
from ingest.reading.entries.normalize import Context
from ingest.schedule import Ways
from ingest.schedule.trust import Trust
from ingest.urls import without_secrets
from ingest.values import Document, NotModified, Validators

DEFAULT_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """A stored feed: its settings, its schedule, and what its last document says about it."""

    id: int
    url: str
    slug: str
    origin: str
    settings: FeedSettings
    added_at: datetime
    next_poll_at: datetime
    next_poll_reason: str
    paused_at: datetime | None = None
    paused_reason: str | None = None
    title: str | None = None
    link: str | None = None
    language: str | None = None
    generator: str | None = None
    rsshub_pattern: str | None = None
    categories: Sequence[str] = ()
    validators: Validators = field(default_factory=Validators)
    validators_of: str | None = None
    trust: Trust = field(default_factory=Trust)
    body_digest: bytes | None = None
    gmt_is_local: bool = False
    ways: Ways = field(default_factory=Ways)
    server: str = ""
    site: str = ""
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    failures: int = 0
    last_error: str | None = None

    @property
    def address(self) -> str:
        """Return the address to request: the feed's own address, or the address it has moved to."""
        moved_to = self.ways.move.address if self.settings.follow_moves else None
        return moved_to or self.url

    @property
    def name(self) -> str:
        """Return the display name: the user's title, the publisher's title, or the address."""
        return self.called(self.title)

    def called(self, title: str | None) -> str:
        """Return the display name if the publisher's title is `title`."""
        return self.settings.title or title or without_secrets(self.url)


def reading_context(feed: FeedState | None, document: Document) -> Context:
    """Return the context for reading a document; `feed` is None for an unknown feed."""
    if feed is None:
        zone = ZoneInfo(DEFAULT_ZONE)
        return Context(document=document, first_seen_at=document.fetched_at, zone=zone)
    return Context(
        document=document,
        first_seen_at=document.fetched_at,
        zone=zone_of(feed),
        feed_title=feed.settings.title or "",
        gmt_is_local=feed.gmt_is_local,
    )


def zone_of(feed: FeedState) -> ZoneInfo:
    """Return the time zone to use for the feed's dates without a zone."""
    return ZoneInfo(feed.settings.timezone or DEFAULT_ZONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a poll.

    `digest` is the SHA-256 of a document's body, or None for a 304. `instance` is the name of the
    RSSHub instance that answered. `trust` is the new trust in the server's validators. `is_check`
    is true if the whole document was requested to check whether the server's 304s are correct.
    """

    content: Document | NotModified
    trust: Trust
    digest: bytes | None = None
    instance: str | None = None
    is_check: bool = False
