"""Parse a document of the past.

It is a feed, an article's page, a record with front matter, or what another reader holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from ingest.errors import ParseError, Unreadable
from ingest.reading.dates import resolve_date
from ingest.reading.entries.articles import ListedDates, entry_of_page
from ingest.reading.entries.normalize import Context
from ingest.reading.holdings import folders_of, read_holding
from ingest.reading.pages import read_page
from ingest.reading.read import BrokenEntry, read
from ingest.reading.records.front_matter import NoRecordError
from ingest.reading.records.record_entries import entry_of_record
from ingest.reading.records.wxr import is_wxr, posts_of_export
from ingest.values import Document, Facts, Form, NormalEntry, ParsedFeed, Piece

_MOST_KINDS, _MOST_EXAMPLES = 40, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The content of a document; `feed` has the facts about its feed, without entries.

    `feed_url` and `categories` come from a record's front matter, or from another reader. `facts`
    has what that reader knew of the entries, by the digests of their items. `lacks` names parts
    that belong to the document but cannot be stored. `left_out` names parts that are not wanted.
    `broken` are entries that could not be parsed; the store keeps their bytes for a later try.
    """

    feed: ParsedFeed
    entries: Sequence[NormalEntry]
    as_of: datetime | None
    feed_url: str | None = None
    categories: tuple[str, ...] = ()
    broken: Sequence[BrokenEntry] = ()
    lacks: str | None = None
    left_out: str | None = None
    facts: Mapping[bytes, Facts] = field(default_factory=dict)


@dataclass(slots=True)
class LeftOut:
    """The ignored parts of a file: a count for each kind, with some addresses as examples."""

    kinds: dict[str, tuple[int, list[str]]] = field(default_factory=dict)

    def add(self, kind: str, url: str) -> None:
        """Count one ignored part, and keep its address if there are few examples of its kind."""
        kind = kind if kind in self.kinds or len(self.kinds) < _MOST_KINDS else "of other kinds"
        count, examples = self.kinds.get(kind, (0, []))
        self.kinds[kind] = (count + 1, [*examples, url][:_MOST_EXAMPLES])

    def __str__(self) -> str:
        return "; ".join(
            f"{count} × {kind} ({', '.join(examples)}{', …' if count > len(examples) else ''})"
            for kind, (count, examples) in sorted(self.kinds.items())
        )


def read_piece(piece: Piece, context: Context, home: str | None = None) -> Held:
    """Parse a document; `home` is the address of the feed's site, if known.

    Raise `ParseError` or `Unreadable` if the document does not have the form `piece.form`.
    """
    match piece.form:
        case Form.FEED:
            return _read_feed(piece, context)
        case Form.PAGE:
            return _read_page(piece, context)
        case Form.RECORD:
            return _read_record(piece, context, home)
        case Form.HOLDING:
            return _read_holding(piece, context)


def _read_feed(piece: Piece, context: Context) -> Held:
    left_out, damage = LeftOut(), None
    if is_wxr(context.document.body):
        export = posts_of_export(context.document.body, drafts=piece.drafts)
        damage = export.damage
        context = replace(context, document=replace(context.document, body=export.feed))
        for kind, title in export.left_out:
            left_out.add(kind, title)
    reading = read(context)
    as_of = piece.as_of
    if piece.dates_itself:
        as_of = _instant(reading.feed.updated, context, context.zone)
    others = f"left out: {left_out}" if left_out.kinds else None
    return Held(
        feed=reading.feed,
        entries=reading.entries,
        broken=reading.broken,
        as_of=as_of,
        lacks="; ".join(filter(None, [damage, others])) if damage else None,
        left_out=others,
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


def _read_holding(piece: Piece, context: Context) -> Held:
    reading, facts = read_holding(context)
    return Held(
        feed=reading.feed,
        entries=reading.entries,
        broken=reading.broken,
        as_of=None,
        feed_url=reading.feed.self_link,
        categories=folders_of(context.document.body),
        lacks=piece.lacks,
        facts=facts,
    )


def _read_record(piece: Piece, context: Context, home: str | None) -> Held:
    document: Document = piece.document
    try:
        found = entry_of_record(document, context, name=piece.name or document.url, home=home)
    except NoRecordError as error:
        raise ParseError(document.url, str(error)) from None
    return Held(
        feed=found.feed,
        entries=[found.entry],
        as_of=_instant(found.record.seen, context, context.zone),
        feed_url=found.record.feed_url,
        categories=found.record.categories,
        lacks=found.lacks,
    )
