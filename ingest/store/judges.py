"""Decide what a document changes in the store. There is a judge for each kind of document.

    Live       the current feed: its text replaces the stored text
    Past       an old document of the feed: it never overwrites newer text
    Late       a polled document that could not be read at the time
    Page       an old page of an article: an entry that has its link is not changed
    RecordFile a file of an old archive, which may lack an address

`holdings` has one more, for what another reader holds. Judges write nothing.
`commit.keep` calls one in its transaction, under the feed's lock.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa

from ingest.reading import dedupe
from ingest.store import addresses, recognise, revisions
from ingest.store.captures import Seen
from ingest.store.records import Records
from ingest.store.statements import in_batches
from ingest.values import Changes, Earlier, NormalEntry, Verdict, VerdictKind, of_kind
from models import Entry


class Judge(Protocol):
    """The interface of a judge, which decides what to write for each entry of a document."""

    def judge(
        self, connection: sa.Connection, seen: Seen, entries: Sequence[NormalEntry]
    ) -> Changes:
        """Return what the entries of a document change in the store, without writing anything."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A judge of the entries of the current feed.

    `beside` has digests of the bytes of the document's other entries, which are already known to be
    unchanged. With `may_be_empty`, first check if the feed has any entries, which is faster for an
    empty feed.
    """

    beside: Collection[bytes] = ()
    may_be_empty: bool = False

    def judge(
        self, connection: sa.Connection, seen: Seen, entries: Sequence[NormalEntry]
    ) -> Changes:
        """Return what the entries of a document change in the store, without writing anything."""
        verdicts = recognise.judge(
            connection, seen.feed_id, entries, beside=self.beside, may_be_empty=self.may_be_empty
        )
        unchanged = of_kind(verdicts, VerdictKind.UNCHANGED)
        edited = of_kind(verdicts, VerdictKind.EDITED)
        return Changes(
            verdicts=verdicts,
            new=of_kind(verdicts, VerdictKind.NEW),
            edited=edited,
            readdressed=edited,
            moved=[verdict for verdict in verdicts if verdict.moved],
            current=unchanged,
            dated=unchanged,
        )


@dataclass(frozen=True, kw_only=True)
class Past:
    """A judge of an old document. The document was current at `as_of`.

    If `as_of` is None, the document is older than all stored versions. Unknown entries are new. A
    different text of a known entry becomes a revision, ordered by time. The stored digest of the
    entry's bytes and the feed's validators are not changed.
    """

    as_of: datetime | None

    def judge(
        self, connection: sa.Connection, seen: Seen, entries: Sequence[NormalEntry]
    ) -> Changes:
        """Return what the entries of a document change in the store, without writing anything."""
        verdicts = recognise.judge(connection, seen.feed_id, entries)
        return self._sort(connection, verdicts, [one for one in verdicts if _was_nameless(one)])

    def _sort(
        self, connection: sa.Connection, verdicts: Sequence[Verdict], moved: Sequence[Verdict]
    ) -> Changes:
        others = of_kind(verdicts, VerdictKind.EDITED)
        present = _present(connection, others)
        versions = [
            verdict
            for verdict in others
            if _is_another_text(verdict, present[_known_id(verdict)])
            and not revisions.has_text(connection, _known_id(verdict), verdict.entry.text_digest)
        ]
        edited = [one for one in versions if self._is_newer(one, present[_known_id(one)])]
        earlier = [one for one in versions if one not in edited]
        return Changes(
            verdicts=verdicts,
            new=[self._with_date(one) for one in of_kind(verdicts, VerdictKind.NEW)],
            edited=edited,
            earlier=[self._place(one, present[_known_id(one)]) for one in earlier],
            moved=moved,
            elsewhere=[one for one in verdicts if one not in moved],
            dated=[verdict for verdict in verdicts if verdict.known],
            is_past=True,
            as_of=self.as_of,
        )

    def _with_date(self, verdict: Verdict) -> Verdict:
        """Return the verdict; an entry without a date gets the date of its document."""
        if verdict.entry.published_at is not None or self.as_of is None:
            return verdict
        entry = replace(
            verdict.entry,
            published_at=self.as_of,
            published_method=dedupe.FROM_CAPTURE,
            published_precision="day",
        )
        return replace(verdict, entry=entry)

    def _is_newer(self, verdict: Verdict, present: _Present) -> bool:
        """Return whether a version is newer than the stored version.

        Compare the dates of update; if one is missing or they are equal, compare the dates on which
        the versions were seen.
        """
        updated_at = verdict.entry.updated_at
        if updated_at and present.updated_at and updated_at != present.updated_at:
            return updated_at > present.updated_at
        return self.as_of is not None and self.as_of > present.seen_at

    def _place(self, verdict: Verdict, present: _Present) -> Earlier:
        entry, latest = verdict.entry, present.seen_at
        at = min(self.as_of or entry.updated_at or entry.published_at or latest, latest)
        return Earlier(verdict, at=at, present_since=latest, is_first=self.as_of is None)


class Late(Past):
    """A judge of a document that a poll at `as_of` could not read.

    In other old documents, an entry without a date gets the date of the document. Here it gets
    none.
    """

    def judge(
        self, connection: sa.Connection, seen: Seen, entries: Sequence[NormalEntry]
    ) -> Changes:
        """Return what the entries of a document change in the store, without writing anything."""
        return replace(super().judge(connection, seen, entries), is_past=False)

    def _with_date(self, verdict: Verdict) -> Verdict:
        return verdict


class Page(Past):
    """A judge of an old page of an article. If a stored entry has its link, nothing is changed."""

    def judge(
        self, connection: sa.Connection, seen: Seen, entries: Sequence[NormalEntry]
    ) -> Changes:
        """Return what the entries of a document change in the store, without writing anything."""
        links = {entry.link_key for entry in entries if entry.link_key}
        known = addresses.known_links(connection, seen.feed_id, links)
        others = [entry for entry in entries if entry.link_key not in known]
        changes = super().judge(connection, seen, others)
        return replace(changes, passed=len(entries) - len(others))


@dataclass(frozen=True, kw_only=True)
class RecordFile(Past):
    """A judge of a file of an old archive.

    If the entry in the file has no link, `records` finds the stored entry.
    """

    records: Records

    def judge(
        self, connection: sa.Connection, seen: Seen, entries: Sequence[NormalEntry]
    ) -> Changes:
        """Return what the entries of a document change in the store, without writing anything."""
        verdicts = recognise.judge(connection, seen.feed_id, entries)
        return self._sort(connection, self.records.judge(connection, seen, verdicts), ())


@dataclass(frozen=True, slots=True)
class _Present:
    """The columns of the stored version with which another version is compared."""

    seen_at: datetime
    updated_at: datetime | None
    full_text: bool


def _present(connection: sa.Connection, verdicts: Sequence[Verdict]) -> dict[int, _Present]:
    found: dict[int, _Present] = {}
    columns = (Entry.id, Entry.seen_at, Entry.updated_at, Entry.full_text)
    for some in in_batches([_known_id(verdict) for verdict in verdicts]):
        for row in connection.execute(sa.select(*columns).where(Entry.id.in_(some))):
            found[row.id] = _Present(row.seen_at, row.updated_at, row.full_text)
    return found


def _known_id(verdict: Verdict) -> int:
    if verdict.known is None:
        raise ValueError("only a known entry has another version")
    return verdict.known.id


def _was_nameless(verdict: Verdict) -> bool:
    """Return whether a stored entry without guid and link now gets its first link."""
    known = verdict.known
    return verdict.moved and known is not None and known.guid is known.link_key is None


def _is_another_text(verdict: Verdict, present: _Present) -> bool:
    """Return whether a text differs from the stored text.

    Return False if the stored text is the full text, and the other one is a shorter text from a
    feed.
    """
    if verdict.known is None or verdict.entry.text_digest == verdict.known.text_digest:
        return False
    return not present.full_text or verdict.entry.page is not None
