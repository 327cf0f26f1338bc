"""Turn a record (a post's file with front matter) into an entry."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ingest.reading import dedupe
from ingest.reading.documents import charset
from ingest.reading.entries.normalize import Context, normalize
from ingest.reading.records.record_body import at_home, local_pictures
from ingest.reading.records.records import FrontMatter, read_record
from ingest.urls import absolute_link
from ingest.values import Document, NormalEntry, ParsedEntry, ParsedFeed

_MOST_NAMED = 20  # pictures of one record that a message lists


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEntry:
    """A record (a post's file with front matter), its feed and its entry.

    `lacks` is a message about missing pictures, or None.
    """

    record: FrontMatter
    feed: ParsedFeed
    entry: NormalEntry
    lacks: str | None


def entry_of_record(
    document: Document, context: Context, *, name: str, home: str | None
) -> RecordEntry:
    """Return the entry of a record, which is a post's file with front matter.

    `home` is the page that the record's feed links to, if known. Raise `NoRecordError` if the file
    has no front matter that can be read.
    """
    text = charset.decode(document.body, document.content_type).text
    record = read_record(text, name)
    title = record.categories[1] if len(record.categories) > 1 else ""
    feed = ParsedFeed(format="record", title=title, authors=record.entry.authors)
    parsed = _at_home(record.entry, home) if home else record.entry
    (entry,) = dedupe.identify(normalize(replace(feed, entries=(parsed,)), context))
    return RecordEntry(
        record=record,
        feed=feed,
        entry=replace(entry, key=dedupe.record_key(entry)),
        lacks=None if parsed.link else _without_pictures(parsed),
    )


def _at_home(entry: ParsedEntry, home: str) -> ParsedEntry:
    """Return an entry in which addresses from the root of a site (`/a.jpg`) are absolute."""
    images = [
        replace(one, url=absolute_link(one.url, home) or one.url)
        if one.url.startswith("/")
        else one
        for one in entry.images
    ]
    return replace(entry, content=at_home(entry.content or "", home), images=tuple(images))


def _without_pictures(entry: ParsedEntry) -> str | None:
    """Return a message that lists the pictures which exist only as local files, or None."""
    found = list(local_pictures(entry.content or "", [one.url for one in entry.images]))
    if not found:
        return None
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return f"without pictures that are only files beside it: {', '.join(found[:_MOST_NAMED])}{more}"
