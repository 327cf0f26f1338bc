"""Entries of documents from the past: they never overwrite what is newer.

What is not known is new; another text of a known entry becomes a revision at the place in time
where it belongs. The short cuts of live polls (bytes, validators) are left as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.reading import dedupe
from ingest.store import addresses, recognise, revisions
from ingest.store import entries as store
from ingest.store.captures import Seen, keep_captures
from ingest.store.due import mark_due
from ingest.store.records import Records
from ingest.store.statements import in_batches
from ingest.values import NormalEntry, Verdict, VerdictKind
from models import Entry, Revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How many entries of a document were not known, known from later, from earlier, or so."""

    new: int = 0
    earlier: int = 0
    edited: int = 0
    known: int = 0

    def __add__(self, other: Kept) -> Kept:
        return Kept(
            new=self.new + other.new,
            earlier=self.earlier + other.earlier,
            edited=self.edited + other.edited,
            known=self.known + other.known,
        )


@dataclass(frozen=True, slots=True)
class _Present:
    """What has to be known of a kept entry to put another version before or after it."""

    seen_at: datetime
    updated_at: datetime | None
    full_text: bool


def has_link(connection: sa.Connection, feed_id: int, canonical_link: str) -> bool:
    """Whether an entry of a feed has, or had, this link."""
    return bool(addresses.known_links(connection, feed_id, [dedupe.link_key_of(canonical_link)]))


def some_links(connection: sa.Connection, feed_id: int, limit: int = 100) -> list[str]:
    """The links of some entries of a feed, those kept last."""
    query = sa.select(Entry.link).where(Entry.feed_id == feed_id, Entry.link.is_not(None))
    return list(connection.scalars(query.order_by(Entry.id.desc()).limit(limit)))


def keep_history(
    connection: sa.Connection,
    seen: Seen,
    entries: Sequence[NormalEntry],
    *,
    as_of: datetime | None,
    by_link: bool = False,
    records: Records | None = None,
) -> Kept:
    """Keep what a document from the past adds, and count it.

    `as_of` is when the document was the present; without it, it is older than anything known.
    With `by_link`, entries whose link is known are known, whatever they say: an article's page
    is not the words of its feed. With `records`, the document is a record of an archive.
    """
    store.hold_feed(connection, seen.feed_id)
    familiar = 0
    if by_link:
        links = addresses.known_links(
            connection, seen.feed_id, {e.link_key for e in entries if e.link_key}
        )
        familiar = sum(entry.link_key in links for entry in entries)
        entries = [entry for entry in entries if entry.link_key not in links]
    verdicts = recognise.judge(connection, seen.feed_id, entries)
    if records is not None:
        verdicts = records.judge(connection, seen, verdicts)
    new = [_dated(verdict, as_of) for verdict in store.of_kind(verdicts, VerdictKind.NEW)]
    others = store.of_kind(verdicts, VerdictKind.EDITED)
    present = _present(connection, others)
    others = [v for v in others if _says_more(v, present) and not _is_kept(connection, v)]
    named = [] if records is not None else [v for v in verdicts if _was_nameless(v)]
    captures = keep_captures(connection, seen, store.bodies(seen, [*new, *others, *named]))
    store.insert_new(connection, seen, new, captures)
    if records is not None:
        records.claim(connection, seen, [*verdicts, *new])
    changed = []
    for verdict in others:
        if _is_newer(verdict, present, as_of):
            store.replace_text(connection, seen, verdict, captures)
            changed.append(_known_id(verdict))
        else:
            _insert_earlier(connection, verdict, present, captures, as_of)
    edited = len(changed)
    changed += addresses.take(connection, named, captures, seen.at)
    addresses.note_others(connection, [v for v in verdicts if v not in named], seen.at)
    changed += store.take_late_dates(connection, [v for v in verdicts if v.known])
    mark_due(connection, changed, seen.at)
    known = len(verdicts) - len(new) - len(others)
    return Kept(new=len(new), edited=edited, earlier=len(others) - edited, known=known + familiar)


def _was_nameless(verdict: Verdict) -> bool:
    """Whether this is the address of an archive's record that named none."""
    known = verdict.known
    return verdict.moved and known is not None and known.guid is known.link_key is None


def _dated(verdict: Verdict, as_of: datetime | None) -> Verdict:
    """An entry that nobody dated is at least as old as the document it is in."""
    if verdict.entry.published_at is not None or as_of is None:
        return verdict
    entry = replace(
        verdict.entry,
        published_at=as_of,
        published_method=dedupe.FROM_CAPTURE,
        published_precision="day",
    )
    return replace(verdict, entry=entry)


def _present(connection: sa.Connection, verdicts: Sequence[Verdict]) -> dict[int, _Present]:
    found: dict[int, _Present] = {}
    columns = (Entry.id, Entry.seen_at, Entry.updated_at, Entry.full_text)
    for some in in_batches([_known_id(verdict) for verdict in verdicts]):
        for row in connection.execute(sa.select(*columns).where(Entry.id.in_(some))):
            found[row.id] = _Present(row.seen_at, row.updated_at, row.full_text)
    return found


def _known_id(verdict: Verdict) -> int:
    if verdict.known is None:
        raise ValueError("only a known entry has an earlier version")
    return verdict.known.id


def _says_more(verdict: Verdict, present: dict[int, _Present]) -> bool:
    """Whether this is another text; a feed's words are none beside the full text of a page."""
    known = verdict.known
    if known is None or verdict.entry.text_digest == known.text_digest:
        return False
    return not present[known.id].full_text or verdict.entry.page is not None


def _is_kept(connection: sa.Connection, verdict: Verdict) -> bool:
    query = sa.select(Revision.id).where(
        Revision.entry_id == _known_id(verdict),
        Revision.text_digest == verdict.entry.text_digest,
    )
    return connection.execute(query.limit(1)).first() is not None


def _is_newer(verdict: Verdict, present: dict[int, _Present], as_of: datetime | None) -> bool:
    """Whether a version came after the one that is kept, by the publisher or by the document."""
    kept, updated_at = present[_known_id(verdict)], verdict.entry.updated_at
    if updated_at and kept.updated_at and updated_at != kept.updated_at:
        return updated_at > kept.updated_at
    return as_of is not None and as_of > kept.seen_at


def _insert_earlier(
    connection: sa.Connection,
    verdict: Verdict,
    present: dict[int, _Present],
    captures: dict[bytes, int],
    as_of: datetime | None,
) -> None:
    """Put a version among the revisions, where it belongs in time, and count the later ones on."""
    entry, entry_id = verdict.entry, _known_id(verdict)
    latest = present[entry_id].seen_at
    at = min(as_of or entry.updated_at or entry.published_at or latest, latest)
    of_entry = Revision.entry_id == entry_id
    before = sa.select(sa.func.count()).where(of_entry, Revision.seen_at <= at)
    place = connection.execute(before).scalar_one() + 1 if as_of else 1
    revisions.count_on(connection, entry_id, place)
    after = sa.select(Revision.seen_at).where(of_entry, Revision.version == place + 1)
    columns: dict[str, Any] = store.content_columns(entry)
    columns |= store.capture_numbers(entry, captures)
    columns |= {
        "entry_id": entry_id,
        "version": place,
        "seen_at": at,
        "replaced_at": connection.execute(after).scalar_one_or_none() or latest,
    }
    earlier = sa.update(Revision).where(of_entry, Revision.version == place - 1)
    connection.execute(earlier.values(replaced_at=at))
    connection.execute(sa.insert(Revision).values(columns))
