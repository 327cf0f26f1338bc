"""Whether an entry and a kept one are the same article: by title, place, time and words."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from ingest.reading import links, titles
from ingest.reading.dedupe.identity import other_link_keys, times_of_record
from ingest.values import KnownEntry, NormalEntry

# The rule of a date that nobody gave: it is that of the oldest document the entry was found in.
FROM_CAPTURE = "capture"
_PRECISE = frozenset({"second", "minute"})
# Two articles may share a short text (转发微博), but not one of so many characters.
_LONG = 60
_TAG = re.compile(r"<[^>]*>")


class Said(Protocol):
    """What an entry says, as far as it tells articles apart."""

    @property
    def title_key(self) -> str:
        """The key under which titles are equal."""

    @property
    def html(self) -> str:
        """The text."""

    @property
    def published_at(self) -> datetime | None:
        """The date."""

    @property
    def published_method(self) -> str | None:
        """The rule that read the date."""

    @property
    def published_precision(self) -> str | None:
        """The smallest unit of the date."""


def is_same_article(entry: NormalEntry, kept: KnownEntry) -> bool:
    """Whether a guid or link still means the article it meant.

    A publisher who edits changes the title or the address; one who uses an id again changes
    both, and the date.
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
    """Whether a kept entry with the link of this one is the same, with another guid."""
    if kept.text_digest == entry.text_digest:
        return True
    if None in (entry.published_raw, kept.published_raw) and _differ_in_a_name(entry, kept):
        return _is_retitled(entry, kept)
    return _have_like_titles(entry, kept)


def has_moved(entry: NormalEntry, kept: KnownEntry) -> bool:
    """Whether the article is at another place now; hosts and queries rotate, paths do not.

    Paths are compared in their canonical form: another spelling of one address is no move.
    """
    if None in (entry.link, kept.link) or entry.link == kept.link:
        return False
    here, there = entry.canonical_link or "", links.canonical_link(kept.link) or ""
    return urlsplit(here).path != urlsplit(there).path


def is_known_by_words(entry: NormalEntry, kept: KnownEntry) -> bool:
    """Whether a kept entry with this text is an entry that has no address of its own.

    Some feeds give their entries other guids on every build. Two posts may well say the same
    (转发微博), but not at the same time.
    """
    same_time = kept.published_raw == entry.published_raw
    return has_same_title(entry, kept) and (same_time or entry.guid is kept.guid is None)


def is_joined(entry: Said, kept: KnownEntry) -> bool:
    """Whether an entry is one that is kept with the same text, at another address.

    Title and time are equal; where the time is not known to the minute, only a text that is too
    long to be written twice is proof.
    """
    if not has_same_title(entry, kept) or not has_like_time(entry, kept):
        return False
    precise = {entry.published_precision, kept.published_precision} <= _PRECISE
    if precise and entry.published_at == kept.published_at and _dated(kept):
        return True
    return is_long(entry.html)


def is_long(html: str) -> bool:
    """Whether a text is too long for two articles to have it."""
    return len(_TAG.sub("", html)) >= _LONG


def has_like_time(entry: Said, kept: KnownEntry) -> bool:
    """Whether two dates may be of one moment: one missing, only the day, or another zone."""
    at = kept.published_at if _dated(kept) else None
    if entry.published_method == FROM_CAPTURE or entry.published_at is None or at is None:
        return True
    return at in times_of_record(entry.published_at) or entry.published_at in times_of_record(at)


def title_and_time(entry: NormalEntry | KnownEntry) -> tuple[str, datetime] | None:
    """What tells an article whose text has changed; None if its time is not known to the minute."""
    if entry.published_at is None or entry.published_precision not in _PRECISE:
        return None
    title = entry.title_key if isinstance(entry, NormalEntry) else titles.title_key(entry.title)
    return (title, entry.published_at) if title else None


def has_same_title(entry: Said, kept: KnownEntry) -> bool:
    """Whether the titles are equal but for their writing."""
    return titles.title_key(kept.title) == entry.title_key


def _dated(kept: KnownEntry) -> bool:
    return kept.published_method != FROM_CAPTURE


def _differ_in_a_name(entry: NormalEntry, kept: KnownEntry) -> bool:
    """Whether two links differ in what is tracking on most sites, and names articles on some."""
    if "?" not in f"{entry.link}{kept.link}":
        return False
    exact = [link and links.exact_link(link) for link in (entry.link, kept.link)]
    return exact[0] != exact[1]


def _is_retitled(entry: NormalEntry, kept: KnownEntry) -> bool:
    """Whether one title is the other with a few words more."""
    one, other = sorted((entry.title_key, titles.title_key(kept.title)), key=len)
    return one in other and 2 * len(one) >= len(other)


def _have_like_titles(entry: NormalEntry, kept: KnownEntry) -> bool:
    return _are_alike(entry.title_key, titles.title_key(kept.title))


def _are_alike(one: str, other: str) -> bool:
    """Whether two titles share half of their character pairs (Dice, on bigrams)."""
    pairs = [{text[i : i + 2] for i in range(len(text) - 1)} or {text} for text in (one, other)]
    return 2 * len(pairs[0] & pairs[1]) >= 0.5 * (len(pairs[0]) + len(pairs[1]))
