"""Read the document of a poll: its new items, and the pages that entries need.

This module queries the database and reads in worker processes; it writes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingest.feed import Answer, FeedState, reading_context, zone_of
from ingest.reading import read as pure
from ingest.reading.read import Reading
from ingest.reading.shortcuts.split import Split, split
from ingest.services import Services, all_or_first_error
from ingest.sources.ask import proxy_of
from ingest.store import recognise, refusals
from ingest.store.supplements import may_be_tried
from ingest.values import Document, NormalEntry, NotModified, Verdict, VerdictKind

# bytes; splitting this much takes a few milliseconds. Worker processes split longer documents.
_CUT_AT_ONCE = 1 << 18


async def read(services: Services, feed: FeedState, answer: Answer) -> Reading | None:
    """Read the document of an answer in a worker process, and complete its entries from pages.

    Return None for a 304 or an unchanged document. If the document can be split into items, items
    whose bytes are stored are not read again. Raise `SourceError` if the document cannot be read.
    """
    document = answer.content
    if isinstance(document, NotModified) or answer.digest == feed.body_digest:
        return None
    reading = None
    if feed.last_success_at is not None:
        reading = await _read_new_items(services, feed, document)
    if reading is None:
        context = reading_context(feed, document)
        reading = await services.call(document.url, pure.read, context)
    return replace(reading, entries=await _complete(services, feed, reading))


async def has_news(services: Services, feed: FeedState, reading: Reading) -> bool:
    """Return whether a document has a new or edited entry."""
    verdicts = await _judge(services, feed, reading)
    return any(verdict.kind is not VerdictKind.UNCHANGED for verdict in verdicts)


async def _read_new_items(
    services: Services, feed: FeedState, document: Document
) -> Reading | None:
    """Read the items whose bytes are not stored; return None if the document cannot be split."""
    parts = await _split(services, document)
    if parts is None:
        return None
    fresh = await _digests(document, parts)
    recognised = await services.query(recognise.recognised, feed.id, fresh.keys())
    known = {one.item_digest for one in recognised}
    unknown = {digest: item for digest, item in fresh.items() if digest not in known}
    context = reading_context(feed, replace(document, body=b""))
    return await services.call(
        document.url, pure.read_items, context, parts.of(()), unknown, recognised
    )


async def _split(services: Services, document: Document) -> Split | None:
    if len(document.body) <= _CUT_AT_ONCE:
        return split(document.body)
    return await services.call(document.url, split, document.body)


async def _digests(document: Document, parts: Split) -> Mapping[bytes, bytes]:
    if len(document.body) <= _CUT_AT_ONCE:
        return parts.by_digest()
    return await asyncio.to_thread(parts.by_digest)


async def _complete(services: Services, feed: FeedState, reading: Reading) -> Sequence[NormalEntry]:
    """Complete new and edited entries from their pages, if the settings ask for full text."""
    if not any(_wants_page(feed, entry) for entry in reading.entries):
        return reading.entries
    allowed = await services.query(refusals.allowed, feed.id, reading.entries)
    verdicts = await _judge(services, feed, replace(reading, entries=allowed.entries))
    return await all_or_first_error(_complete_one(services, feed, one) for one in verdicts)


async def _complete_one(services: Services, feed: FeedState, verdict: Verdict) -> NormalEntry:
    entry, known = verdict.entry, verdict.known
    is_settled = verdict.kind is VerdictKind.UNCHANGED and not (known and may_be_tried(known))
    if is_settled or not _wants_page(feed, entry):
        return entry
    return await services.pages.via(proxy_of(feed)).complete(entry, zone=zone_of(feed))


def _wants_page(feed: FeedState, entry: NormalEntry) -> bool:
    wish = feed.settings.full_text
    return wish is True or (wish == "auto" and entry.looks_cut)


async def _judge(services: Services, feed: FeedState, reading: Reading) -> Sequence[Verdict]:
    return await services.query(recognise.judge, feed.id, reading.entries, beside=reading.beside)
