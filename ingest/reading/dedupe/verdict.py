"""New, edited or unchanged: each entry of a document judged against what is kept of its feed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from ingest.reading import links, titles
from ingest.reading.dedupe.identity import reused_key
from ingest.reading.dedupe.records import record_keys, record_of
from ingest.values import KnownEntry, NormalEntry, Verdict, VerdictKind


def lookup_keys(entries: Iterable[NormalEntry]) -> tuple[set[str], set[str]]:
    """The keys and the link keys under which these entries may be known already."""
    keys: set[str] = set()
    link_keys: set[str] = set()
    for entry in entries:
        keys |= {entry.key, reused_key(entry), *record_keys(entry)}
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
    if kept is None and (kept := record_of(entry, by_key)) and kept.id not in taken:
        same = kept.text_digest == entry.text_digest
        kind = VerdictKind.UNCHANGED if same else VerdictKind.EDITED
        return Verdict(kind=kind, entry=entry, known=kept)  # it is known by its address from now on
    if kept is None or kept.id in taken:
        return Verdict(kind=VerdictKind.NEW, entry=entry)
    same = kept.text_digest == entry.text_digest and not _has_moved(entry, kept)
    same = same or entry.is_unfinished  # the rest of it is no longer said, not taken back
    kind = VerdictKind.UNCHANGED if same else VerdictKind.EDITED
    return Verdict(kind=kind, entry=replace(entry, key=kept.key), known=kept)


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
