"""Decide what the entries that another reader holds change in the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from ingest.reading import dedupe
from ingest.store import recognise
from ingest.store.captures import Seen
from ingest.store.judges import Past
from ingest.values import Changes, Facts, NormalEntry, Verdict


@dataclass(frozen=True, kw_only=True)
class Holding(Past):
    """A judge of entries that another reader holds.

    They count as older than all stored versions. `facts` has what the other reader knew of them, by
    the digests of their items.
    """

    facts: Mapping[bytes, Facts]

    def judge(
        self, connection: sa.Connection, seen: Seen, entries: Sequence[NormalEntry]
    ) -> Changes:
        """Return what the entries of a document change in the store, without writing anything."""
        known = self._with_stored_guids(connection, seen, entries)
        changes = super().judge(connection, seen, known)
        seen_at = {one.key: self._of(one).first_seen for one in known}
        return replace(changes, first_seen={key: at for key, at in seen_at.items() if at})

    def _of(self, entry: NormalEntry) -> Facts:
        return self.facts.get(entry.item_digest, Facts())

    def _with_stored_guids(
        self, connection: sa.Connection, seen: Seen, entries: Sequence[NormalEntry]
    ) -> list[NormalEntry]:
        """Give entries the guid that the store has for them, of those that they may have."""
        keys = {_key_of(guid) for one in entries for guid in self._of(one).perhaps}
        stored = recognise.stored_keys(connection, seen.feed_id, keys)
        return [self._with_guid(one, stored) for one in entries] if stored else list(entries)

    def _with_guid(self, entry: NormalEntry, stored: Collection[str]) -> NormalEntry:
        for guid in self._of(entry).perhaps:
            if (key := _key_of(guid)) in stored:
                return replace(entry, guid=guid, key=key)
        return entry

    def _with_date(self, verdict: Verdict) -> Verdict:
        """Give an entry without a date the date that the other reader guessed."""
        guess = self._of(verdict.entry).guess
        if verdict.entry.published_at is not None or guess is None:
            return verdict
        entry = replace(
            verdict.entry,
            published_at=guess,
            published_method=dedupe.FROM_READER,
            published_precision="day",
        )
        return replace(verdict, entry=entry)


def _key_of(guid: str) -> str:
    return dedupe.key_of_address(guid, None) or ""
