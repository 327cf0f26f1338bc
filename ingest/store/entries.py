"""Insert, replace and update the rows of entries.

This module does not decide which rows: `commit.keep` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from ingest.reading.dedupe import GUESSES
from ingest.store import revisions, supplements
from ingest.store.captures import Seen
from ingest.store.due import mark_new_due
from ingest.store.statements import table_of
from ingest.values import KnownEntry, NormalEntry, Verdict
from models import Entry, Revision
from models.entry import Columns

CONTENT = tuple(Columns.__annotations__)
_ENTRY = table_of(Entry)
_INSERT_ENTRY = sa.insert(_ENTRY).inline()


def insert_new(
    connection: sa.Connection,
    seen: Seen,
    verdicts: Sequence[Verdict],
    captures: dict[bytes, int],
    first_seen: Mapping[str, datetime],
) -> None:
    """Insert new entries, and mark them as due for all followers.

    `first_seen` maps keys of entries that could not be read before to the times when they were
    first seen.
    """
    if not verdicts:
        return
    rows = [
        version_columns(verdict.entry, captures)
        | supplements.full_text_columns(verdict.entry)
        | {
            "feed_id": seen.feed_id,
            "key": verdict.entry.key,
            "guid": verdict.entry.guid,
            "link_key": verdict.entry.link_key,
            "item_digest": verdict.entry.item_digest,
            "version": 1,
            "first_seen_at": first_seen.get(verdict.entry.key, seen.at),
            "seen_at": seen.at,
        }
        for verdict in verdicts
    ]
    connection.execute(_INSERT_ENTRY, rows)
    mark_new_due(connection, seen.feed_id, [row["key"] for row in rows], seen.at)


_SAME_NAMES = tuple(name for name in CONTENT if name in NormalEntry.__dataclass_fields__)
_of_same_name = attrgetter(*_SAME_NAMES)


def content_columns(entry: NormalEntry) -> dict[str, Any]:
    """Return the columns with the content of an entry."""
    return dict(zip(_SAME_NAMES, _of_same_name(entry), strict=True)) | {
        "authors": [asdict(author) for author in entry.authors],
        "categories": list(entry.categories),
        "enclosures": [asdict(enclosure) for enclosure in entry.enclosures],
        "full_text": entry.page is not None and entry.full_text_error is None,
    }


def version_columns(entry: NormalEntry, captures: dict[bytes, int]) -> dict[str, Any]:
    """Return the columns that both an entry and a former version of it have."""
    return content_columns(entry) | _capture_numbers(entry, captures)


def _capture_numbers(entry: NormalEntry, captures: dict[bytes, int]) -> dict[str, int | None]:
    """Return the columns with the ids of the stored bytes of an entry and of its page."""
    page = entry.page
    return {
        "capture_id": captures[entry.raw.digest],
        "page_capture_id": captures[sha256(page.body).digest()] if page else None,
    }


def replace_text(
    connection: sa.Connection, seen: Seen, verdict: Verdict, captures: dict[bytes, int]
) -> None:
    """Store the new text of an entry; the text that was stored before becomes a revision.

    If a revision already has the new text, this revision is deleted, because its text is current
    again. The caller marks the entry as due.
    """
    if verdict.known is None:
        raise ValueError("only a known entry can be replaced")
    entry_id = verdict.known.id
    said_before_at = revisions.take_out(connection, entry_id, verdict.entry.text_digest)
    version = verdict.known.version - (said_before_at is not None)
    connection.execute(_move_present(entry_id, seen.at))
    columns = version_columns(verdict.entry, captures)
    columns |= supplements.full_text_columns(verdict.entry)
    columns |= _first_date(connection, entry_id, verdict.entry)
    columns |= {
        "guid": verdict.entry.guid,
        "link_key": verdict.entry.link_key,
        "item_digest": verdict.entry.item_digest,
        "version": version + 1,
        "seen_at": seen.at,
        "said_before_at": said_before_at,
    }
    connection.execute(sa.update(Entry).where(Entry.id == entry_id).values(columns))


_UTC = Revision.__table__.c.replaced_at.type
_MOVED = (*(name for name in CONTENT if name != "seen_at"), "capture_id", "page_capture_id")


def _move_present(entry_id: int, replaced_at: datetime) -> sa.Insert:
    """Return the statement that copies the stored text of an entry to `revision`."""
    present = sa.select(
        Entry.id,
        *(getattr(Entry, name) for name in _MOVED),
        sa.func.coalesce(Entry.said_before_at, Entry.seen_at, type_=_UTC),
        sa.literal(replaced_at, type_=_UTC),
    )
    names = ["entry_id", *_MOVED, "seen_at", "replaced_at"]
    return sa.insert(Revision).from_select(names, present.where(Entry.id == entry_id))


def _first_date(
    connection: sa.Connection, entry_id: int, entry: NormalEntry
) -> dict[str, datetime | str | None]:
    """Return the columns with the dates of an edited entry.

    The stored publication date is kept. If the new version has a later publication date and no date
    of update, the later date becomes the date of update.
    """
    names = ("published_at", "published_raw", "published_method", "published_precision")
    row = (
        connection.execute(
            sa.select(*(getattr(Entry, name) for name in names)).where(Entry.id == entry_id)
        )
        .mappings()
        .one()
    )
    if row["published_at"] is None or row["published_method"] in GUESSES:
        return {}
    kept = dict(row)
    later = entry.published_at and entry.published_at > row["published_at"]
    if later and entry.updated_at is None:
        kept |= {"updated_at": entry.published_at, "updated_raw": entry.published_raw}
    return kept


def note_noise(connection: sa.Connection, verdicts: Iterable[Verdict]) -> None:
    """Store the digests of the new bytes of entries whose bytes, but not content, changed."""
    changed = [
        {"entry_id": verdict.known.id, "digest": verdict.entry.item_digest}
        for verdict in verdicts
        if verdict.known and verdict.known.item_digest != verdict.entry.item_digest
    ]
    if changed:
        update = sa.update(Entry).where(Entry.id == sa.bindparam("entry_id"))
        connection.execute(update.values(item_digest=sa.bindparam("digest")), changed)


def take_late_dates(connection: sa.Connection, verdicts: Iterable[Verdict]) -> list[int]:
    """Store the publication date of entries that had no date before.

    Return the ids of these entries; the caller marks them as due.
    """
    changed = []
    names = ("published_at", "published_raw", "published_method", "published_precision")
    for verdict in verdicts:
        entry, known = verdict.entry, verdict.known
        if known and _wants_date(known) and entry.published_method not in {None, *GUESSES}:
            columns: dict[str, Any] = {name: getattr(entry, name) for name in names}
            connection.execute(sa.update(Entry).where(Entry.id == known.id).values(columns))
            changed.append(known.id)
    return changed


def _wants_date(known: KnownEntry) -> bool:
    return known.published_at is None or known.published_method in GUESSES


def take_earlier_sightings(
    connection: sa.Connection, verdicts: Iterable[Verdict], first_seen: Mapping[str, datetime]
) -> list[int]:
    """Store when known entries were first seen, if another program saw them earlier.

    `first_seen` maps keys of entries to times. Return the ids of the changed entries; the caller
    marks them as due.
    """
    changed = []
    for verdict in verdicts:
        at = first_seen.get(verdict.entry.key)
        if verdict.known and at:
            own = Entry.id == verdict.known.id, Entry.first_seen_at > at
            update = sa.update(Entry).where(*own).values(first_seen_at=at)
            changed += [verdict.known.id] * connection.execute(update).rowcount
    return changed


def renormalize(connection: sa.Connection, entry_id: int, entry: NormalEntry) -> bool:
    """Store an entry that was read again; return whether it changed.

    This makes no revision, because the publisher changed nothing. The caller marks the entry as
    due.
    """
    columns = content_columns(entry) | {"item_digest": entry.item_digest}
    columns["full_text_error"] = entry.full_text_error
    columns.pop("feed_title")
    names = list(columns)
    present = (
        connection.execute(
            sa.select(*(getattr(Entry, name) for name in names)).where(Entry.id == entry_id)
        )
        .mappings()
        .one()
    )
    columns |= supplements.signatures_of(entry, *(present[name] for name in supplements.PICTURED))
    if all(present[name] == columns[name] for name in names if name != "item_digest"):
        return False
    connection.execute(sa.update(Entry).where(Entry.id == entry_id).values(columns))
    return True
