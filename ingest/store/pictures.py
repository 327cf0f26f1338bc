"""Update the addresses of pictures and files in entries whose text did not change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from ingest.reading.entries.newest import Newest, Pictured, newest, resigned
from ingest.store.captures import Body, Seen
from ingest.store.statements import in_batches
from ingest.values import Enclosure, NormalEntry, SafeHtml, Verdict
from models import Entry

NAMES = ("html", "lead_image", "enclosures")
_COLUMNS = (Entry.id, *(getattr(Entry, name) for name in NAMES))


def find(connection: sa.Connection, verdicts: Iterable[Verdict]) -> list[tuple[Verdict, Newest]]:
    """Return the unchanged entries whose picture or file addresses changed.

    Only entries whose bytes changed are checked.
    """
    changed = {
        verdict.known.id: verdict
        for verdict in verdicts
        if verdict.known and verdict.known.item_digest != verdict.entry.item_digest
        if not verdict.entry.is_unfinished
    }
    found = []
    for some in in_batches(sorted(changed)):
        rows = connection.execute(sa.select(*_COLUMNS).where(Entry.id.in_(some)))
        for entry_id, *columns in rows:
            verdict = changed[entry_id]
            if other := newest(pictured_by(*columns), pictured_in(verdict.entry)):
                found.append((verdict, other))
    return found


def pictured_by(html: str, lead_image: str | None, enclosures: list[dict[str, Any]]) -> Pictured:
    """Return the pictures and files in the columns of an entry."""
    files = tuple(Enclosure(**file) for file in enclosures)
    return Pictured(html=SafeHtml(html), lead_image=lead_image, enclosures=files)


def pictured_in(entry: NormalEntry) -> Pictured:
    """Return the pictures and files of an entry."""
    return Pictured(html=entry.html, lead_image=entry.lead_image, enclosures=entry.enclosures)


def bodies(seen: Seen, found: Iterable[tuple[Verdict, Newest]]) -> Iterator[Body]:
    """Yield the bytes to store, so that a replay finds the new addresses."""
    for verdict, other in found:
        if other.is_other:
            yield verdict.entry.raw, seen.url, seen.content_type


def take(
    connection: sa.Connection,
    found: Iterable[tuple[Verdict, Newest]],
    captures: Mapping[bytes, int],
) -> list[int]:
    """Store the new addresses, without a revision.

    Return the ids of the entries that look different now; the caller marks them due.
    """
    changed = []
    for verdict, other in found:
        if verdict.known is None:
            continue
        columns = _columns(other.pictured)
        if other.is_other:
            columns["capture_id"] = captures[verdict.entry.raw.digest]
        if other.is_visible:
            changed.append(verdict.known.id)
        connection.execute(sa.update(Entry).where(Entry.id == verdict.known.id).values(columns))
    return changed


def signatures_of(
    entry: NormalEntry, html: str, lead_image: str | None, enclosures: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the columns of an entry read again; newer signed addresses in the store are kept."""
    return _columns(resigned(pictured_in(entry), pictured_by(html, lead_image, enclosures)))


def _columns(pictured: Pictured) -> dict[str, Any]:
    return {
        "html": pictured.html,
        "lead_image": pictured.lead_image,
        "enclosures": [asdict(file) for file in pictured.enclosures],
    }
