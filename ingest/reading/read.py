"""A document → its entries in normal form: the stages of reading, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.errors import Fault, SourceError, border
from ingest.reading import dedupe
from ingest.reading.documents.packing import pack
from ingest.reading.documents.parse import parse
from ingest.reading.entries.normalize import Context, each_entry, name_of
from ingest.reading.shortcuts.split import Split, split
from ingest.values import NormalEntry, Packed, ParsedFeed, Recognised

# Fewer could be the clock of one author; so many are the feed's own way.
_PROOF_OF_LOCAL_TIME = 3
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenEntry:
    """An entry whose reading raised something.

    `name` is what people know it by: its title, else its guid, its link or its first words. `raw`
    is the smallest document from which it can be read again, `key` that of its guid or its link.
    """

    name: str
    fault: SourceError
    raw: Packed
    item_digest: bytes
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a document holds.

    `feed` is what it says of itself, without its entries; `beside` are the item digests of those
    that were known by their bytes and not read again. `broken` are those that could not be read;
    they are in none of the others.
    """

    feed: ParsedFeed
    title: str
    gmt_is_local: bool
    entries: Sequence[NormalEntry]
    beside: Sequence[bytes] = ()
    broken: Sequence[BrokenEntry] = ()


def read(context: Context) -> Reading:
    """Parse, normalise and identify what a document holds.

    Each entry is given its own bytes. If the document's parts do not read as the whole does, the
    whole is read. Raise `ParseError` if it is no feed.
    """
    body = context.document.body
    parts = split(body)
    by_parts = None if parts is None else read_items(context, parts, parts.by_digest(), ())
    return by_parts or _reading(_parse(body, parts, context), context, ())


def read_items(
    context: Context, frame: Split, fresh: Mapping[bytes, bytes], recognised: Sequence[Recognised]
) -> Reading | None:
    """Parse, normalise and identify the items that were not recognised by their bytes.

    `fresh` are these by their digests, `frame` is what stands around them; its items and the body
    of the document are not used. None if the items do not read as one entry each: then the whole
    document has to be read. Raise as `read` does.
    """
    broken: list[BrokenEntry] = []
    alone = frame.of(fresh.values())
    try:
        with border(context.document.url):
            parsed = _parse(alone.document(alone.items), alone, context)
    except Fault as fault:
        fresh, broken = _parsable(frame, fresh, context)
        if not fresh:
            raise fault from None  # not the items are at fault, but what stands around them
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
    """Parse each item alone; return those that can be parsed, and those that raise."""
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
    """Bring each entry into normal form; one whose reading raises anything is broken.

    This is the border of an entry: nothing that it raises stops the others.
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
