"""Runs the stages of reading a document: parse, normalise, identify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.border import border
from ingest.errors import Fault, SourceError
from ingest.reading import dedupe
from ingest.reading.documents.packing import pack
from ingest.reading.documents.parse import parse
from ingest.reading.entries.normalize import Context, each_entry, name_of
from ingest.reading.shortcuts.split import Split, split
from ingest.values import NormalEntry, Packed, ParsedFeed, Recognised

# If this many entries have a local time that is labelled GMT, all times in the feed with this label
# are read as local times. Fewer such entries may come from the wrong clock of one author.
_PROOF_OF_LOCAL_TIME = 3
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenEntry:
    """An entry that could not be read because an error was raised.

    `name` is its title, guid, link or first words, for messages. `raw` is the smallest document
    from which it can be read again. `key` is the key of its guid or link.
    """

    name: str
    fault: SourceError
    raw: Packed
    item_digest: bytes
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The result of reading a document.

    `feed` is the parsed feed without its entries. Entries whose bytes are already stored are not
    read again; `beside` contains the digests of their bytes. `broken` contains the entries that
    could not be read. They are not in `entries` or `beside`.
    """

    feed: ParsedFeed
    title: str
    gmt_is_local: bool
    entries: Sequence[NormalEntry]
    beside: Sequence[bytes] = ()
    broken: Sequence[BrokenEntry] = ()


def read(context: Context) -> Reading:
    """Parse, normalise and identify the entries of a document.

    Each entry gets its own bytes. If the document cannot be read item by item, it is read as a
    whole. Raise `ParseError` if the document is not a feed.
    """
    body = context.document.body
    parts = split(body)
    by_parts = None if parts is None else read_items(context, parts, parts.by_digest(), ())
    return by_parts or _reading(_parse(body, parts, context), context, ())


def read_items(
    context: Context, frame: Split, fresh: Mapping[bytes, bytes], recognised: Sequence[Recognised]
) -> Reading | None:
    """Parse, normalise and identify the items that were not recognised by their bytes.

    `fresh` holds these items by their digests. Only the text around the items is taken from
    `frame`. Return None if an item is not exactly one entry; the caller then reads the whole
    document. Raise `ParseError` like `read`.
    """
    broken: list[BrokenEntry] = []
    alone = frame.of(fresh.values())
    try:
        with border(context.document.url):
            parsed = _parse(alone.document(alone.items), alone, context)
    except Fault as fault:
        fresh, broken = _parsable(frame, fresh, context)
        if not fresh:
            raise fault from None  # The fault is in the text around the items.
        alone = frame.of(fresh.values())
        parsed = _parse(alone.document(alone.items), alone, context)
    if len(parsed.entries) != len(fresh):
        return None
    digests = {item: digest for digest, item in fresh.items()}
    context = replace(context, split=alone, digests=digests)
    return _reading(parsed, context, recognised, broken)


def _parse(body: bytes, parts: Split | None, context: Context) -> ParsedFeed:
    document = context.document
    return parse(body, content_type=document.content_type, url=document.final_url, parts=parts)


def _parsable(
    frame: Split, fresh: Mapping[bytes, bytes], context: Context
) -> tuple[dict[bytes, bytes], list[BrokenEntry]]:
    """Parse each item alone; return the items that can be parsed, and the broken entries."""
    good: dict[bytes, bytes] = {}
    broken: list[BrokenEntry] = []
    for digest, item in fresh.items():
        alone = frame.of([item])
        body = alone.document(alone.items)
        try:
            with border(context.document.url):
                _parse(body, alone, context)
            good[digest] = item
        except SourceError as fault:
            name = " ".join(item.decode("utf-8", "replace").split())[:_LONGEST_NAME]
            broken.append(BrokenEntry(name=name, fault=fault, raw=pack(body), item_digest=digest))
    return good, broken


def _reading(
    parsed: ParsedFeed,
    context: Context,
    recognised: Sequence[Recognised],
    unparsable: Sequence[BrokenEntry] = (),
) -> Reading:
    entries, broken = _normalize(parsed, context)
    if not context.gmt_is_local and _labels_local_time_as_gmt(entries):
        context = replace(context, gmt_is_local=True)
        entries, broken = _normalize(parsed, context)
    return Reading(
        feed=replace(parsed, entries=()),
        title=name_of(parsed, context),
        gmt_is_local=context.gmt_is_local,
        entries=dedupe.identify(entries, beside=recognised, site_link=parsed.link),
        beside=[one.item_digest for one in recognised],
        broken=[*unparsable, *broken],
    )


def _normalize(parsed: ParsedFeed, context: Context) -> tuple[list[NormalEntry], list[BrokenEntry]]:
    """Normalise each entry; return the normal entries and the broken ones.

    An error in one entry does not stop the others.
    """
    whole: list[NormalEntry] = []
    broken: list[BrokenEntry] = []
    for one in each_entry(parsed, context):
        try:
            with border(context.document.url):
                whole.append(one.normalize())
        except SourceError as fault:
            entry = one.entry
            broken.append(
                BrokenEntry(
                    name=(entry.title or entry.guid or entry.link or "")[:_LONGEST_NAME],
                    fault=fault,
                    raw=one.raw,
                    item_digest=one.item_digest,
                    key=dedupe.key_of_address(entry.guid, entry.link),
                )
            )
    return whole, broken


def _labels_local_time_as_gmt(entries: Sequence[NormalEntry]) -> bool:
    return sum(entry.gmt_misused for entry in entries) >= _PROOF_OF_LOCAL_TIME
