"""Compares the entries of a document with stored ones: each is new, edited or unchanged."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from ingest.reading.dedupe import likeness
from ingest.reading.dedupe.identity import (
    nearby_link_keys,
    other_link_keys,
    record_keys,
    record_of,
    reused_key,
)
from ingest.values import KnownEntry, NormalEntry, Verdict, VerdictKind

# An entry, the stored entry that matches it, and whether the two have different addresses.
_Found = tuple[NormalEntry, KnownEntry | None, bool]
_Find = Callable[[NormalEntry], _Found]
_TitleAndTime = tuple[str, datetime] | None
# A site has moved if at least this many entries of a document, and half of them, have moved.
_FEWEST_OF_A_MOVE = 3


def lookup_keys(entries: Iterable[NormalEntry]) -> tuple[set[str], set[str]]:
    """Return the keys and link keys (hashes that identify entries) of these entries.

    An entry may be stored under any of its keys.
    """
    keys: set[str] = set()
    link_keys: set[str] = set()
    for entry in entries:
        keys |= {entry.key, reused_key(entry), *record_keys(entry)}
        if entry.link_key:
            others = other_link_keys(entry)
            link_keys |= {entry.link_key, *others, *nearby_link_keys(entry)}
            keys |= set(others) if entry.guid is None else set()
    return keys, link_keys


def has_nothing_known(verdicts: Sequence[Verdict], beside: Collection[bytes]) -> bool:
    """Return whether all entries are new, and so many that the site may have moved.

    `beside` has the digests of the document's other entries, whose bytes are already stored.
    """
    is_new = all(verdict.kind is VerdictKind.NEW for verdict in verdicts)
    return is_new and not beside and len(verdicts) >= _FEWEST_OF_A_MOVE


def decide(
    entries: Sequence[NormalEntry],
    known: Iterable[KnownEntry],
    *,
    beside: Collection[bytes] = frozenset(),
) -> list[Verdict]:
    """Return a verdict on each entry, given the stored entries of its feed.

    The same document may contain other stored entries with unchanged bytes. `beside` has the
    digests of their bytes. These stored entries are not compared with the given entries.
    """
    judging = _Judging(entries, known)
    judging.match(judging.by_guid)
    judging.match(judging.by_key)
    judging.take(kept.id for kept in judging.known if kept.item_digest in beside)
    judging.match(judging.by_link)
    is_gap = not judging.matched and not beside
    judging.match(judging.by_words)
    judging.match(judging.by_record)
    if is_gap and judging.known:
        judging.match_moved_site()
    return judging.verdicts()


class _Judging:
    """Matches the entries of a document with stored entries, each at most once."""

    def __init__(self, entries: Sequence[NormalEntry], known: Iterable[KnownEntry]) -> None:
        # Current addresses come last, so that they replace former addresses in the dictionaries.
        self.known = sorted(known, key=lambda kept: not kept.is_former)
        self.matched: dict[int, Verdict] = {}
        self._entries = list(entries)
        self._taken: set[int] = set()
        self._by_key = {kept.key: kept for kept in self.known}
        self._by_link: dict[str, list[KnownEntry]] = defaultdict(list)
        self._by_text: dict[bytes, list[KnownEntry]] = defaultdict(list)
        for kept in self.known:
            self._by_text[kept.text_digest].append(kept)
            if kept.link_key:
                self._by_link[kept.link_key].append(kept)

    def take(self, entry_ids: Iterable[int]) -> None:
        """Exclude stored entries from further matches."""
        self._taken.update(entry_ids)

    def match(self, find: _Find) -> None:
        """Use the method `find` to match each entry that is not matched yet."""
        if not self._by_key:
            return
        for place, entry in enumerate(self._entries):
            if place not in self.matched:
                self._note(place, *find(entry))

    def verdicts(self) -> list[Verdict]:
        """Return the verdict on each entry; an entry without a match is new."""
        return [
            self.matched.get(place) or Verdict(kind=VerdictKind.NEW, entry=entry)
            for place, entry in enumerate(self._entries)
        ]

    def _note(self, place: int, entry: NormalEntry, kept: KnownEntry | None, moved: bool) -> None:
        self._entries[place] = entry
        if kept is None or kept.id in self._taken:
            return
        self._taken.add(kept.id)
        # An entry without an address keeps the address of the stored entry.
        moved = moved and (entry.link_key is not None or kept.link_key is None)
        same = kept.text_digest == entry.text_digest
        same = same and (moved or not likeness.has_moved(entry, kept))
        # The document was cut off inside an unfinished entry, so the missing text was not removed.
        same = same or entry.is_unfinished
        self.matched[place] = Verdict(
            kind=VerdictKind.UNCHANGED if same else VerdictKind.EDITED,
            entry=entry if moved else replace(entry, key=kept.key),
            known=kept,
            moved=moved,
        )

    def by_guid(self, entry: NormalEntry) -> _Found:
        """Find the stored entry with the same guid."""
        kept = self._by_key.get(entry.key) if entry.guid is not None else None
        if kept is None or not likeness.is_same_article(entry, kept):
            return entry, None, False
        return entry, kept, kept.is_former

    def by_key(self, entry: NormalEntry) -> _Found:
        """Find the stored entry with the same link, or with the same words if there is no link."""
        by_words = next(self._without_link(entry), None) if entry.link_key is None else None
        kept = self._by_key.get(entry.key)
        if kept is None or (entry.guid is None and by_words is not None):
            kept = by_words
        if kept and (kept.id in self._taken or not likeness.is_same_article(entry, kept)):
            entry = replace(entry, key=reused_key(entry))
            kept = self._by_key.get(entry.key)
        if kept is None and entry.guid is None:
            kept = next(self._by_other_links(entry), None)
        return entry, kept, kept is not None and kept.is_former

    def _without_link(self, entry: NormalEntry) -> Iterator[KnownEntry]:
        for kept in self._by_text.get(entry.text_digest, ()):
            is_free = kept.id not in self._taken and kept.link_key is None
            if is_free and likeness.is_known_by_words(entry, kept):
                yield kept

    def _by_other_links(self, entry: NormalEntry) -> Iterator[KnownEntry]:
        for key in other_link_keys(entry):
            kept = self._by_key.get(key)
            if kept and kept.id not in self._taken and likeness.is_same_article(entry, kept):
                yield kept

    def by_link(self, entry: NormalEntry) -> _Found:
        """Find the only stored entry with this link, if the publisher changed its guid."""
        same = (entry.link_key, *other_link_keys(entry)) if entry.link_key else ()
        for key in (*same, *nearby_link_keys(entry)):
            free = {k.id: k for k in self._by_link.get(key, ()) if k.id not in self._taken}
            if len(free) == 1:
                (kept,) = free.values()
                if likeness.is_moved_here(entry, kept):
                    return entry, kept, kept.is_former or key not in same
        return entry, None, False

    def by_record(self, entry: NormalEntry) -> _Found:
        """Find the stored entry that was read from another archive's file of the same article."""
        return entry, record_of(entry, self._by_key), True

    def by_words(self, entry: NormalEntry) -> _Found:
        """Find the stored entry at another address with equal text, title and time."""
        alike = self._alike(entry)
        return entry, next((k for k in alike if likeness.is_joined(entry, k)), None), True

    def match_moved_site(self) -> None:
        """Match the entries of a site that moved to other addresses.

        Equal titles and texts are enough, even if they are short and have no date. Equal titles and
        times are enough too, because a new theme may change the text: it adds words and renames
        pictures.
        """
        found = {}
        titled = self._by_title_and_time()
        for place, entry in enumerate(self._entries):
            if place in self.matched:
                continue
            alike = [k for k in self._alike(entry) if likeness.has_same_title(entry, k)]
            if len({k.id for k in alike}) == 1 and likeness.has_like_time(entry, alike[0]):
                found[place] = alike[0]
            elif not alike and (kept := titled.get(likeness.title_and_time(entry))):
                found[place] = kept
        if len(found) + len(self.matched) >= max(_FEWEST_OF_A_MOVE, len(self._entries) / 2):
            for place, kept in found.items():
                self._note(place, self._entries[place], kept, True)

    def _alike(self, entry: NormalEntry) -> list[KnownEntry]:
        """Return the stored entries with the same text that are not matched yet."""
        found = self._by_text.get(entry.text_digest, ())
        return [kept for kept in found if kept.id not in self._taken]

    def _by_title_and_time(self) -> dict[_TitleAndTime, KnownEntry]:
        """Return stored entries by title and precise time.

        A pair of title and time is included only if it occurs exactly once in the document and
        exactly once among the stored entries.
        """
        counted = Counter(map(likeness.title_and_time, self._entries))
        found = {(likeness.title_and_time(kept), kept.id): kept for kept in self.known}
        counted_kept = Counter(title for title, _ in found)
        return {
            title: kept
            for (title, entry_id), kept in found.items()
            if title and counted[title] == counted_kept[title] == 1 and entry_id not in self._taken
        }
