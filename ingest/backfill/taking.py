"""A document that a walk has taken: whose it is, whether it is wanted, and what is kept of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from ingest.backfill.belonging import find_owner, is_article, is_foreign
from ingest.backfill.reading import Held, read_piece
from ingest.errors import Fault, ParseError, SourceError, Unreadable
from ingest.feed import FeedState, reading_context
from ingest.logs import log_fault
from ingest.reading import titles
from ingest.reading.entries.normalize import without_program
from ingest.services import Services
from ingest.sources.past.source import Content, Form, Piece, Source, Taken, Window
from ingest.store import addresses, backfills, commit, feeds
from ingest.store.backfills import DONE, IN_PART, MISSING, PASSED_OVER, WalkState
from ingest.store.captures import Seen
from ingest.store.changes import Counts
from ingest.store.judges import Judge, Page, Past, RecordFile
from ingest.store.records import Records, titled_entries
from ingest.urls import host_of, without_secrets
from ingest.values import NormalEntry, Planned

logger = logging.getLogger(__name__)

_NO_CATEGORY = ("uncategorized",)  # what Hexo calls it
_FROM_ARCHIVE = "brought in from an archive; it has no address to be looked at"
_UNDATED = "nothing says when it was published, so it is taken for no article"
_NO_ARTICLE = "it is a front page, a list or a notice, not an article"


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What came of one document."""

    walk: WalkState
    planned: Planned
    state: str
    reason: str | None = None
    feed: FeedState | None = None
    kept: Counts = field(default_factory=Counts)


class Taking:
    """What is done with the documents of one walk; `feed` is the one whose past it is, if known."""

    def __init__(
        self,
        services: Services,
        state: WalkState,
        source: Source,
        window: Window,
        feed: FeedState | None,
    ) -> None:
        self._services, self._state = services, state
        self._source, self._window, self._feed = source, window, feed
        self._records: dict[int, Records] = {}
        self.has_planned = False
        self.postponed = 0
        self.is_last_try = False

    async def read(self, document_id: int, planned: Planned, taken: Taken) -> Took | None:
        """Read a document and keep what it adds; None if it has to wait for the others."""
        if taken.piece is None:
            return await self._note_nothing(document_id, planned, taken)
        try:
            held, feed = await self._held_by(taken.piece)
        except (ParseError, Unreadable, Fault) as error:
            return await self._note_unreadable(document_id, planned, taken, error)
        if feed is None:
            return await self._note_ownerless(document_id, planned, taken, held)
        content = await self._content(taken.piece, held, feed)
        more = [*taken.more, *self._source.follow(planned, content)]
        if reason := self._why_not(taken.piece, held, content):
            return await self.note(document_id, planned, PASSED_OVER, reason, more)
        took = Took(
            walk=self._state,
            planned=planned,
            state=IN_PART if held.lacks else DONE,
            reason=held.lacks or held.left_out or _unread(held),
            feed=feed,
        )
        return await self._keep(document_id, took, taken.piece, held, more)

    async def _held_by(self, piece: Piece) -> tuple[Held, FeedState | None]:
        """Read a document, and find the feed it is of; None if no feed on the list is."""
        held = await self._held(piece, self._feed)
        if self._feed is not None:
            return held, self._feed
        feed = await self._owner(piece, held)
        if feed is not None and (feed.settings.timezone or held.lacks):
            held = await self._held(piece, feed)
        return held, feed

    async def _note_nothing(self, document_id: int, planned: Planned, taken: Taken) -> Took | None:
        """Note that a source had nothing at an address, or that it may have it later."""
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
    ) -> Took:
        """Note a document that could not be read: missing if it should be one, else passed over."""
        log_if_fault(error)
        more = [*taken.more, *self._source.pass_by(planned, error)]
        holds_entries = isinstance(error, ParseError) and error.holds_entries
        is_missing = self._source.is_promised or isinstance(error, Fault) or holds_entries
        state = MISSING if is_missing else PASSED_OVER
        return await self.note(document_id, planned, state, str(error), more)

    async def _note_ownerless(
        self, document_id: int, planned: Planned, taken: Taken, held: Held
    ) -> Took | None:
        """Note a document that is of no feed on the list, or may be of one that is read soon."""
        piece = taken.piece
        if piece is not None and not self.is_last_try and await self._may_be_known_soon(piece):
            self.postponed += 1
            return None
        reason = f"no feed on the list is {_called(held)}; name it with --feed, or add it"
        is_page = piece is not None and piece.form is Form.PAGE
        state = PASSED_OVER if is_page else MISSING
        return await self.note(document_id, planned, state, reason, taken.more)

    def _why_not(self, piece: Piece, held: Held, content: Content) -> str | None:
        """Say why nothing of a document is kept; None if something is."""
        if content.is_foreign:
            return f"it is of another feed: {_called(held)}"
        return self._why_no_article(held) if piece.form is Form.PAGE else None

    async def _may_be_known_soon(self, piece: Piece) -> bool:
        """Whether a feed on the list was never read, so that its link is not known yet."""
        url = piece.document.url
        is_malformed = url.startswith("http") and not host_of(url)
        if piece.form is not Form.FEED or is_malformed:
            return False
        every = await self._services.query(feeds.every)
        return any(feed.link is None and feed.last_success_at is None for feed in every)

    async def _content(self, piece: Piece, held: Held, feed: FeedState) -> Content:
        dates = [entry.published_at for entry in held.entries if entry.published_at]
        return Content(
            url=piece.document.final_url,
            feed=held.feed,
            keys=[entry.key for entry in held.entries],
            newest=max(dates, default=None),
            is_foreign=self._source.may_be_foreign and await self._is_foreign(held, feed),
        )

    async def _is_foreign(self, held: Held, feed: FeedState) -> bool:
        known_links = await self._services.query(addresses.some_links, feed.id)
        return is_foreign(held.feed, held.entries, feed, known_links)

    async def _held(self, piece: Piece, feed: FeedState | None) -> Held:
        context = reading_context(feed, piece.document)
        home = feed.link if feed else None
        return await self._services.call(piece.document.url, read_piece, piece, context, home)

    async def _owner(self, piece: Piece, held: Held) -> FeedState | None:
        """The feed that a document is of; one of their own for an old archive's categories."""
        every = await self._services.query(feeds.every)
        owner = find_owner(piece, held, every)
        if owner is None and piece.form is Form.RECORD and (held.categories or not held.feed_url):
            return await self._services.transact(
                feeds.add_without_address,
                held.categories or _NO_CATEGORY,
                reason=_FROM_ARCHIVE,
                now=self._services.clock(),
            )
        return owner

    async def _keep(
        self, document_id: int, took: Took, piece: Piece, held: Held, more: Sequence[Planned]
    ) -> Took:
        """Keep the entries and, in the same transaction, that this document is done."""
        if took.feed is None:
            raise ValueError("entries belong to a feed")
        seen = Seen(
            feed_id=took.feed.id,
            url=without_secrets(piece.document.url),
            content_type=piece.document.content_type,
            at=self._services.clock(),
            document_id=document_id,
        )
        wanted = [entry for entry in held.entries if self._window.has(entry.published_at)]
        judge = await self._judge(piece, held, took.feed.id)
        for one in held.broken[:1]:
            log_if_fault(one.fault)
        took = await self._services.transact(_store, seen, took, piece, held, wanted, judge, more)
        self.has_planned = self.has_planned or bool(more)
        return took

    async def _judge(self, piece: Piece, held: Held, feed_id: int) -> Judge:
        """Return who judges the entries of a document, by its form."""
        match piece.form:
            case Form.FEED:
                return Past(as_of=held.as_of)
            case Form.PAGE:
                return Page(as_of=held.as_of)
            case Form.RECORD:
                return RecordFile(as_of=held.as_of, records=await self._records_of(feed_id))

    async def _records_of(self, feed_id: int) -> Records:
        """Return the records of this walk that are of a feed."""
        if feed_id not in self._records:
            titled = await self._services.query(titled_entries, feed_id)
            self._records[feed_id] = Records(titled)
        return self._records[feed_id]

    def _why_no_article(self, held: Held) -> str | None:
        """Say why nothing in a page is taken for an article; None if something is."""
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
    ) -> Took:
        """Write down what came of a document of which nothing is kept."""
        took = Took(walk=self._state, planned=planned, state=state, reason=reason)
        await self._services.transact(_note, document_id, took, more)
        self.has_planned = self.has_planned or bool(more)
        return took


def _store(
    connection: sa.Connection,
    seen: Seen,
    took: Took,
    piece: Piece,
    held: Held,
    wanted: Sequence[NormalEntry],
    judge: Judge,
    more: Sequence[Planned],
) -> Took:
    """Keep entries, what their document says of its feed, and that it is done; may run twice."""
    if piece.form is Form.FEED:
        said = held.feed
        title = titles.display_title(said.title, is_text=said.title_is_text)
        feeds.introduce(
            connection,
            seen.feed_id,
            title=without_program(title) or None,
            link=said.link,
            language=said.language,
            generator=said.generator,
        )
    changes = commit.keep(connection, seen, wanted, judge, held.broken)
    if isinstance(judge, RecordFile):
        judge.records.claim(connection, seen, changes.verdicts)
    if seen.document_id is None:
        raise ValueError("a document of a backfill has a number")
    took = replace(took, kept=changes.counts)
    _note(connection, seen.document_id, took, more)
    return took


def _note(connection: sa.Connection, document_id: int, took: Took, more: Sequence[Planned]) -> None:
    """Write what came of a document, and the documents that it led to; may run twice."""
    if more:
        backfills.plan(connection, took.walk.id, more)
    backfills.note_document(
        connection,
        document_id,
        took.state,
        feed_id=took.feed.id if took.feed else None,
        reason=took.reason,
        kept=took.kept,
    )


def log_if_fault(error: SourceError) -> None:
    """Log an error of our own with the place where it came from."""
    if isinstance(error, Fault):
        log_fault(logger, error, error.trace)


def _unread(held: Held) -> str | None:
    """Say that entries of a document are kept unread, and why the first is."""
    if not held.broken:
        return None
    first = held.broken[0]
    return f"entries kept unread: {len(held.broken)}; {first.name}: {first.fault}"


def _called(held: Held) -> str:
    return held.feed_url or held.feed.self_link or held.feed.link or f"“{held.feed.title}”"
