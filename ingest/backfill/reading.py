"""What a document of the past holds: a feed, an article's page, or a record with front matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from ingest.errors import ParseError, Unreadable
from ingest.reading import charset, dedupe
from ingest.reading.articles import ListedDates, entry_of_page
from ingest.reading.dates import resolve_date
from ingest.reading.front_matter import NoRecordError
from ingest.reading.links import absolute_link
from ingest.reading.normalize import Context, normalize
from ingest.reading.read import read
from ingest.reading.record_body import at_home, local_pictures
from ingest.reading.records import read_record
from ingest.reading.wxr import is_wxr, posts_of_export
from ingest.sources.page import read_page
from ingest.sources.past.left_out import LeftOut
from ingest.sources.past.source import Form, Piece
from ingest.values import Document, NormalEntry, ParsedEntry, ParsedFeed

_MOST_NAMED = 20  # pictures of one record


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a document holds; `feed` is what it says of itself, without its entries.

    `feed_url` and `categories` are a record's own word on where it belongs; `lacks` says what
    belongs to it and cannot be kept with it, `left_out` what of it is not wanted.
    """

    feed: ParsedFeed
    entries: Sequence[NormalEntry]
    as_of: datetime | None
    feed_url: str | None = None
    categories: tuple[str, ...] = ()
    lacks: str | None = None
    left_out: str | None = None


def read_piece(piece: Piece, context: Context, home: str | None = None) -> Held:
    """Read a document; `home` is the page that its feed links to, if that is known.

    Raise `ParseError` or `Unreadable` if it is not what it should be.
    """
    match piece.form:
        case Form.FEED:
            return _read_feed(piece, context)
        case Form.PAGE:
            return _read_page(piece, context)
        case Form.RECORD:
            return _read_record(piece, context, home)


def _read_feed(piece: Piece, context: Context) -> Held:
    left_out = LeftOut()
    if is_wxr(context.document.body):
        body, others = posts_of_export(context.document.body, drafts=piece.drafts)
        context = replace(context, document=replace(context.document, body=body))
        for kind, title in others:
            left_out.add(kind, title)
    reading = read(context)
    as_of = piece.as_of
    if piece.dates_itself:
        as_of = _instant(reading.feed.updated, context, context.zone)
    return Held(
        feed=reading.feed,
        entries=reading.entries,
        as_of=as_of,
        left_out=f"left out: {left_out}" if left_out.kinds else None,
    )


def _instant(raw: str | None, context: Context, zone: tzinfo) -> datetime | None:
    found = resolve_date(raw, first_seen_at=context.first_seen_at, zone=zone)
    return found.at if found else None


def _read_page(piece: Piece, context: Context) -> Held:
    page = piece.document
    article = read_page(page)
    if article is None:
        raise Unreadable(page.url, "there is no article in the page")
    listed = ListedDates(published=piece.published, changed=piece.changed)
    feed, entry = entry_of_page(article, page, context, listed)
    return Held(feed=feed, entries=[entry], as_of=piece.as_of)


def _read_record(piece: Piece, context: Context, home: str | None) -> Held:
    document: Document = piece.document
    text = charset.decode(document.body, document.content_type).text
    try:
        record = read_record(text, piece.name or document.url)
    except NoRecordError as error:
        raise ParseError(document.url, str(error)) from None
    title = record.categories[1] if len(record.categories) > 1 else ""
    feed = ParsedFeed(format="record", title=title, authors=record.entry.authors)
    entry = _at_home(record.entry, home) if home else record.entry
    entries = _entries(entry, feed, context)
    return Held(
        feed=feed,
        entries=[replace(e, key=dedupe.record_key(e)) for e in entries],
        as_of=_instant(record.seen, context, context.zone),
        feed_url=record.feed_url,
        categories=record.categories,
        lacks=None if entry.link else _without_pictures(entry),
    )


def _at_home(entry: ParsedEntry, home: str) -> ParsedEntry:
    """Give the addresses from the root of a record's site that site."""
    images = [
        replace(one, url=absolute_link(one.url, home) or one.url)
        if one.url.startswith("/")
        else one
        for one in entry.images
    ]
    return replace(entry, content=at_home(entry.content or "", home), images=tuple(images))


def _without_pictures(entry: ParsedEntry) -> str | None:
    """Name the pictures of a record that nothing but files beside it have."""
    found = list(local_pictures(entry.content or "", [one.url for one in entry.images]))
    if not found:
        return None
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return f"without pictures that are only files beside it: {', '.join(found[:_MOST_NAMED])}{more}"


def _entries(entry: ParsedEntry, feed: ParsedFeed, context: Context) -> list[NormalEntry]:
    return dedupe.identify(normalize(replace(feed, entries=(entry,)), context))
