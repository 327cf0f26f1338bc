"""Entries in normal form, stored entries, and the verdict that compares the two."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, NewType, Self

from ingest.values.documents import Document, Packed
from ingest.values.parsed import Author, Enclosure

# Only `reading.html.allowed` makes such HTML, with nh3. So the type checker proves that only
# cleaned HTML is stored.
SafeHtml = NewType("SafeHtml", str)


class DatePrecision(enum.StrEnum):
    """The smallest unit of time in the publisher's date."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedDate:
    """The instant that a publisher's date string stands for.

    `method` names the rule that read the string. `gmt_misused` is true if the string says GMT, but
    gives a local time.
    """

    at: datetime
    method: str
    precision: DatePrecision
    gmt_misused: bool = False


# The class has no slots, because slots would make unpickling 50 % slower.
@dataclass(frozen=True, kw_only=True)
class NormalEntry:
    """An entry in normal form: safe HTML, absolute links, aware UTC instants.

    `text_digest` is a hash of what a reader would notice: two versions with the same hash differ
    only in details such as counters. `item_digest` is a hash of the publisher's own bytes. `raw` is
    the smallest document from which this entry can be read again. This is the document with only
    this entry in it, or the whole document if the entries cannot be separated.
    `text` is the visible text of `html`, with a line for each block, without the list of files at
    the end. The digest, the language and `looks_cut` are computed from `text`. It is not stored or
    pickled, so it is None in an entry from another process.
    `looks_cut` is true if the text seems to continue on the entry's page. `is_unfinished` is true
    if the document ends inside the entry.
    `full_text_error` says why the full text is missing. `page` is the page that was fetched but
    could not be read. `dedupe.identify` sets `key` and `link_key`, which identify the entry in its
    feed.
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
    html: SafeHtml
    lead_image: str | None
    language: str
    feed_title: str
    feed_author: str | None
    enclosures: tuple[Enclosure, ...]
    text_digest: bytes
    item_digest: bytes
    raw: Packed
    text: str | None = None
    gmt_misused: bool = False
    looks_cut: bool = False
    is_unfinished: bool = False
    page: Document | None = None
    full_text_error: str | None = None
    key: str = ""
    link_key: str | None = None

    def with_key(self, key: str, link_key: str | None) -> Self:
        """Return a copy with this identity, ten times as fast as `dataclasses.replace`."""
        keyed = object.__new__(type(self))
        keyed.__dict__.update(self.__dict__, key=key, link_key=link_key)
        return keyed

    def __getstate__(self) -> dict[str, Any]:
        """Return the fields to pickle: all but `text`, which would add two thirds to the size."""
        state = self.__dict__.copy()
        state.pop("text", None)
        return state


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """The part of a stored entry that is needed to recognise it again.

    `is_former` is true if `key`, `guid`, `link` and `link_key` are a former or an additional
    identity of the entry instead of its current one.
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
    """A stored entry whose exact bytes are in a document again.

    It is a tuple, because there are many of them, and a tuple is created faster.
    """

    item_digest: bytes
    guid: str | None
    link: str | None
    title: str


class VerdictKind(enum.StrEnum):
    """The relation of an entry in a document to the stored entries."""

    NEW = "new"
    EDITED = "edited"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The decision whether an entry of a document is new, edited or unchanged.

    `known` is the stored version of the entry, if there is one. `moved` is true if the stored entry
    gets the address that the document gives.
    """

    kind: VerdictKind
    entry: NormalEntry
    known: KnownEntry | None = None
    moved: bool = False
