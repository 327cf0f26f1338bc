"""Read one document of a source.

Find the feed it belongs to, decide whether it is wanted, and store its entries.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.backfill.belonging import is_article, is_foreign
from ingest.backfill.outcome import Outcome, log_if_fault, note_outcome, store_outcome
from ingest.backfill.owners import Owners, name_of, reason_for_no_owner
from ingest.errors import Fault, ParseError, SourceError, Unreadable
from ingest.feed import FeedState, reading_context
from ingest.reading.past import Held, read_piece
from ingest.services import Services
from ingest.sources.past.source import Contents, Source, Taken, Window
from ingest.store import addresses, backfills
from ingest.store.backfills import DONE, IN_PART, MISSING, PASSED_OVER, WalkState
from ingest.store.captures import Seen
from ingest.store.holdings import Holding
from ingest.store.judges import Judge, Page, Past, RecordFile
from ingest.store.records import Records, titled_entries
from ingest.urls import without_secrets
from ingest.values import Form, Piece, Planned

_UNDATED = "nothing says when it was published, so it is not taken for an article"
_NO_ARTICLE = "it is a front page, a list or a notice, not an article"


class Taking:
    """The reading and storing of the documents of one source.

    `feed` is the feed that all documents belong to. If it is None, the feed of each document must
    be found; with `adds_feeds`, unknown feeds are added. `postponed` counts the documents that
    were put off until the others are read.
    """

    def __init__(
        self,
        services: Services,
        state: WalkState,
        source: Source,
        window: Window,
        feed: FeedState | None,
        *,
        adds_feeds: bool = False,
    ) -> None:
        self._services, self._state = services, state
        self._owners = Owners(services, adds_feeds=adds_feeds)
        self._source, self._window, self._feed = source, window, feed
        self._records: dict[int, Records] = {}
        self.has_planned = False
        self.postponed = 0
        self.is_last_try = False

    async def read(self, document_id: int, planned: Planned, taken: Taken) -> Outcome | None:
        """Read a document and store its new entries; return None if it was put off."""
        if taken.piece is None:
            return await self._note_nothing(document_id, planned, taken)
        try:
            held, feed = await self._read_and_find_feed(taken.piece)
        except (ParseError, Unreadable, Fault) as error:
            return await self._note_unreadable(document_id, planned, taken, error)
        if feed is None:
            return await self._note_ownerless(document_id, planned, taken, held)
        content = await self._content(taken.piece, held, feed)
        more = [*taken.more, *self._source.follow(planned, content)]
        if reason := self._why_not(taken.piece, held, content):
            return await self.note(document_id, planned, PASSED_OVER, reason, more)
        outcome = Outcome(
            walk=self._state,
            planned=planned,
            state=IN_PART if held.lacks else DONE,
            reason=held.lacks or held.left_out or _reason_for_unread(held),
            feed=feed,
        )
        return await self._keep(document_id, outcome, taken.piece, held, more)

    async def _read_and_find_feed(self, piece: Piece) -> tuple[Held, FeedState | None]:
        """Return a document's content and its feed; the feed is None if it is not found."""
        held = await self._read_piece(piece, self._feed)
        if self._feed is not None:
            return held, self._feed
        feed = await self._owners.find_or_add(piece, held, is_last_try=self.is_last_try)
        if feed is not None and (feed.settings.timezone or held.lacks):
            held = await self._read_piece(piece, feed)
        return held, feed

    async def _note_nothing(
        self, document_id: int, planned: Planned, taken: Taken
    ) -> Outcome | None:
        """Store that a document has no content to read, or return None to try it again later."""
        state = DONE if taken.reason is None else PASSED_OVER
        is_suspect = taken.is_suspect
        if is_suspect and not await self._services.query(backfills.has_pages, self._state.id):
            if not self.is_last_try:
                self.postponed += 1
                return None
            state = MISSING
        reason = taken.reason or taken.left_out
        return await self.note(document_id, planned, state, reason, taken.more)

    async def _note_unreadable(
        self, document_id: int, planned: Planned, taken: Taken, error: SourceError
    ) -> Outcome:
        """Store an unreadable document as missing or as skipped.

        It is missing if the source promised it (`is_promised`), if it has entries, or after a bug.
        """
        more = [*taken.more, *self._source.pass_by(planned, error)]
        holds_entries = isinstance(error, ParseError) and error.holds_entries
        is_missing = self._source.is_promised or isinstance(error, Fault) or holds_entries
        state = MISSING if is_missing else PASSED_OVER
        outcome = await self.note(document_id, planned, state, str(error), more)
        log_if_fault(error)
        return outcome

    async def _note_ownerless(
        self, document_id: int, planned: Planned, taken: Taken, held: Held
    ) -> Outcome | None:
        """Store that a document has no known feed; return None if its feed may be found later."""
        piece = taken.piece
        may_wait = not self.is_last_try
        if piece and may_wait and await self._owners.may_be_known_soon(piece):
            self.postponed += 1
            return None
        reason = reason_for_no_owner(held)
        is_page = piece is not None and piece.form is Form.PAGE
        state = PASSED_OVER if is_page else MISSING
        # The rest of a document is read once its feed is known.
        return await self.note(document_id, planned, state, reason, ())

    def _why_not(self, piece: Piece, held: Held, content: Contents) -> str | None:
        """Return why a document must not be stored, or None if it may be stored."""
        if content.is_foreign:
            return f"it is of another feed: {name_of(held)}"
        return self._why_no_article(held) if piece.form is Form.PAGE else None

    async def _content(self, piece: Piece, held: Held, feed: FeedState) -> Contents:
        dates = [entry.published_at for entry in held.entries if entry.published_at]
        return Contents(
            url=piece.document.final_url,
            feed=held.feed,
            keys=[entry.key for entry in held.entries],
            newest=max(dates, default=None),
            is_foreign=self._source.may_be_foreign and await self._is_foreign(held, feed),
        )

    async def _is_foreign(self, held: Held, feed: FeedState) -> bool:
        known_links = await self._services.query(addresses.some_links, feed.id)
        return is_foreign(held.feed, held.entries, feed, known_links)

    async def _read_piece(self, piece: Piece, feed: FeedState | None) -> Held:
        context = reading_context(feed, piece.document)
        home = feed.link if feed else None
        return await self._services.call(piece.document.url, read_piece, piece, context, home)

    async def _keep(
        self, document_id: int, outcome: Outcome, piece: Piece, held: Held, more: Sequence[Planned]
    ) -> Outcome:
        """Store the entries and the document's outcome in one transaction."""
        if outcome.feed is None:
            raise ValueError("entries belong to a feed")
        seen = Seen(
            feed_id=outcome.feed.id,
            url=without_secrets(piece.document.url),
            content_type=piece.document.content_type,
            at=self._services.clock(),
            document_id=document_id,
        )
        wanted = [entry for entry in held.entries if self._window.has(entry.published_at)]
        judge = await self._judge(piece, held, outcome.feed.id)
        outcome = await self._services.transact(
            store_outcome, seen, outcome, piece, held, wanted, judge, more
        )
        for one in held.broken[:1]:
            log_if_fault(one.fault)
        self.has_planned = self.has_planned or bool(more)
        return outcome

    async def _judge(self, piece: Piece, held: Held, feed_id: int) -> Judge:
        """Return the object that decides what a document of this form changes in the store."""
        match piece.form:
            case Form.FEED:
                return Past(as_of=held.as_of)
            case Form.PAGE:
                return Page(as_of=held.as_of)
            case Form.HOLDING:
                return Holding(as_of=None, facts=held.facts)
            case Form.RECORD:
                return RecordFile(as_of=held.as_of, records=await self._records_of(feed_id))

    async def _records_of(self, feed_id: int) -> Records:
        """Return the entries of a feed by title, so that record files can be matched with them."""
        if feed_id not in self._records:
            titled = await self._services.query(titled_entries, feed_id)
            self._records[feed_id] = Records(titled)
        return self._records[feed_id]

    def _why_no_article(self, held: Held) -> str | None:
        """Return why a page is not an article, or None if it is an article."""
        if not any(entry.published_at for entry in held.entries):
            return _UNDATED
        is_anywhere = self._state.source != "sitemap"
        is_one = any(is_article(entry, anywhere=is_anywhere) for entry in held.entries)
        return None if is_one else _NO_ARTICLE

    async def note(
        self,
        document_id: int,
        planned: Planned,
        state: str,
        reason: str | None,
        more: Sequence[Planned],
    ) -> Outcome:
        """Store and return the outcome of a document from which no entry is stored."""
        outcome = Outcome(walk=self._state, planned=planned, state=state, reason=reason)
        await self._services.transact(note_outcome, document_id, outcome, more)
        self.has_planned = self.has_planned or bool(more)
        return outcome


def _reason_for_unread(held: Held) -> str | None:
    """Return how many entries could not be read, with the first fault, or None if all could."""
    if not held.broken:
        return None
    first = held.broken[0]
    return f"entries kept unread: {len(held.broken)}; {first.name}: {first.fault}"
