"""Makes the key of each entry of a document from its guid, its link or its words."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from ingest.reading import links, titles
from ingest.values import KnownEntry, NormalEntry, Recognised

_AHEAD = timedelta(hours=8)
_CHINA = timezone(_AHEAD)
_MIDNIGHT: dict[str, Any] = {"hour": 0, "minute": 0, "second": 0, "microsecond": 0}


def identify(
    entries: Sequence[NormalEntry],
    *,
    beside: Iterable[Recognised] = (),
    site_link: str | None = None,
) -> list[NormalEntry]:
    """Return the entries of one document with their keys and without repetitions.

    `beside` are the other entries of the document, whose bytes are already stored.

    The key is made from the first of guid, link, title and text that the entry has. Some feeds give
    one link or one id to all their entries. So a guid, link or title is not used if several
    different entries of the document have it.
    """
    distinct = list({_likeness(entry): entry for entry in reversed(entries)}.values())[::-1]
    beside = list(beside)
    site = links.canonical_link(site_link)
    guids = Counter(entry.guid for entry in distinct if entry.guid)
    guids.update(entry.guid for entry in beside if entry.guid)
    shared = Counter(entry.canonical_link for entry in distinct if entry.canonical_link)
    shared.update(link for entry in beside if (link := links.canonical_link(entry.link)))
    shared.update(_exact_links([*distinct, *beside], shared))
    identified = [_with_address(entry, guids, shared, site) for entry in distinct]
    if not all(entry.key for entry in identified):
        titled = Counter(entry.title_key for entry in distinct)
        titled.update(titles.title_key(entry.title) for entry in beside)
        identified = [entry if entry.key else _with_words(entry, titled) for entry in identified]
    return list({entry.key: entry for entry in reversed(identified)}.values())[::-1]


def _likeness(entry: NormalEntry) -> tuple[object, ...]:
    return entry.guid, entry.canonical_link, entry.title_key, entry.text_digest


def _with_address(
    entry: NormalEntry, guids: Counter[str], shared: Counter[str], site: str | None
) -> NormalEntry:
    """Return an entry with a key made from its guid, or otherwise from its link.

    A guid or link that another entry also has is not used. Without either, the key is "".
    """
    link = _own_link(entry, shared, site)
    link_key = link_key_of(link) if link else None
    if entry.guid and guids[entry.guid] == 1:
        return entry.with_key(key_of("guid", entry.guid), link_key)
    return entry.with_key(link_key or "", link_key)


def _own_link(entry: NormalEntry, shared: Counter[str], site: str | None) -> str | None:
    """Return an entry's link in canonical form if no other entry has the same.

    Otherwise return the exact link. Return None if another entry has this link too, or if the link
    leads to a front page.
    """
    link = entry.canonical_link
    if link is None or link == site or links.names_a_site(link):
        return None
    if shared[link] == 1:
        return link
    exact = links.exact_link(entry.link or "")
    return exact if exact and shared[exact] == 1 else None


def _exact_links(
    entries: Iterable[NormalEntry | Recognised], shared: Counter[str]
) -> Iterator[str]:
    """Yield the exact links (`?from=1`, `?from=2`) of entries with the same canonical link."""
    if all(count == 1 for count in shared.values()):
        return
    for entry in entries:
        link = entry.link or ""
        if "?" in link and shared[links.canonical_link(link) or ""] > 1:
            yield links.exact_link(link) or ""


def _with_words(entry: NormalEntry, titled: Counter[str]) -> NormalEntry:
    """Return an entry with a key made from its title.

    If the entry has no title or another entry has the same one, the text is used too.
    """
    named = bool(entry.title_key) and titled[entry.title_key] == 1
    text = "" if named else f"{entry.published_raw or ''}\x00{entry.text_digest.hex()}"
    digest = key_of("digest", f"{entry.guid or ''}\x00{entry.title_key}\x00{text}")
    return entry.with_key(digest, entry.link_key)


def link_key_of(canonical_link: str) -> str:
    """Return the key for a canonical link."""
    return key_of("link", canonical_link)


def key_of_address(guid: str | None, link: str | None) -> str | None:
    """Return the key for a guid, or for a link if there is no guid; None if both are missing."""
    if guid:
        return key_of("guid", guid)
    canonical = links.canonical_link(link)
    return link_key_of(canonical) if canonical else None


def other_link_keys(entry: NormalEntry) -> list[str]:
    """Return the keys of other forms of an entry's link; the entry may be stored under them."""
    if entry.link is None or entry.link_key is None:
        return []
    forms = (
        links.earlier_form(entry.link),
        links.exact_link(entry.link),
        entry.canonical_link,
    )
    keys = dict.fromkeys(link_key_of(form) for form in forms if form)
    return [key for key in keys if key != entry.link_key]


def nearby_link_keys(entry: NormalEntry) -> list[str]:
    """Return the keys of an entry's link with the other endings that its site may have used."""
    if entry.link_key is None or entry.canonical_link is None:
        return []
    return [link_key_of(link) for link in sorted(links.nearby(entry.canonical_link))]


def key_of(basis: str, value: str) -> str:
    """Return the key for a value.

    `basis` says what the value is, such as "guid" or "link". The same value as a guid and as a link
    has two different keys.
    """
    return hashlib.sha256(f"{basis}\x00{value}".encode("utf-8", "replace")).hexdigest()


def reused_key(entry: NormalEntry) -> str:
    """Return the key of an entry whose guid already belongs to another article."""
    return key_of("reused", f"{entry.guid}\x00{entry.canonical_link}\x00{entry.title_key}")


def record_key(entry: NormalEntry, nth: int = 1) -> str:
    """Return the key of an entry that was read from a file of another archive.

    An entry with a guid or link, or without a title, keeps its key. Otherwise the key is made from
    title and time. `nth` distinguishes posts with the same title and time: 1 is the first.
    """
    if entry.guid is not None or entry.link_key is not None or not entry.title_key:
        return entry.key
    return _record_key(entry.title_key, entry.published_at, nth)


def _record_key(title_key: str, at: datetime | None, nth: int = 1) -> str:
    number = f"\x00{nth}" if nth > 1 else ""
    return key_of("record", f"{title_key}\x00{at.isoformat() if at else ''}{number}")


def times_of_record(at: datetime | None) -> set[datetime | None]:
    """Return the times that a file of another archive may give for an article published at `at`.

    These are None, the start of the day, the exact time, and 8 hours before or after this time.
    Some programs confuse Chinese time with GMT, which makes a difference of 8 hours.
    """
    if at is None:
        return {None}
    days = (at.astimezone(zone).replace(**_MIDNIGHT) for zone in (UTC, _CHINA))
    return {None, at, at + _AHEAD, at - _AHEAD, *(day.astimezone(UTC) for day in days)}


def record_keys(entry: NormalEntry) -> list[str]:
    """Return the keys that this article may have if it is stored from a file of another archive.

    Such a file may have neither a guid nor a link.
    """
    if not entry.title_key or (entry.guid is None and entry.link_key is None):
        return []
    return [_record_key(entry.title_key, at) for at in times_of_record(entry.published_at)]


def record_of(entry: NormalEntry, by_key: Mapping[str, KnownEntry]) -> KnownEntry | None:
    """Return the stored entry that was read from another archive's file of the same article.

    Only stored entries without guid and link count. Return None if there is no such entry.
    """
    if not by_key:  # Nothing is stored, so the digests need not be computed.
        return None
    found = (by_key.get(key) for key in record_keys(entry))
    return next((kept for kept in found if kept and kept.guid is kept.link_key is None), None)
