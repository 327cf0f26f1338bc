"""Documents, which are bytes from outside: fetched, decoded, stored, or to be fetched."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """The validators of a response, for conditional requests (RFC 9110 section 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A fetched document: its bytes, unchanged except for removed content codings, and its origin.

    `url` is the requested address, and `final_url` is the address that answered after redirects.
    `permanent_url` is the last address of a chain of only permanent redirects (301, 308).
    `headers` are the headers of the response, with names in lower case.
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
    """A 304 response: the stored copy is still current (RFC 9110 section 15.4.5).

    `permanent_url` has the same meaning as in `Document`.
    """

    url: str
    fetched_at: datetime
    validators: Validators = Validators()
    permanent_url: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    elapsed: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """Decoded text and the encoding used; encodings are Python codec names in lower case."""

    text: str
    encoding_used: str
    encoding_declared: str | None = None
    replacement_count: int = 0


class Packed(NamedTuple):
    """A document as it is stored; `digest` is its SHA-256 before compression."""

    digest: bytes
    body: bytes


class DocumentKind(enum.StrEnum):
    """The expected content of a document that is fetched for a feed's past."""

    FEED = "feed"
    PAGE = "page"
    LIST = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A document that a backfill, a run that brings in a feed's past, will fetch.

    `key` identifies the document within its backfill. `as_of` is when its content was current, if
    this is known in advance. `hints` is JSON that only the source (the module that planned the
    document) reads, to continue from this document.
    """

    key: str
    address: str
    kind: DocumentKind = DocumentKind.FEED
    as_of: datetime | None = None
    hints: dict[str, Any] = field(default_factory=dict)

    @property
    def whole(self) -> str:
        """The key of the document that this one is a part of, or its own key."""
        return str(self.hints.get("whole", self.key))

    def rest(self, name: str, at: int | str) -> Planned:
        """Return the part of this document from the position `at`, which is its hint `name`."""
        hints = self.hints | {"whole": self.whole, name: at}
        return replace(self, key=f"{self.whole} from {at}", hints=hints)


class Form(enum.StrEnum):
    """The ways to read a document."""

    FEED = "feed"
    PAGE = "page"
    RECORD = "record"
    HOLDING = "holding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A document of the past, and what the source knows about it.

    `as_of` is when its content was current; None means that it is older than everything stored. If
    `dates_itself` is true, the date in the document counts instead. `published` and `changed` are
    dates from the list that led to a page, for a page without dates. `name` is the path of a
    record's file, beginning with the last part of the path that the user gave. With `drafts`,
    unpublished posts are wanted too. `lacks` says what belongs to the document but is not in it.
    """

    document: Document
    form: Form = Form.FEED
    as_of: datetime | None = None
    dates_itself: bool = False
    published: str | None = None
    changed: str | None = None
    name: str = ""
    drafts: bool = False
    lacks: str | None = None
