"""The identity of each entry of a document: a key made of its guid, its link or its words."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
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
    """Give each entry of one document its identity, and drop repetitions of the same entry.

    `beside` are the entries of the same document that were recognised by their bytes already.

    The key is made of the guid, else the link, else the title, else the text. What two different
    entries of the document share identifies neither: a guid, a link or a title that stands for
    several articles is passed over (some feeds give one link, or one id, to all their entries).
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
    """Identify an entry by its guid or its link; one that has neither to itself has no key yet."""
    link = _own_link(entry, shared, site)
    link_key = link_key_of(link) if link else None
    if entry.guid and guids[entry.guid] == 1:
        return replace(entry, key=key_of("guid", entry.guid), link_key=link_key)
    return replace(entry, key=link_key or "", link_key=link_key)


def _own_link(entry: NormalEntry, shared: Counter[str], site: str | None) -> str | None:
    """The canonical link of an entry that no other of the document has; else its exact one."""
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
    """The exact links of entries whose canonical links are shared: `?from=1` and `?from=2`."""
    if all(count == 1 for count in shared.values()):
        return
    for entry in entries:
        link = entry.link or ""
        if "?" in link and shared[links.canonical_link(link) or ""] > 1:
            yield links.exact_link(link) or ""


def _with_words(entry: NormalEntry, titled: Counter[str]) -> NormalEntry:
    """Identify an entry by its title, or by what it says."""
    named = bool(entry.title_key) and titled[entry.title_key] == 1
    text = "" if named else f"{entry.published_raw or ''}\x00{entry.text_digest.hex()}"
    digest = key_of("digest", f"{entry.guid or ''}\x00{entry.title_key}\x00{text}")
    return replace(entry, key=digest)


def link_key_of(canonical_link: str) -> str:
    """What an entry is known by through its link."""
    return key_of("link", canonical_link)


def key_of_address(guid: str | None, link: str | None) -> str | None:
    """Return the key that a guid, else a link, gives an entry that no other of its feed shares."""
    if guid:
        return key_of("guid", guid)
    canonical = links.canonical_link(link)
    return link_key_of(canonical) if canonical else None


def other_link_keys(entry: NormalEntry) -> list[str]:
    """The keys of other forms of an entry's link, under which it may have been kept."""
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
    """The keys of what an entry's link may have been before its site changed their form."""
    if entry.link_key is None or entry.canonical_link is None:
        return []
    return [link_key_of(link) for link in sorted(links.nearby(entry.canonical_link))]


def key_of(basis: str, value: str) -> str:
    """Make a key; keys of different bases never meet."""
    return hashlib.sha256(f"{basis}\x00{value}".encode("utf-8", "replace")).hexdigest()


def reused_key(entry: NormalEntry) -> str:
    """The key of an entry whose guid belongs to another article already."""
    return key_of("reused", f"{entry.guid}\x00{entry.canonical_link}\x00{entry.title_key}")


def record_key(entry: NormalEntry, nth: int = 1) -> str:
    """The key of an archive's record that names no address: its title, and its time if it has one.

    `nth` counts records of one title and time that are different posts. A record with an address,
    or without a title, keeps the key that it has.
    """
    if entry.guid is not None or entry.link_key is not None or not entry.title_key:
        return entry.key
    return _record_key(entry.title_key, entry.published_at, nth)


def _record_key(title_key: str, at: datetime | None, nth: int = 1) -> str:
    number = f"\x00{nth}" if nth > 1 else ""
    return key_of("record", f"{title_key}\x00{at.isoformat() if at else ''}{number}")


def times_of_record(at: datetime | None) -> set[datetime | None]:
    """The times that an archive's record may give an article of this time.

    None at all; the day; the right one; and the one that takes Chinese time for GMT.
    """
    if at is None:
        return {None}
    days = (at.astimezone(zone).replace(**_MIDNIGHT) for zone in (UTC, _CHINA))
    return {None, at, at + _AHEAD, at - _AHEAD, *(day.astimezone(UTC) for day in days)}


def record_keys(entry: NormalEntry) -> list[str]:
    """The keys of records that may be of an article with an address of its own."""
    if not entry.title_key or (entry.guid is None and entry.link_key is None):
        return []
    return [_record_key(entry.title_key, at) for at in times_of_record(entry.published_at)]


def record_of(entry: NormalEntry, by_key: Mapping[str, KnownEntry]) -> KnownEntry | None:
    """The record of an archive, without an address, that an article was kept as."""
    if not by_key:  # six digests an entry for nothing
        return None
    found = (by_key.get(key) for key in record_keys(entry))
    return next((kept for kept in found if kept and kept.guid is kept.link_key is None), None)
