"""Decides whether an entry and a stored one are the same article, by title, link, time and text."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from ingest.reading import links, titles
from ingest.reading.dedupe.identity import other_link_keys, times_of_record
from ingest.values import KnownEntry, NormalEntry

# This `published_method` means that no document gives the entry's date. The date is then the time
# at which the old document with the entry was current.
FROM_CAPTURE = "capture"
# This one means that another feed reader guessed the date.
FROM_READER = "reader"
# A date that a document of the feed states replaces such dates.
GUESSES = frozenset({FROM_CAPTURE, FROM_READER})
_PRECISE = frozenset({"second", "minute"})
# Two articles may have the same short text (转发微博), but not the same text of this length.
_LONG = 60
_TAG = re.compile(r"<[^>]*>")


class Comparable(Protocol):
    """The fields of an entry by which articles are compared."""

    @property
    def title_key(self) -> str:
        """The key of the title; see `titles.title_key`."""

    @property
    def html(self) -> str:
        """The text as HTML."""

    @property
    def published_at(self) -> datetime | None:
        """The date of publication."""

    @property
    def published_method(self) -> str | None:
        """The rule that gave the date."""

    @property
    def published_precision(self) -> str | None:
        """The smallest unit of the date."""


def is_same_article(entry: NormalEntry, kept: KnownEntry) -> bool:
    """Return whether a guid or link still identifies the same article.

    An edit changes the title or the link. If a publisher gives an old guid or link to another
    article, title, link and date all change.
    """
    if entry.guid is not None:
        places = {entry.link_key, *other_link_keys(entry)}
        moved = None not in (entry.link_key, kept.link_key) and kept.link_key not in places
        return not moved or _have_like_titles(entry, kept)
    dates = (entry.published_raw, kept.published_raw)
    if None not in dates:
        return dates[0] == dates[1] or _have_like_titles(entry, kept)
    return not _differ_in_a_name(entry, kept) or _is_retitled(entry, kept)


def is_moved_here(entry: NormalEntry, kept: KnownEntry) -> bool:
    """Return whether a stored entry with the same link is the same article with another guid."""
    if kept.text_digest == entry.text_digest:
        return True
    if None in (entry.published_raw, kept.published_raw) and _differ_in_a_name(entry, kept):
        return _is_retitled(entry, kept)
    return _have_like_titles(entry, kept)


def has_moved(entry: NormalEntry, kept: KnownEntry) -> bool:
    """Return whether the path of the article's address changed; host and query are ignored.

    Paths are compared in their canonical form, so another spelling of an address is not a move.
    """
    if None in (entry.link, kept.link) or entry.link == kept.link:
        return False
    here, there = entry.canonical_link or "", links.canonical_link(kept.link) or ""
    return urlsplit(here).path != urlsplit(there).path


def is_known_by_words(entry: NormalEntry, kept: KnownEntry) -> bool:
    """Return whether an entry without a link is the same as a stored entry with the same text.

    Some feeds give their entries new guids on every build. Two posts may have the same text
    (转发微博), but not the same time.
    """
    same_time = kept.published_raw == entry.published_raw
    return has_same_title(entry, kept) and (same_time or entry.guid is kept.guid is None)


def is_joined(entry: Comparable, kept: KnownEntry) -> bool:
    """Return whether an entry is the same as a stored entry with equal text at another address.

    Title and time must be equal. If the time is not precise to the minute, the text must be so
    long that nobody writes it twice.
    """
    if not has_same_title(entry, kept) or not has_like_time(entry, kept):
        return False
    precise = {entry.published_precision, kept.published_precision} <= _PRECISE
    if precise and entry.published_at == kept.published_at and _has_own_date(kept):
        return True
    return is_long(entry.html)


def is_long(html: str) -> bool:
    """Return whether a text is so long that two articles do not share it."""
    return len(_TAG.sub("", html)) >= _LONG


def has_like_time(entry: Comparable, kept: KnownEntry) -> bool:
    """Return whether two dates may mean the same time.

    One of them may be missing, have no time of day, or be in another time zone.
    """
    at = kept.published_at if _has_own_date(kept) else None
    if entry.published_method in GUESSES or entry.published_at is None or at is None:
        return True
    return at in times_of_record(entry.published_at) or entry.published_at in times_of_record(at)


def title_and_time(entry: NormalEntry | KnownEntry) -> tuple[str, datetime] | None:
    """Return an entry's title key and time, which identify an article whose text has changed.

    Return None if there is no title or the time is not precise to the minute.
    """
    if entry.published_at is None or entry.published_precision not in _PRECISE:
        return None
    title = entry.title_key if isinstance(entry, NormalEntry) else titles.title_key(entry.title)
    return (title, entry.published_at) if title else None


def has_same_title(entry: Comparable, kept: KnownEntry) -> bool:
    """Return whether two titles are equal; case, width, punctuation and spaces are ignored."""
    return titles.title_key(kept.title) == entry.title_key


def _has_own_date(kept: KnownEntry) -> bool:
    return kept.published_method not in GUESSES


def _differ_in_a_name(entry: NormalEntry, kept: KnownEntry) -> bool:
    """Return whether two links differ in parameters that identify articles on some sites."""
    if "?" not in f"{entry.link}{kept.link}":
        return False
    exact = [link and links.exact_link(link) for link in (entry.link, kept.link)]
    return exact[0] != exact[1]


def _is_retitled(entry: NormalEntry, kept: KnownEntry) -> bool:
    """Return whether one title is the other with some words added."""
    one, other = sorted((entry.title_key, titles.title_key(kept.title)), key=len)
    return one in other and 2 * len(one) >= len(other)


def _have_like_titles(entry: NormalEntry, kept: KnownEntry) -> bool:
    return _are_alike(entry.title_key, titles.title_key(kept.title))


def _are_alike(one: str, other: str) -> bool:
    """Return whether two titles share half of their character pairs (Dice, on bigrams)."""
    pairs = [{text[i : i + 2] for i in range(len(text) - 1)} or {text} for text in (one, other)]
    return 2 * len(pairs[0] & pairs[1]) >= 0.5 * (len(pairs[0]) + len(pairs[1]))
