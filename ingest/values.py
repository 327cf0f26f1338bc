"""The nouns that travel between the stages; all frozen, picklable and free of behaviour.

`Parsed…` holds the publisher's own words. `Entry…` holds what we make of them.
Every `x_at` is an aware UTC datetime; every duration is a timedelta.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave to recognise a representation by (RFC 9110 section 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Bytes that came from outside, as they came (content codings removed), and where from.

    `url` is the address asked for, `final_url` the one that answered after redirects.
    `permanent_url` is where a chain of only permanent redirects (301, 308) ended.
    `headers` are the response's, names in lower case.
    """

    url: str
    final_url: str
    body: bytes
    fetched_at: datetime
    status: int = 200
    content_type: str | None = None
    validators: Validators = Validators()
    permanent_url: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    truncated: bool = False
    elapsed: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server says that what we have is still current (RFC 9110 section 15.4.5).

    `permanent_url` is that of `Document`.
    """

    url: str
    fetched_at: datetime
    validators: Validators = Validators()
    permanent_url: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    elapsed: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Text made of bytes, and how: names are Python codec names in lower case."""

    text: str
    encoding_used: str
    encoding_declared: str | None = None
    replacement_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """A person or an organisation, as Atom has it (RFC 4287 section 3.2)."""

    name: str
    url: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that belongs to an entry (RSS 2.0 enclosure, RFC 4287 section 4.2.7.2)."""

    url: str
    media_type: str | None = None
    length: int | None = None


class ImageKind(enum.StrEnum):
    """Which field of the feed named a picture."""

    MEDIA_CONTENT = "media:content"
    MEDIA_THUMBNAIL = "media:thumbnail"
    ITUNES_IMAGE = "itunes:image"
    JSON_IMAGE = "image"
    JSON_BANNER = "banner_image"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageField:
    """A picture that a field of an entry names; sizes in pixels where they are given."""

    url: str
    kind: ImageKind
    media_type: str | None = None
    medium: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    """One entry in the publisher's words: nothing repaired, nothing resolved.

    `content` is the HTML that the publisher calls the entry's, `summary` what stands beside it.
    `title` is HTML, or plain text where `title_is_text`; `published` and `updated` are the raw
    strings.
    `base_url` is what relative addresses of this entry are relative to (xml:base), if given.
    `item` is the publisher's own bytes of this entry, empty where they cannot be told apart.
    `is_unfinished` says that the document ends within it.
    """

    guid: str | None = None
    guid_is_permalink: bool = False
    link: str | None = None
    title: str = ""
    title_is_text: bool = False
    content: str = ""
    summary: str = ""
    authors: tuple[Author, ...] = ()
    categories: tuple[str, ...] = ()
    published: str | None = None
    updated: str | None = None
    enclosures: tuple[Enclosure, ...] = ()
    images: tuple[ImageField, ...] = ()
    language: str | None = None
    base_url: str | None = None
    item: bytes = b""
    is_unfinished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A whole feed document in the publisher's words.

    `format` is feedparser's version name (`rss20`, `atom10`, …) or `json11`, `json10`.
    `title` is HTML, or plain text where `title_is_text`; `names_are_text` says the same of all
    names of authors and categories.
    `logos` are the pictures that stand for the feed itself, never for an entry.
    `warnings` say in words what was wrong with a document that could still be read.
    """

    format: str
    title: str = ""
    title_is_text: bool = False
    names_are_text: bool = False
    link: str | None = None
    self_link: str | None = None
    description: str = ""
    language: str | None = None
    generator: str | None = None
    logos: tuple[str, ...] = ()
    authors: tuple[Author, ...] = ()
    updated: str | None = None
    ttl: str | None = None
    update_period: str | None = None
    update_frequency: str | None = None
    skip_hours: tuple[str, ...] = ()
    skip_days: tuple[str, ...] = ()
    next_url: str | None = None
    prev_archive_url: str | None = None
    complete: bool = False
    entries: tuple[ParsedEntry, ...] = ()
    warnings: tuple[str, ...] = ()
    encoding_used: str = "utf-8"
    encoding_declared: str | None = None
    replacement_count: int = 0


class DatePrecision(enum.StrEnum):
    """The smallest unit that the publisher gave."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedDate:
    """An instant made of what a publisher wrote.

    `method` names the rule that read it; `zone_assumed` says that the string gave no zone
    that could be believed, so that the feed's own was taken.
    """

    at: datetime
    method: str
    precision: DatePrecision
    zone_assumed: bool = False
    gmt_misused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The article of a web page: `html` is not yet cleaned, dates are raw strings.

    `canonical_url` is the address that the page itself calls its own; `published_is_shown` says
    that the date is one that the page shows, not one that it gives in a field for machines.
    """

    url: str
    html: str
    text: str
    method: str
    title: str | None = None
    author: str | None = None
    published: str | None = None
    published_is_shown: bool = False
    image: str | None = None
    canonical_url: str | None = None
    next_url: str | None = None


class Packed(NamedTuple):
    """A document's bytes as they are kept; `digest` is their SHA-256 before compression."""

    digest: bytes
    body: bytes


# Without slots, because those take half as long again to come from another process.
@dataclass(frozen=True, kw_only=True)
class NormalEntry:
    """One entry in our one normal form: safe HTML, absolute links, aware UTC instants.

    `text_digest` is over what a reader would notice: two versions of an entry that share it
    differ in noise only. `item_digest` is over the publisher's own bytes. `raw` is the smallest
    document from which this entry can be read again: frame and item, or the whole document.
    `looks_cut` says that the text shows signs of going on at the entry's page, `is_unfinished` that
    the document ends within it.
    `full_text_error` says why it is without the full text of its page, which is in `page` where the
    page came and could not be read. `key` and `link_key` are its identity within its feed, given by
    `dedupe.identify`.
    """

    guid: str | None
    link: str | None
    canonical_link: str | None
    title: str
    title_key: str
    authors: tuple[Author, ...]
    categories: tuple[str, ...]
    published_at: datetime | None
    published_raw: str | None
    published_method: str | None
    published_precision: str | None
    updated_at: datetime | None
    updated_raw: str | None
    html: str
    lead_image: str | None
    language: str
    feed_title: str
    feed_author: str | None
    enclosures: tuple[Enclosure, ...]
    text_digest: bytes
    item_digest: bytes
    raw: Packed
    gmt_misused: bool = False
    looks_cut: bool = False
    is_unfinished: bool = False
    page: Document | None = None
    full_text_error: str | None = None
    key: str = ""
    link_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """What is needed of a kept entry to recognise it again.

    `is_former` says that `key`, `guid`, `link` and `link_key` are not its present ones: it was
    known by them before, or is known by them as well.
    """

    id: int
    key: str
    guid: str | None
    link: str | None
    link_key: str | None
    title: str
    published_at: datetime | None
    published_raw: str | None
    text_digest: bytes
    item_digest: bytes
    version: int
    published_method: str | None = None
    full_text_error: str | None = None
    full_text_tries: int = 0
    published_precision: str | None = None
    is_former: bool = False


class Recognised(NamedTuple):
    """A kept entry whose own bytes are in a document again; a tuple, as many travel at once."""

    item_digest: bytes
    guid: str | None
    link: str | None
    title: str


class VerdictKind(enum.StrEnum):
    """What an entry of a document is to us."""

    NEW = "new"
    EDITED = "edited"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The decision on one entry of a document; `known` is what it was until now, if anything.

    `moved` says that the entry is known by its present address from now on.
    """

    kind: VerdictKind
    entry: NormalEntry
    known: KnownEntry | None = None
    moved: bool = False


class Outcome(enum.StrEnum):
    """What came of one look at one feed."""

    NEWS = "news"
    NO_NEWS = "no_news"
    NOT_MODIFIED = "not_modified"
    PUT_OFF = "put_off"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """One look at one feed; `size` is in bytes after decompression.

    `fetch_seconds` is how long its answer took, without waiting for a turn, and `is_gap` whether
    entries came and went since the look before; both are counted and not kept with it. One that
    was put off asked nobody, and is written nowhere.
    """

    feed_id: int
    feed_name: str
    started_at: datetime
    outcome: Outcome
    url: str
    seconds: float = 0.0
    fetch_seconds: float | None = None
    is_gap: bool = False
    status: int | None = None
    size: int = 0
    new: int = 0
    edited: int = 0
    unchanged: int = 0
    encoding_used: str | None = None
    encoding_declared: str | None = None
    replacement_count: int = 0
    warnings: tuple[str, ...] = ()
    error_kind: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An entry as a layout sees it: what is kept of it, and what its feed has set.

    `edited_at` is when its last edit was seen. `path` is the file it was given below the archive's
    folder, once and for ever; `render_due` counts its changes since that file was written.
    """

    entry_id: int
    render_due: int
    key: str
    feed_url: str
    feed_slug: str
    feed_title: str
    feed_author: str | None
    set_author: str | None
    feed_categories: tuple[str, ...]
    title: str
    link: str | None
    guid: str | None
    authors: tuple[Author, ...]
    tags: tuple[str, ...]
    published_at: datetime | None
    updated_at: datetime | None
    first_seen_at: datetime
    lead_image: str | None
    html: str
    edited_at: datetime | None = None
    path: str | None = None

    @property
    def at(self) -> datetime:
        """The instant that stands for the entry: its publication, else our first sight."""
        return self.published_at or self.first_seen_at

    @property
    def last_change_at(self) -> datetime:
        """When the publisher says it was updated, else when its last edit was seen, else `at`."""
        return self.updated_at or max(self.edited_at or self.at, self.at)


class DocumentKind(enum.StrEnum):
    """What a document of the past is expected to be."""

    FEED = "feed"
    PAGE = "page"
    LIST = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A document of the past that a backfill will take.

    `key` is what it is known by within its walk; `as_of` when it was the present, where that is
    known beforehand; `hints` are the source's own (JSON), to go on from here.
    """

    key: str
    address: str
    kind: DocumentKind = DocumentKind.FEED
    as_of: datetime | None = None
    hints: dict[str, Any] = field(default_factory=dict)
