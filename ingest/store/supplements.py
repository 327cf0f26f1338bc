"""Store what is found later for an unchanged entry: its full text, new addresses of pictures.

A page that could not be fetched or read is requested again a few times. If the feed has new
addresses of pictures and files, they replace the stored addresses. This makes no revision, because
the publisher changed no text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from ingest.reading.documents.packing import pack
from ingest.reading.entries.newest import Newest, Pictured, newest, resigned
from ingest.store.captures import Body, Seen
from ingest.store.statements import in_batches
from ingest.values import Enclosure, KnownEntry, NormalEntry, SafeHtml, Verdict, VerdictKind
from models import Entry

# After this many failures, a page is not requested again.
_MOST_TRIES = 5
MAY_BE_TRIED = sa.and_(
    Entry.full_text_error.is_not(None), Entry.full_text_tries < sa.literal_column(f"{_MOST_TRIES}")
)
PICTURED = ("html", "lead_image", "enclosures")
_PICTURE_COLUMNS = (Entry.id, *(getattr(Entry, name) for name in PICTURED))


def may_be_tried(known: KnownEntry) -> bool:
    """Return whether an entry lacks its full text and its page may be requested again."""
    return known.full_text_error is not None and known.full_text_tries < _MOST_TRIES


def will_be_tried(verdict: Verdict) -> bool:
    """Return whether the page of an entry failed and the next poll requests it again."""
    known = verdict.known if verdict.kind is VerdictKind.UNCHANGED else None
    tries_before = known.full_text_tries if known else 0
    return verdict.entry.full_text_error is not None and tries_before + 1 < _MOST_TRIES


def full_text_columns(entry: NormalEntry, tries_before: int = 0) -> dict[str, Any]:
    """Return the columns that store whether the page of an entry could be read."""
    failed = entry.full_text_error is not None
    return {
        "full_text_error": entry.full_text_error,
        "full_text_tries": tries_before + 1 if failed else 0,
    }


def page_bodies(verdicts: Iterable[Verdict]) -> Iterator[Body]:
    """Yield the pages to store for these entries; a shared page is compressed only once."""
    packed = cache(pack)
    for verdict in verdicts:
        if (page := verdict.entry.page) and (_is_news(verdict) or _is_late(verdict)):
            yield packed(page.body), page.final_url, page.content_type


def _is_news(verdict: Verdict) -> bool:
    return verdict.kind is not VerdictKind.UNCHANGED


def _is_late(verdict: Verdict) -> bool:
    """Return whether the page of a known entry was requested again."""
    return verdict.known is not None and may_be_tried(verdict.known)


def take_full_texts(
    connection: sa.Connection, verdicts: Iterable[Verdict], captures: dict[bytes, int]
) -> list[int]:
    """Store the full texts that unchanged entries lacked, and further failures of their pages.

    Return the ids of the entries that now have their full text; the caller marks them as due.
    """
    changed = []
    for verdict in filter(_is_late, verdicts):
        entry, known = verdict.entry, verdict.known
        if known is None:
            continue
        columns = full_text_columns(entry, known.full_text_tries)
        if entry.page is not None:
            columns["page_capture_id"] = captures[sha256(entry.page.body).digest()]
            if entry.full_text_error is None:
                columns |= _full_text(entry, known)
                changed.append(known.id)
        connection.execute(sa.update(Entry).where(Entry.id == known.id).values(columns))
    return changed


def _full_text(entry: NormalEntry, known: KnownEntry) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "html": entry.html,
        "lead_image": entry.lead_image,
        "authors": [asdict(author) for author in entry.authors],
        "full_text": True,
    }
    if known.published_at is None:
        names = ("published_at", "published_raw", "published_method", "published_precision")
        columns |= {name: getattr(entry, name) for name in names}
    return columns


def lacking_full_text(connection: sa.Connection) -> int:
    """Return how many entries have no full text because their page failed."""
    query = sa.select(sa.func.count(Entry.id)).where(Entry.full_text_error.is_not(None))
    return connection.scalar(query) or 0


def find_pictures(
    connection: sa.Connection, verdicts: Iterable[Verdict]
) -> list[tuple[Verdict, Newest]]:
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
        rows = connection.execute(sa.select(*_PICTURE_COLUMNS).where(Entry.id.in_(some)))
        for entry_id, *columns in rows:
            verdict = changed[entry_id]
            if other := newest(pictured_by(*columns), pictured_in(verdict.entry)):
                found.append((verdict, other))
    return found


def pictured_by(html: str, lead_image: str | None, enclosures: list[dict[str, Any]]) -> Pictured:
    """Return the pictures and files of a stored entry; the parameters are its columns."""
    files = tuple(Enclosure(**file) for file in enclosures)
    return Pictured(html=SafeHtml(html), lead_image=lead_image, enclosures=files)


def pictured_in(entry: NormalEntry) -> Pictured:
    """Return the pictures and files of an entry."""
    return Pictured(html=entry.html, lead_image=entry.lead_image, enclosures=entry.enclosures)


def picture_bodies(seen: Seen, found: Iterable[tuple[Verdict, Newest]]) -> Iterator[Body]:
    """Yield the publisher's bytes of each entry whose pictures have new addresses.

    A later replay reads the new addresses from these bytes.
    """
    for verdict, other in found:
        if other.is_other:
            yield verdict.entry.raw, seen.url, seen.content_type


def take_pictures(
    connection: sa.Connection,
    found: Iterable[tuple[Verdict, Newest]],
    captures: Mapping[bytes, int],
) -> list[int]:
    """Store the new addresses of pictures and files.

    Return the ids of the entries whose appearance changed; the caller marks them as due.
    """
    changed = []
    for verdict, other in found:
        if verdict.known is None:
            continue
        columns = _picture_columns(other.pictured)
        if other.is_other:
            columns["capture_id"] = captures[verdict.entry.raw.digest]
        if other.is_visible:
            changed.append(verdict.known.id)
        connection.execute(sa.update(Entry).where(Entry.id == verdict.known.id).values(columns))
    return changed


def signatures_of(
    entry: NormalEntry, html: str, lead_image: str | None, enclosures: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the columns with the pictures and files of an entry that a replay has read.

    Addresses may contain a signature that expires. If a stored address differs only in its
    signature, the stored address is newer, and is kept.
    """
    return _picture_columns(resigned(pictured_in(entry), pictured_by(html, lead_image, enclosures)))


def _picture_columns(pictured: Pictured) -> dict[str, Any]:
    return {
        "html": pictured.html,
        "lead_image": pictured.lead_image,
        "enclosures": [asdict(file) for file in pictured.enclosures],
    }
