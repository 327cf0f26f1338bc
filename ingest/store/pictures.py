"""The newest addresses of pictures and files of entries that did not change otherwise."""

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
    """Find which of these unchanged entries have other addresses now.

    Only those are looked at whose bytes changed.
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
    """What the columns of an entry say of its pictures and files."""
    files = tuple(Enclosure(**file) for file in enclosures)
    return Pictured(html=SafeHtml(html), lead_image=lead_image, enclosures=files)


def pictured_in(entry: NormalEntry) -> Pictured:
    """What an entry says of its pictures and files."""
    return Pictured(html=entry.html, lead_image=entry.lead_image, enclosures=entry.enclosures)


def bodies(seen: Seen, found: Iterable[tuple[Verdict, Newest]]) -> Iterator[Body]:
    """The bytes without which these addresses could not be read again."""
    for verdict, other in found:
        if other.is_other:
            yield verdict.entry.raw, seen.url, seen.content_type


def take(
    connection: sa.Connection,
    found: Iterable[tuple[Verdict, Newest]],
    captures: Mapping[bytes, int],
) -> list[int]:
    """Write down the newest addresses; no revision, as nobody wrote anything.

    Return the numbers of the entries that look different now; the caller makes them due.
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
    """The columns of an entry read from old bytes, with the signatures that are kept of it."""
    return _columns(resigned(pictured_in(entry), pictured_by(html, lead_image, enclosures)))


def _columns(pictured: Pictured) -> dict[str, Any]:
    return {
        "html": pictured.html,
        "lead_image": pictured.lead_image,
        "enclosures": [asdict(file) for file in pictured.enclosures],
    }
