"""Find the stored entries for records of old archives, if the records have no address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ingest.reading import dedupe, titles
from ingest.store.captures import Seen
from ingest.store.recognise import known_entry
from ingest.values import KnownEntry, NormalEntry, Verdict, VerdictKind
from models import BackfillDocument, BackfillRecord, Capture, Entry

# Maps normalized titles to the ids and publication dates of a feed's entries.
_Titled = Mapping[str, Sequence[tuple[int, datetime | None]]]
_MOST_OF_ONE_TITLE = 50


class Records:
    """The records of one feed in one run of a backfill, matched with stored entries.

    `titled` has the feed's entries that have an address, by normalized title. They are queried once
    per run, because an archive has thousands of records.
    """

    def __init__(self, titled: _Titled) -> None:
        self._titled = titled

    def judge(
        self, connection: sa.Connection, seen: Seen, verdicts: Iterable[Verdict]
    ) -> list[Verdict]:
        """Return the verdicts (new, edited or unchanged) on records of an old archive.

        If a record has no address, its stored entry is found by the title of the record, or by its
        file.
        """
        return [self._judge(connection, seen, verdict) for verdict in verdicts]

    def claim(self, connection: sa.Connection, seen: Seen, verdicts: Sequence[Verdict]) -> None:
        """Store which entry belongs to a file, so that a run that was killed can continue."""
        known = [verdict.known.id for verdict in verdicts if verdict.known]
        keys = [verdict.entry.key for verdict in verdicts]
        query = sa.select(Entry.id).where(Entry.feed_id == seen.feed_id, Entry.key.in_(keys))
        entry_id = known[0] if known else connection.scalar(query.limit(1))
        of_document = BackfillRecord.document_id == seen.document_id
        connection.execute(sa.delete(BackfillRecord).where(of_document))
        if entry_id is not None and seen.document_id is not None:
            row = {"document_id": seen.document_id, "entry_id": entry_id}
            connection.execute(sa.insert(BackfillRecord).values(row))

    def _judge(self, connection: sa.Connection, seen: Seen, verdict: Verdict) -> Verdict:
        entry = verdict.entry
        if entry.guid or entry.link_key or not entry.title_key:
            return verdict
        known = verdict.known or self._of_title(connection, entry)
        if known is None:
            return verdict
        if not _are_one(entry, known) and _is_taken(connection, known, seen):
            return _another(connection, seen, entry)
        return _verdict(entry, known)

    def _of_title(self, connection: sa.Connection, entry: NormalEntry) -> KnownEntry | None:
        """Return the entry that has an address, this title and a matching time.

        Return None if there is none, or more than one.
        """
        alike = [
            entry_id
            for entry_id, at in self._titled.get(entry.title_key, ())
            if entry.published_at in dedupe.times_of_record(at)
        ]
        return known_entry(connection, alike[0]) if len(alike) == 1 else None


def _are_one(entry: NormalEntry, known: KnownEntry) -> bool:
    """Return whether a record and a stored entry are the same post.

    The text must be equal. A short text such as 早安 can occur daily, so the time must match too.
    """
    return known.text_digest == entry.text_digest and (
        dedupe.has_like_time(entry, known) or dedupe.is_long(entry.html)
    )


def _is_taken(connection: sa.Connection, known: KnownEntry, seen: Seen) -> bool:
    """Return whether a stored entry was already read from another file of this run or folder."""
    query = sa.select(Capture.url).join(Entry, Entry.capture_id == Capture.id)
    url = connection.scalar(query.where(Entry.id == known.id)) or ""
    if url == seen.url:
        return False
    is_beside = url.startswith("file:") and _folder(url) == _folder(seen.url)
    return is_beside or _is_claimed(connection, known.id, seen)


def _is_claimed(connection: sa.Connection, entry_id: int, seen: Seen) -> bool:
    """Return whether the same walk has already read this entry from another document.

    A walk reads the documents of one source for one feed, or of files.
    """
    this, other = aliased(BackfillDocument), aliased(BackfillDocument)
    query = sa.select(other.id).join(BackfillRecord, BackfillRecord.document_id == other.id)
    query = query.join(this, this.walk_id == other.walk_id)
    query = query.where(BackfillRecord.entry_id == entry_id, this.id == seen.document_id)
    return connection.scalar(query.where(other.id != this.id).limit(1)) is not None


def titled_entries(connection: sa.Connection, feed_id: int) -> _Titled:
    """Return the entries of a feed that have an address, by normalized title."""
    found: dict[str, list[tuple[int, datetime | None]]] = {}
    query = sa.select(Entry.id, Entry.title, Entry.published_at).where(
        Entry.feed_id == feed_id, sa.or_(Entry.link_key.is_not(None), Entry.guid.is_not(None))
    )
    for row in connection.execute(query):
        found.setdefault(titles.title_key(row.title), []).append((row.id, row.published_at))
    return found


def _another(connection: sa.Connection, seen: Seen, entry: NormalEntry) -> Verdict:
    """Return the verdict on a record whose title and time belong to the entry of another file.

    If an entry was read from this file before, the record is that entry. Otherwise it is a new
    entry.
    """
    keys = [dedupe.record_key(entry, nth) for nth in range(1, _MOST_OF_ONE_TITLE + 1)]
    query = sa.select(Entry.key, Entry.id, Capture.url)
    query = query.join(Capture, Capture.id == Entry.capture_id)
    rows = connection.execute(query.where(Entry.feed_id == seen.feed_id, Entry.key.in_(keys))).all()
    of_file = next((row.id for row in rows if row.url == seen.url), None)
    if of_file is not None:
        return _verdict(entry, known_entry(connection, of_file))
    kept = {row.key for row in rows}
    free = next((key for key in keys if key not in kept), f"{keys[0]}{entry.text_digest.hex()}")
    return Verdict(kind=VerdictKind.NEW, entry=replace(entry, key=free))


def _verdict(entry: NormalEntry, known: KnownEntry) -> Verdict:
    same = known.text_digest == entry.text_digest
    kind = VerdictKind.UNCHANGED if same else VerdictKind.EDITED
    return Verdict(kind=kind, entry=replace(entry, key=known.key), known=known)


def _folder(url: str) -> str:
    return url.rpartition("/")[0]
