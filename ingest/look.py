"""One look at one feed: what came of it, read, kept and written down with the next look.

It decides nothing: what an entry is to us, `dedupe` says; when to look again, `schedule`.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import sqlalchemy as sa

from ingest import schedule, summary
from ingest.ask import Asked, after_check, fault_of
from ingest.errors import SourceError
from ingest.feed import FeedState, reading_context, zone_of
from ingest.manners import Pause
from ingest.reading.read import Reading, read, read_items
from ingest.reading.shortcuts.split import Split, split
from ingest.rsshub import is_route
from ingest.rsshub.recognition import generator_of, is_rsshub, matched_pattern
from ingest.rsshub.routes import carries_access
from ingest.schedule.trust import after_not_modified
from ingest.services import Services, all_or_first_error
from ingest.sources.live import proxy_of
from ingest.store import entries as entry_store
from ingest.store import polls as poll_store
from ingest.store import recognise
from ingest.store import rsshub as rsshub_store
from ingest.store.captures import Seen
from ingest.store.full_texts import may_be_tried, will_be_tried
from ingest.store.polls import FeedSaid
from ingest.urls import without_secrets
from ingest.values import (
    NO_VALIDATORS,
    Document,
    NormalEntry,
    NotModified,
    Outcome,
    Poll,
    Verdict,
    VerdictKind,
)

T = TypeVar("T")

# The clock is cut to the second: waits begin with the next one, so that none is too short.
_CLOCK_STEP = timedelta(seconds=1)
# Bytes that come apart, or are digested, in a few milliseconds.
_AT_ONCE = 1 << 18
_GAP = (
    "nothing was left of what the last look had seen: entries may have been missed, "
    "so the next look comes sooner, and guidang backfill may bring them in"
)
_KEY_IN_ADDRESS = (
    "this is an RSSHub, and the address holds its access key: "
    "name the server in rsshub.instances, and the key in rsshub.access_key"
)


class Look:
    """One look at one feed, from having asked to having written down what came of it."""

    def __init__(self, services: Services, feed: FeedState) -> None:
        self._services = services
        self._feed = feed
        self._instance: str | None = None
        self._forgave_host = False
        self._trust = feed.trust
        self._is_check = False
        self._started = time.monotonic()
        self._poll = Poll(
            feed_id=feed.id,
            feed_name=feed.name,
            started_at=services.clock(),
            outcome=Outcome.NO_NEWS,
            url=without_secrets(feed.url),
        )

    async def put_off(self, pause: Pause) -> Poll:
        """Look later, without having asked."""
        reason = f"its server is left alone: {pause.reason}"
        await self._services.transact(poll_store.put_off, self._feed.id, pause.until, reason)
        return replace(self._poll, outcome=Outcome.PUT_OFF, error=None, warnings=(reason,))

    async def take(self, asked: Asked) -> Poll:
        """Keep what is new or edited in what came; raise `ParseError` if it is no feed."""
        answered = asked.answered
        self._trust, self._is_check = asked.trust, asked.is_check
        self._instance = answered.instance
        self._forgave_host = self._services.manners.note_answer(self._feed.server)
        answer = answered.answer
        self._poll = replace(self._poll, fetch_seconds=answer.elapsed.total_seconds())
        if isinstance(answer, NotModified):
            poll = replace(self._poll, outcome=Outcome.NOT_MODIFIED, status=304)
            return await self._services.transact(self._note_answer, poll, answer)
        return await self._take_document(answer)

    async def _take_document(self, document: Document) -> Poll:
        self._poll = replace(
            self._poll,
            url=without_secrets(document.final_url),
            status=document.status,
            size=len(document.body),
        )
        digest = await _aside(document, lambda: hashlib.sha256(document.body).digest())
        if digest == self._feed.body_digest:
            return await self._services.transact(self._note_answer, self._poll, document)
        reading = await self._read(document)
        summary.log_broken(reading.broken, feed=self._feed.called(reading.title))
        reading = replace(reading, entries=await self._complete(reading))
        if self._is_check and await self._has_news(reading):
            await self._check_trust()
        return await self._services.transact(self._keep, document, reading, digest)

    async def _has_news(self, reading: Reading) -> bool:
        verdicts = await self._services.query(
            recognise.judge, self._feed.id, reading.entries, beside=reading.beside
        )
        return any(verdict.kind is not VerdictKind.UNCHANGED for verdict in verdicts)

    async def _check_trust(self) -> None:
        """See whether a 304 is the answer even to the validators of the document before."""
        feed = self._feed
        reason = await fault_of(self._services, feed, feed.validators, are_outdated=True)
        self._trust = after_check(self._trust, reason, self._services.clock())

    async def note_failure(self, error: SourceError) -> Poll:
        """Write down what went wrong, and when to try again."""
        failed = replace(
            self._poll,
            outcome=Outcome.FAILED,
            status=getattr(error, "status", self._poll.status),
            error_kind=error.kind,
            error=str(error),
        )
        pause = self._services.manners.note_failure(self._feed.server, error)
        return await self._services.transact(self._note_failure, failed, error, pause)

    async def _read(self, document: Document) -> Reading:
        """Read what is new by its bytes; all of it where that is not certain, or was never seen."""
        context = reading_context(self._feed, document)
        parts = None if self._is_first else await self._split(document)
        if parts is not None:
            fresh = await _aside(document, parts.by_digest)
            recognised = await self._services.query(
                recognise.recognised, self._feed.id, fresh.keys()
            )
            for known in recognised:
                fresh.pop(known.item_digest, None)
            bare = replace(context, document=replace(document, body=b""))
            reading = await self._services.call(
                document.url, read_items, bare, parts.of(()), fresh, recognised
            )
            if reading is not None:
                return reading
        return await self._services.call(document.url, read, context)

    @property
    def _is_first(self) -> bool:
        """Whether no look has brought a document of this feed yet; a backfill may have."""
        return self._feed.last_success_at is None

    async def _split(self, document: Document) -> Split | None:
        """Take a document apart: at once if that is quickly done, else where it holds up nobody."""
        if len(document.body) <= _AT_ONCE:
            return split(document.body)
        return await self._services.call(document.url, split, document.body)

    async def _complete(self, reading: Reading) -> Sequence[NormalEntry]:
        """Fetch the article pages of what is new or edited, where the feed asks for it."""
        if not any(map(self._wants_page, reading.entries)):
            return reading.entries
        verdicts = await self._services.query(
            recognise.judge, self._feed.id, reading.entries, beside=reading.beside
        )
        return await all_or_first_error(self._complete_one(verdict) for verdict in verdicts)

    async def _complete_one(self, verdict: Verdict) -> NormalEntry:
        entry, known = verdict.entry, verdict.known
        is_settled = verdict.kind is VerdictKind.UNCHANGED and not (known and may_be_tried(known))
        if is_settled or not self._wants_page(entry):
            return entry
        pages = self._services.pages.via(proxy_of(self._feed))
        return await pages.complete(entry, zone=zone_of(self._feed))

    def _wants_page(self, entry: NormalEntry) -> bool:
        wish = self._feed.settings.full_text
        return wish is True or (wish == "auto" and entry.looks_cut)

    def _keep(
        self, connection: sa.Connection, document: Document, reading: Reading, digest: bytes | None
    ) -> Poll:
        """Keep the entries and, in the same transaction, what vouches for them."""
        seen = Seen(
            feed_id=self._feed.id,
            url=without_secrets(document.final_url),
            content_type=document.content_type,
            at=document.fetched_at,
        )
        verdicts = entry_store.keep(
            connection,
            seen,
            reading.entries,
            beside=reading.beside,
            may_be_empty=self._is_first,
        )
        if reading.broken or any(map(will_be_tried, verdicts)):
            # The next look has to see the document again, also where it has not changed.
            document, digest = replace(document, validators=NO_VALIDATORS), None
        said = self._said(document, reading, digest)
        poll = replace(self._poll, feed_name=self._feed.called(reading.title))
        poll = summary.counted(poll, verdicts, reading)
        if is_route(self._feed.url) or is_rsshub(said.generator):
            poll = self._note_rsshub(connection, poll, said.rsshub_pattern, seen)
        return self._note_answer(connection, poll, document, said=said, reading=reading)

    def _note_rsshub(
        self, connection: sa.Connection, poll: Poll, pattern: str | None, seen: Seen
    ) -> Poll:
        feed = self._feed
        rsshub_store.learn_categories(connection, feed.id, feed.url, pattern, now=seen.at)
        if self._instance is None and carries_access(self._feed.url):
            return replace(poll, warnings=(*poll.warnings, _KEY_IN_ADDRESS))
        return poll

    def _said(self, document: Document, reading: Reading, digest: bytes | None) -> FeedSaid:
        feed = reading.feed
        return FeedSaid(
            title=reading.title,
            link=feed.link,
            language=feed.language,
            generator=generator_of(document.headers, feed.generator, feed.description),
            rsshub_pattern=matched_pattern(document.headers) or self._feed.rsshub_pattern,
            body_digest=digest,
            gmt_is_local=reading.gmt_is_local,
        )

    def _note_answer(
        self,
        connection: sa.Connection,
        poll: Poll,
        answer: Document | NotModified,
        *,
        said: FeedSaid | None = None,
        reading: Reading | None = None,
    ) -> Poll:
        """Write down a look that had an answer, and when to look again."""
        look = self._seen(poll, answer, reading)
        plan = schedule.after_answer(
            self._services.config.schedule,
            self._feed.settings,
            self._feed.ways,
            look,
            phase=schedule.phase(self._feed.id, look.at),
        )
        if look.is_gap:
            poll = replace(poll, is_gap=True, warnings=(*poll.warnings, _GAP))
        validators = answer.validators
        if isinstance(answer, NotModified):
            validators = after_not_modified(self._feed.validators, validators)
        else:
            self._trust = replace(self._trust, document_at=answer.fetched_at)
        poll = self._timed(self._with_distrust(connection, poll))
        poll_store.record_poll(
            connection,
            poll,
            plan,
            address=self._feed.url,
            validators=validators,
            validators_of=self._instance,
            trust=self._trust,
            said=said,
        )
        if self._forgave_host:
            poll_store.forgive_host(connection, self._feed.server)
        return poll

    def _with_distrust(self, connection: sa.Connection, poll: Poll) -> Poll:
        """Warn of a server that is trusted no longer, and doubt what it says of its other feeds."""
        if self._trust.distrusted_at in (None, self._feed.trust.distrusted_at):
            return poll
        poll_store.doubt_server(connection, self._feed.server, self._feed.id)
        reason = f"its validators are no longer sent: {self._trust.distrusted_because}"
        return replace(poll, warnings=(*poll.warnings, reason))

    def _seen(
        self, poll: Poll, answer: Document | NotModified, reading: Reading | None
    ) -> schedule.Look:
        now, last = self._services.clock() + _CLOCK_STEP, self._feed.last_success_at
        return schedule.Look(
            at=now,
            since=None if last is None else now - last,
            headers=answer.headers,
            permanent_url=answer.permanent_url,
            feed=reading.feed if reading else None,
            new=poll.new,
            is_familiar=reading is None or poll.edited + poll.unchanged > 0,
            published=[entry.published_at for entry in reading.entries] if reading else (),
        )

    def _note_failure(
        self, connection: sa.Connection, poll: Poll, error: SourceError, pause: Pause | None
    ) -> Poll:
        """Write down a look that failed, and when to try again."""
        now = self._services.clock() + _CLOCK_STEP
        plan = schedule.after_failure(
            self._services.config.schedule,
            self._feed.settings,
            self._feed.ways,
            error,
            failures=self._feed.failures + 1,
            now=now,
            phase=schedule.phase(self._feed.id, now),
        )
        poll = self._timed(poll)
        poll_store.record_poll(connection, poll, plan, address=self._feed.url)
        if pause is not None:
            poll_store.pause_host(connection, pause)
        return poll

    def _timed(self, poll: Poll) -> Poll:
        return replace(poll, seconds=round(time.monotonic() - self._started, 3))


async def _aside(document: Document, work: Callable[[], T]) -> T:
    """Do what takes as long as a document is large, where it holds up nobody."""
    if len(document.body) <= _AT_ONCE:
        return work()
    return await asyncio.to_thread(work)
