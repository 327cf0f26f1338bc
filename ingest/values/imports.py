"""What other feed readers hold: feeds, entries, and facts that no feed document states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ingest.values.parsed import Enclosure


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFeed:
    """A feed in the store of another reader.

    `key` identifies the feed in that store. `url` is empty if the store does not know the feed's
    address. `title` is plain text. `folders` is the path of folders around the feed, the outermost
    first.
    """

    key: int | str
    url: str
    title: str
    link: str | None = None
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldEntry:
    """An entry in the store of another reader.

    `guid` is the publisher's own, or None if the other program invented or changed it; `perhaps`
    has guids that the publisher may have given instead. `title` is plain text, `html` is HTML.
    With `is_guess`, `published` and `updated` are guesses of the other program. `first_seen` is
    when it first saw the entry. `marks` are what the user did with it: read, starred, labels.
    """

    guid: str | None
    link: str | None
    title: str
    html: str
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    published: datetime | None = None
    is_guess: bool = False
    updated: datetime | None = None
    first_seen: datetime | None = None
    image: str | None = None
    files: tuple[Enclosure, ...] = ()
    marks: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()


class Batch(NamedTuple):
    """Some entries of a feed in a store, and the position after them, or None at the end.

    `lacks` says how many entries could not be read, and why; it is None if all could.
    """

    entries: Sequence[HeldEntry]
    next_at: int | str | None
    lacks: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What another reader knew of an entry, besides its text.

    `first_seen` is when it first saw the entry, `guess` is a date of publication that it guessed.
    `perhaps` has other guids that the entry may have in its feed.
    """

    first_seen: datetime | None = None
    guess: datetime | None = None
    perhaps: tuple[str, ...] = ()
