"""Parses a feed document of any format to a ParsedFeed.

Values stay as the publisher wrote them: addresses, HTML and dates are processed later. Summaries
and contents are always HTML: plain text is escaped. Titles are HTML unless `title_is_text`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.errors import ParseError
from ingest.reading.documents import charset, not_a_feed
from ingest.reading.documents.parse_json import NotJsonFeedError, parse_json
from ingest.reading.documents.parse_xml import NotFeedError, parse_xml
from ingest.reading.shortcuts.split import Split, split
from ingest.reading.xml import xml_text
from ingest.reading.xml.bounds import MAX_ENTRIES, OutOfBoundsError

if TYPE_CHECKING:
    from ingest.values import Decoded, ParsedFeed


def parse(
    body: bytes, *, content_type: str | None, url: str, parts: Split | None = None
) -> ParsedFeed:
    """Parse a feed document; for a malformed one, return the readable entries and a warning.

    Raise a ParseError if the document is not a feed; the message says what it is instead. `parts`
    is the result of `split` for this body, if the caller already has it.
    """
    if not body.startswith((b"<", b"{")) and (name := not_a_feed.name_bytes(body)):
        raise ParseError(url, name)
    if parts is None:
        parts = split(body)
    if parts is not None and len(parts.items) > MAX_ENTRIES:
        parts = parts.of(parts.items[: MAX_ENTRIES + 1])
        body = parts.document(parts.items)
    decoded = charset.decode(body, content_type)
    feed = _with_items(_read(xml_text.repair(decoded.text), url), parts)
    return _with_provenance(feed, decoded)


def _read(text: str, url: str) -> ParsedFeed:
    if text.startswith(("{", "[")):
        try:
            return parse_json(text)
        except NotJsonFeedError as error:
            what = str(error)
            raise ParseError(url, what, holds_entries=what == not_a_feed.GOOGLE_READER) from error
    root = xml_text.find_root(text)
    name = root.name if root else ""
    if root is None or (name not in xml_text.FEED_ROOTS and not_a_feed.is_html(text, name)):
        raise ParseError(url, not_a_feed.name_text(text, name))
    try:
        return parse_xml(text, root, url)
    except OutOfBoundsError as error:
        raise ParseError(url, str(error)) from error
    except NotFeedError as error:
        raise ParseError(url, str(error) or not_a_feed.name_text(text, name)) from error


def _with_items(feed: ParsedFeed, parts: Split | None) -> ParsedFeed:
    """Add to each entry its bytes, if there are as many parts as entries."""
    if parts is None or len(parts.items) != len(feed.entries):
        return feed
    pairs = zip(feed.entries, parts.items, strict=True)
    return replace(feed, entries=tuple(entry.with_item(item) for entry, item in pairs))


def _with_provenance(feed: ParsedFeed, decoded: Decoded) -> ParsedFeed:
    """Return the feed with its encoding, and with warnings about lost characters and entries."""
    warnings = list(feed.warnings)
    if decoded.replacement_count:
        warnings.append(f"{decoded.replacement_count} characters could not be decoded")
    if len(feed.entries) > MAX_ENTRIES:
        warnings.append(f"more than {MAX_ENTRIES:,} entries: the others are not read")
    return replace(
        feed,
        entries=feed.entries[:MAX_ENTRIES],
        warnings=tuple(warnings),
        encoding_used=decoded.encoding_used,
        encoding_declared=decoded.encoding_declared,
        replacement_count=decoded.replacement_count,
    )
