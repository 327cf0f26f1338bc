"""Full texts that are missing because a page could not be fetched or read, for another try."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from ingest.reading.documents.packing import pack
from ingest.store.captures import Body
from ingest.values import KnownEntry, NormalEntry, Verdict, VerdictKind
from models import Entry

# After this many failures, a page is not requested again.
_MOST_TRIES = 5
MAY_BE_TRIED = sa.and_(
    Entry.full_text_error.is_not(None), Entry.full_text_tries < sa.literal_column(f"{_MOST_TRIES}")
)


def may_be_tried(known: KnownEntry) -> bool:
    """Whether an entry lacks its full text and its page may be requested again."""
    return known.full_text_error is not None and known.full_text_tries < _MOST_TRIES


def will_be_tried(verdict: Verdict) -> bool:
    """Whether the page of an entry failed and the next poll requests it again."""
    known = verdict.known if verdict.kind is VerdictKind.UNCHANGED else None
    tries_before = known.full_text_tries if known else 0
    return verdict.entry.full_text_error is not None and tries_before + 1 < _MOST_TRIES


def columns_of(entry: NormalEntry, tries_before: int = 0) -> dict[str, Any]:
    """Return the columns that store whether the page of an entry could be read."""
    failed = entry.full_text_error is not None
    return {
        "full_text_error": entry.full_text_error,
        "full_text_tries": tries_before + 1 if failed else 0,
    }


def page_bodies(verdicts: Iterable[Verdict]) -> Iterator[Body]:
    """Yield the pages of these entries to store; a shared page is compressed once."""
    packed = cache(pack)
    for verdict in verdicts:
        if (page := verdict.entry.page) and (_is_news(verdict) or _is_late(verdict)):
            yield packed(page.body), page.final_url, page.content_type


def _is_news(verdict: Verdict) -> bool:
    return verdict.kind is not VerdictKind.UNCHANGED


def _is_late(verdict: Verdict) -> bool:
    """Whether the page of an unchanged entry was requested again."""
    return verdict.known is not None and may_be_tried(verdict.known)


def take_late(
    connection: sa.Connection, verdicts: Iterable[Verdict], captures: dict[bytes, int]
) -> list[int]:
    """Store full texts that unchanged entries lacked, and further failures of their pages.

    This makes no revision, because the publisher changed nothing. Return the ids of the entries
    that now have their full text; the caller marks them due.
    """
    changed = []
    for verdict in filter(_is_late, verdicts):
        entry, known = verdict.entry, verdict.known
        if known is None:
            continue
        columns = columns_of(entry, known.full_text_tries)
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


def lacking(connection: sa.Connection) -> int:
    """Return how many entries lack the full text, although their feed is set to have it."""
    query = sa.select(sa.func.count(Entry.id)).where(Entry.full_text_error.is_not(None))
    return connection.scalar(query) or 0
