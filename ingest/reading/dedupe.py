"""New, edited or unchanged: the identity of an entry within its feed, and what counts as an edit.

Everything here is a pure function of values; what is kept is looked up by `store.entries`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import chain
from typing import Any
from urllib.parse import quote, urlsplit

from ingest.reading import links, titles
from ingest.values import KnownEntry, NormalEntry, Recognised, Verdict, VerdictKind

_DIGEST_BYTES = 16
_SHORTEST_FILE_NAME = 4
_COUNTED = r"阅读|浏览|播放|评论|回复|点赞|赞|转发|收藏|弹幕|热度|观看|views?|comments?|likes?"
# Bounded everywhere: a body may be a million digits. Each pattern that can begins with one kind of
# character, for which a text is searched ten times as fast.
_NUMBER = r"\d(?<!\d\d)\d{0,11}(?:[,.]\d{1,6}){0,4}"
_GAP = r"\s{0,20}"
_AGO = rf"{_NUMBER}{_GAP}(?:秒|分钟?|小时|天|日|周|个?月)(?:之?前|以前)"
_DAY_AND_TIME = rf"[昨前今]天{_GAP}\d{{1,2}}:\d{{2}}"
_DAY = rf"[刚昨前今][刚天]{_GAP}(?:$|(?=\d))"
_AGO_IN_ENGLISH = rf"{_NUMBER}{_GAP}(?:seconds?|minutes?|hours?|days?|weeks?|months?)\s+ago"
_COUNTER = rf"{_NUMBER}{_GAP}[万亿kKwW]?{_GAP}(?:次|人|个|条)?{_GAP}(?:{_COUNTED})"
# What "2小时前" becomes the day after, where it stands by itself at the end of a line.
_LONE_DATE = (
    rf"(?:(?<=\s)|^)(?:\d{{4}}[-/.])?\d{{1,2}}[-/.]\d{{1,2}}(?:{_GAP}\d{{1,2}}:\d{{2}})?{_GAP}$"
)
_COUNTER_BEHIND = (
    rf"(?:{_COUNTED})(?:数|量|次数)?{_GAP}[:：(（]?{_GAP}{_NUMBER}{_GAP}[万亿kKwW]?[)）]?"
)
_DATE_MARKS = "-/."
# One of these words is in a text in lower case that holds such noise; most texts hold none.
_SIGNS = {
    "ago": ("前",),
    "day": ("刚刚", "昨天", "前天", "今天"),
    "day and time": ("昨天", "前天", "今天"),
    "ago in English": ("ago",),
    "counter": tuple(_COUNTED.replace("s?", "").split("|")),
    "date": tuple(_DATE_MARKS),
}
# None of them begins with what another ends in, so that all of them are found.
_WORDS = {*chain(*_SIGNS.values())} - {*_DATE_MARKS}
_ANY_WORD = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)))
# Where the digits of all scripts are, save those that NFKC folds: twice as fast as `\d`.
_MAYBE_DIGIT = re.compile("[0-9\u0660-\u1c59\ua620-\uabf9\U00010000-\U0010ffff]")
_NUMBERLESS = re.compile(_DAY, re.MULTILINE)  # all other noise has a number
# In this order: "阅读 2小时前 8评论" is a section, a time and a counter, not 8 times read.
_NOISE = (
    ("ago", re.compile(_AGO)),
    ("day and time", re.compile(_DAY_AND_TIME)),
    ("day", _NUMBERLESS),
    ("ago in English", re.compile(_AGO_IN_ENGLISH, re.IGNORECASE)),
    ("counter", re.compile(_COUNTER, re.IGNORECASE)),
    ("date", re.compile(_LONE_DATE, re.MULTILINE)),
    ("counter", re.compile(_COUNTER_BEHIND, re.IGNORECASE)),
)


def text_digest(title: str, text: str, media: Iterable[str]) -> bytes:
    """Digest what a reader would notice of an entry: its words and its pictures.

    `media` are the addresses of pictures, sounds and films. Left out is what moves by itself:
    white space, attribute order, the hosts, queries and signatures of those addresses, relative
    times and counters.
    """
    # A content network moves a file between hosts and folders, but keeps its name.
    names = "\n".join(map(_file_name, media))
    words = f"{_still(title)}\x00{_still(text)}\x00{names}"
    return hashlib.sha256(words.encode("utf-8", "replace")).digest()[:_DIGEST_BYTES]


def _still(text: str) -> str:
    """Text without what moves by itself; only for comparing."""
    text = unicodedata.normalize("NFKC", text)
    still = _without_noise(text) if _MAYBE_DIGIT.search(text) else _NUMBERLESS.sub(" ", text)
    return "".join(still.split())


def _without_noise(text: str) -> str:
    words = _ANY_WORD.findall(text.lower())
    shown = "\n".join({*words, *(mark for mark in _DATE_MARKS if mark in text)})
    for kind, noise in _NOISE:
        if any(sign in shown for sign in _SIGNS[kind]):
            text = noise.sub(" ", text)
    return text


def _file_name(source: str) -> str:
    """The last segment of an address; with the one before where it is only a size (`/640`).

    Percent-encoding has one spelling here, the usual one.
    """
    *_, folder, name = ("", "", *source.partition("?")[0].rstrip("/").split("/"))
    if name.isdigit() or len(name) < _SHORTEST_FILE_NAME:
        name = f"{folder}/{name}"
    if not name.isascii():
        name = quote(name.encode("utf-8", "replace"), safe=_ASCII)
    return _ESCAPE.sub(lambda escape: escape[0].upper(), name) if "%" in name else name


_ASCII = "".join(map(chr, range(128)))
_ESCAPE = re.compile("%[0-9a-f]{2}", re.IGNORECASE)


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
    link = entry.canonical_link
    if link is None or shared[link] > 1 or link == site or links.names_a_site(link):
        link = None
    link_key = link_key_of(link) if link else None
    if entry.guid and guids[entry.guid] == 1:
        return replace(entry, key=_key("guid", entry.guid), link_key=link_key)
    return replace(entry, key=link_key or "", link_key=link_key)


def _with_words(entry: NormalEntry, titled: Counter[str]) -> NormalEntry:
    """Identify an entry by its title, or by what it says."""
    named = bool(entry.title_key) and titled[entry.title_key] == 1
    text = "" if named else f"{entry.published_raw or ''}\x00{entry.text_digest.hex()}"
    digest = _key("digest", f"{entry.guid or ''}\x00{entry.title_key}\x00{text}")
    return replace(entry, key=digest)


def link_key_of(canonical_link: str) -> str:
    """What an entry is known by through its link."""
    return _key("link", canonical_link)


def _key(basis: str, value: str) -> str:
    return hashlib.sha256(f"{basis}\x00{value}".encode("utf-8", "replace")).hexdigest()


def reused_key(entry: NormalEntry) -> str:
    """The key of an entry whose guid belongs to another article already."""
    return _key("reused", f"{entry.guid}\x00{entry.canonical_link}\x00{entry.title_key}")


def record_key(entry: NormalEntry) -> str:
    """The key of an archive's record that names no address: its title, and its time if it has one.

    A record with neither keeps the key that it has.
    """
    if entry.guid is not None or entry.link_key is not None or not entry.title_key:
        return entry.key
    return _record_key(entry.title_key, entry.published_at)


def _record_key(title_key: str, at: datetime | None) -> str:
    return _key("record", f"{title_key}\x00{at.isoformat() if at else ''}")


def times_of_record(at: datetime | None) -> set[datetime | None]:
    """The times that an archive's record may give an article of this time.

    None at all; the day; the right one; and the one that takes Chinese time for GMT.
    """
    if at is None:
        return {None}
    days = (at.astimezone(zone).replace(**_MIDNIGHT) for zone in (UTC, _CHINA))
    return {None, at, at + _AHEAD, at - _AHEAD, *(day.astimezone(UTC) for day in days)}


_AHEAD = timedelta(hours=8)
_CHINA = timezone(_AHEAD)
_MIDNIGHT: dict[str, Any] = {"hour": 0, "minute": 0, "second": 0, "microsecond": 0}


def _record_keys(entry: NormalEntry) -> list[str]:
    """The keys of records that may be of an article with an address of its own."""
    if not entry.title_key or (entry.guid is None and entry.link_key is None):
        return []
    return [_record_key(entry.title_key, at) for at in times_of_record(entry.published_at)]


def lookup_keys(entries: Iterable[NormalEntry]) -> tuple[set[str], set[str]]:
    """The keys and the link keys under which these entries may be known already."""
    keys: set[str] = set()
    link_keys: set[str] = set()
    for entry in entries:
        keys |= {entry.key, reused_key(entry), *_record_keys(entry)}
        if entry.link_key:
            link_keys.add(entry.link_key)
    return keys, link_keys


def decide(entries: Sequence[NormalEntry], known: Iterable[KnownEntry]) -> list[Verdict]:
    """Judge each identified entry against what is kept of its feed; one verdict an entry."""
    known = list(known)
    by_key = {entry.key: entry for entry in known}
    by_link: dict[str, list[KnownEntry]] = {}
    by_text: dict[bytes, list[KnownEntry]] = {}
    for kept in known:
        if kept.link_key:
            by_link.setdefault(kept.link_key, []).append(kept)
        else:
            by_text.setdefault(kept.text_digest, []).append(kept)
    taken: set[int] = set()
    verdicts = []
    for entry in entries:
        alike = [k for k in by_text.get(entry.text_digest, ()) if k.id not in taken]
        verdict = _judge(entry, by_key, by_link, alike, taken)
        if verdict.known:
            taken.add(verdict.known.id)
        verdicts.append(verdict)
    return verdicts


def _judge(
    entry: NormalEntry,
    by_key: dict[str, KnownEntry],
    by_link: dict[str, list[KnownEntry]],
    alike: list[KnownEntry],
    taken: set[int],
) -> Verdict:
    by_words = _known_by_words(entry, alike) if entry.link_key is None else None
    kept = by_key.get(entry.key)
    if kept is None or (entry.guid is None and by_words is not None):
        kept = by_words
    if kept and not _is_same_article(entry, kept):
        entry = replace(entry, key=reused_key(entry))
        kept = by_key.get(entry.key)
    if kept is None:
        kept = _moved_here(entry, by_link.get(entry.link_key or "", []))
    if kept is None and (kept := _record_of(entry, by_key)) and kept.id not in taken:
        same = kept.text_digest == entry.text_digest
        kind = VerdictKind.UNCHANGED if same else VerdictKind.EDITED
        return Verdict(kind=kind, entry=entry, known=kept)  # it is known by its address from now on
    if kept is None or kept.id in taken:
        return Verdict(kind=VerdictKind.NEW, entry=entry)
    same = kept.text_digest == entry.text_digest and not _has_moved(entry, kept)
    same = same or entry.is_unfinished  # the rest of it is no longer said, not taken back
    kind = VerdictKind.UNCHANGED if same else VerdictKind.EDITED
    return Verdict(kind=kind, entry=replace(entry, key=kept.key), known=kept)


def _record_of(entry: NormalEntry, by_key: dict[str, KnownEntry]) -> KnownEntry | None:
    """The record of an archive, without an address, that an article was kept as."""
    if not by_key:  # six digests an entry for nothing
        return None
    found = (by_key.get(key) for key in _record_keys(entry))
    return next((kept for kept in found if kept and kept.guid is kept.link_key is None), None)


def _known_by_words(entry: NormalEntry, alike: list[KnownEntry]) -> KnownEntry | None:
    """The kept entry that says the same, for an entry that has no address of its own.

    Some feeds give their entries other guids on every build. Two posts may well say the same
    (转发微博), but not at the same time.
    """
    for kept in alike:
        same_title = titles.title_key(kept.title) == entry.title_key
        same_time = kept.published_raw == entry.published_raw
        if same_title and (same_time or (entry.guid is None and kept.guid is None)):
            return kept
    return None


def _is_same_article(entry: NormalEntry, kept: KnownEntry) -> bool:
    """Whether a guid or link still means the article it meant.

    A publisher who edits changes the title or the address; one who uses an id again changes
    both, and the date.
    """
    if entry.guid is not None:
        moved = None not in (entry.link_key, kept.link_key) and entry.link_key != kept.link_key
    else:
        dates = (entry.published_raw, kept.published_raw)
        moved = None not in dates and dates[0] != dates[1]
    return not moved or _are_alike(entry.title_key, titles.title_key(kept.title))


def _has_moved(entry: NormalEntry, kept: KnownEntry) -> bool:
    """Whether the article is at another place now; hosts and queries rotate, paths do not.

    Paths are compared in their canonical form: another spelling of one address is no move.
    """
    if None in (entry.link, kept.link) or entry.link == kept.link:
        return False
    here, there = entry.canonical_link or "", links.canonical_link(kept.link) or ""
    return urlsplit(here).path != urlsplit(there).path


def _are_alike(one: str, other: str) -> bool:
    """Whether two titles share half of their character pairs (Dice, on bigrams)."""
    pairs = [{text[i : i + 2] for i in range(len(text) - 1)} or {text} for text in (one, other)]
    return 2 * len(pairs[0] & pairs[1]) >= 0.5 * (len(pairs[0]) + len(pairs[1]))


def _moved_here(entry: NormalEntry, same_link: list[KnownEntry]) -> KnownEntry | None:
    """The one kept entry with this link, if the publisher only gave it another guid."""
    if len(same_link) != 1:
        return None
    kept = same_link[0]
    same = kept.text_digest == entry.text_digest
    return kept if same or _are_alike(entry.title_key, titles.title_key(kept.title)) else None
