"""A document → its entries in normal form: the stages of reading, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.errors import Fault, border
from ingest.reading import dedupe
from ingest.reading.documents.parse import parse
from ingest.reading.entries.normalize import Context, each_entry, name_of
from ingest.reading.shortcuts.split import Split, split
from ingest.values import NormalEntry, ParsedFeed, Recognised

# Fewer could be the clock of one author; so many are the feed's own way.
_PROOF_OF_LOCAL_TIME = 3
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenEntry:
    """An entry that could not be brought into normal form, through a fault of ours.

    `name` is what people know it by: its title, or else its guid or its link.
    """

    name: str
    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a document holds.

    `feed` is what it says of itself, without its entries; `beside` are the item digests of those
    that were known by their bytes and not read again. `broken` are those that could not be brought
    into normal form: they are in none of the others, and a later look reads them again.
    """

    feed: ParsedFeed
    title: str
    gmt_is_local: bool
    entries: Sequence[NormalEntry]
    beside: Sequence[bytes] = ()
    broken: Sequence[BrokenEntry] = ()


def read(context: Context) -> Reading:
    """Parse, normalise and identify what a document holds.

    Each entry is given its own bytes. Where the document's parts do not read as the whole does,
    the whole is read. Raise `ParseError` if it is no feed, and `Fault` if none of its entries could
    be brought into normal form.
    """
    body = context.document.body
    parts = split(body)
    by_parts = None if parts is None else read_items(context, parts, parts.by_digest(), ())
    return by_parts or _reading(_parse(body, parts, context), context, ())


def read_items(
    context: Context, frame: Split, fresh: Mapping[bytes, bytes], recognised: Sequence[Recognised]
) -> Reading | None:
    """Parse, normalise and identify the items that were not recognised by their bytes.

    `fresh` are these by their digests, `frame` is what stands around them; neither its items nor
    the document's own body is looked at. None where the items do not read as one entry each: then
    the whole document has to be read. Raise as `read` does.
    """
    alone = frame.of(fresh.values())
    parsed = _parse(alone.document(alone.items), alone, context)
    if len(parsed.entries) != len(fresh):
        return None
    digests = {item: digest for digest, item in fresh.items()}
    return _reading(parsed, replace(context, split=alone, digests=digests), recognised)


def _parse(body: bytes, parts: Split | None, context: Context) -> ParsedFeed:
    document = context.document
    return parse(body, content_type=document.content_type, url=document.final_url, parts=parts)


def _reading(parsed: ParsedFeed, context: Context, recognised: Sequence[Recognised]) -> Reading:
    entries, broken = _normalize(parsed, context)
    if not context.gmt_is_local and _labels_local_time_as_gmt(entries):
        context = replace(context, gmt_is_local=True)
        entries, broken = _normalize(parsed, context)
    if broken and not entries and not recognised:
        raise broken[0].fault
    return Reading(
        feed=replace(parsed, entries=()),
        title=name_of(parsed, context),
        gmt_is_local=context.gmt_is_local,
        entries=dedupe.identify(entries, beside=recognised, site_link=parsed.link),
        beside=[one.item_digest for one in recognised],
        broken=broken,
    )


def _normalize(parsed: ParsedFeed, context: Context) -> tuple[list[NormalEntry], list[BrokenEntry]]:
    """Bring each entry into normal form; one where that raises what nobody expected is broken."""
    whole: list[NormalEntry] = []
    broken: list[BrokenEntry] = []
    for entry, normalize_it in each_entry(parsed, context):
        try:
            with border(context.document.url):
                whole.append(normalize_it())
        except Fault as fault:
            name = entry.title or entry.guid or entry.link or ""
            broken.append(BrokenEntry(name=name[:_LONGEST_NAME], fault=fault))
    return whole, broken


def _labels_local_time_as_gmt(entries: Sequence[NormalEntry]) -> bool:
    return sum(entry.gmt_misused for entry in entries) >= _PROOF_OF_LOCAL_TIME
