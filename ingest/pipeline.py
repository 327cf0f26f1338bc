"""The way of a feed: ask for it, read it, keep what is new or edited, render that.

It moves values from stage to stage and decides nothing: what an entry is to us, `dedupe` says;
when to look again, `schedule`; how it is written, the layout.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ingest import schedule
from ingest.errors import ArchiveError, SourceError
from ingest.reading.links import without_secrets
from ingest.reading.normalize import Context
from ingest.reading.read import Reading, read
from ingest.reading.split import split
from ingest.rsshub import is_route
from ingest.rsshub.recognition import generator_of, is_rsshub, matched_pattern
from ingest.rsshub.routes import carries_access
from ingest.services import Services
from ingest.sources import live, page
from ingest.sources.instances import Answered
from ingest.store import entries as entry_store
from ingest.store import feeds as feed_store
from ingest.store import rsshub as rsshub_store
from ingest.store.captures import Seen
from ingest.store.feeds import FeedSaid, FeedState
from ingest.values import (
    Document,
    KnownEntry,
    NormalEntry,
    NotModified,
    Outcome,
    Poll,
    Validators,
    Verdict,
    VerdictKind,
)

T = TypeVar("T")

DEFAULT_ZONE = "Asia/Shanghai"
_KEY_IN_ADDRESS = (
    "this is an RSSHub, and the address holds its access key: "
    "name the server in rsshub.instances, and the key in rsshub.access_key"
)

logger = logging.getLogger(__name__)


async def poll_feeds(
    services: Services, feeds: Sequence[FeedState], on_poll: Callable[[Poll], None]
) -> list[Poll]:
    """Look at each feed once and render what came; tell of each as it is done.

    A feed that fails stops no other. When the archive cannot be written the entries are kept all
    the same, and `ArchiveError` is raised when all feeds have been looked at; `StoreError` stops
    the run at once.
    """
    slots = asyncio.Semaphore(services.config.fetch.concurrency)
    unwritable: list[ArchiveError] = []

    async def poll_in_turn(feed: FeedState) -> Poll:
        async with slots:
            poll = await poll_feed(services, feed)
            if poll.outcome is Outcome.NEWS and not unwritable:
                try:
                    await render(services, feed.id)
                except ArchiveError as error:
                    unwritable.append(error)
        on_poll(poll)
        return poll

    polls = await _all_or_first_error(poll_in_turn(feed) for feed in feeds)
    if unwritable:
        raise unwritable[0]
    await render(services)
    return polls


async def _all_or_first_error(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in work]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [task.result() for task in tasks]


async def render(services: Services, feed_id: int | None = None) -> int:
    """Write the files that are due, of one feed or of all; return how many were written."""
    work = partial(services.archive.render_due, now=services.clock(), feed_id=feed_id)
    return await services.in_database_thread(work)


async def poll_feed(services: Services, feed: FeedState) -> Poll:
    """Look at one feed once, keep its news, and write down what came of it.

    What is wrong with the feed is in the result; only `StoreError` is raised.
    """
    look = _Look(services, feed)
    try:
        answered = await live.fetch_feed(services.fetcher, services.instances, feed)
        poll = await look.take(answered)
    except SourceError as error:
        poll = await look.note_failure(error)
    _log(poll)
    return poll


class _Look:
    """One look at one feed, from asking to having written down what came of it."""

    def __init__(self, services: Services, feed: FeedState) -> None:
        self._services = services
        self._feed = feed
        self._instance: str | None = None
        self._started = time.monotonic()
        self._poll = Poll(
            feed_id=feed.id,
            feed_name=feed.name,
            started_at=services.clock(),
            outcome=Outcome.NO_NEWS,
            url=without_secrets(feed.url),
        )

    async def take(self, answered: Answered) -> Poll:
        """Keep what is new or edited in what came; raise `ParseError` if it is no feed."""
        self._instance = answered.instance
        if isinstance(answered.answer, NotModified):
            return await self._note_not_modified(answered.answer)
        return await self._take_document(answered.answer)

    async def _take_document(self, document: Document) -> Poll:
        self._poll = replace(
            self._poll,
            url=without_secrets(document.final_url),
            status=document.status,
            size=len(document.body),
        )
        digest = hashlib.sha256(document.body).digest()
        if digest == self._feed.body_digest:
            return await self._services.write(self._record, self._poll, document.validators)
        reading = await self._read(document)
        reading = replace(reading, entries=await self._complete(reading.entries))
        return await self._services.write(self._keep, document, reading, digest)

    async def _note_not_modified(self, answer: NotModified) -> Poll:
        poll = replace(self._poll, outcome=Outcome.NOT_MODIFIED, status=304)
        return await self._services.write(self._record, poll, answer.validators)

    async def note_failure(self, error: SourceError) -> Poll:
        """Write down what went wrong, and when to try again."""
        failed = replace(
            self._poll,
            outcome=Outcome.FAILED,
            status=getattr(error, "status", self._poll.status),
            error_kind=error.kind,
            error=str(error),
        )
        return await self._services.write(self._record, failed, None, error=error)

    async def _read(self, document: Document) -> Reading:
        parts = await asyncio.to_thread(split, document.body)
        recognised: list[KnownEntry] = []
        if parts is not None:
            recognised = await self._services.read(
                entry_store.known_items, self._feed.id, parts.digests
            )
        context = reading_context(self._feed, document)
        return await asyncio.to_thread(read, context, parts, recognised)

    async def _complete(self, entries: Sequence[NormalEntry]) -> Sequence[NormalEntry]:
        """Fetch the article pages of what is new or edited, where the feed asks for it."""
        if self._feed.settings.full_text is False:
            return entries
        verdicts = await self._services.read(entry_store.judge, self._feed.id, entries)
        return await _all_or_first_error(self._complete_one(verdict) for verdict in verdicts)

    async def _complete_one(self, verdict: Verdict) -> NormalEntry:
        if verdict.kind is VerdictKind.UNCHANGED:
            return verdict.entry
        always = self._feed.settings.full_text is True
        return await page.complete(
            self._services.fetcher, self._services.robots, verdict.entry, always=always
        )

    def _keep(
        self, connection: sa.Connection, document: Document, reading: Reading, digest: bytes
    ) -> Poll:
        """Keep the entries and, in the same transaction, what vouches for them."""
        seen = Seen(
            feed_id=self._feed.id,
            url=without_secrets(document.final_url),
            content_type=document.content_type,
            at=document.fetched_at,
        )
        verdicts = entry_store.keep(connection, seen, reading.entries)
        said = self._said(document, reading, digest)
        poll = replace(self._poll, feed_name=self._feed.called(reading.title))
        poll = _counted(poll, verdicts, reading)
        if is_route(self._feed.url) or is_rsshub(said.generator):
            poll = self._note_rsshub(connection, poll, said.rsshub_pattern)
        return self._record(connection, poll, document.validators, said=said)

    def _note_rsshub(self, connection: sa.Connection, poll: Poll, pattern: str | None) -> Poll:
        rsshub_store.learn_categories(connection, self._feed.id, self._feed.url, pattern)
        if self._instance is None and carries_access(self._feed.url):
            return replace(poll, warnings=(*poll.warnings, _KEY_IN_ADDRESS))
        return poll

    def _said(self, document: Document, reading: Reading, digest: bytes) -> FeedSaid:
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

    def _record(
        self,
        connection: sa.Connection,
        poll: Poll,
        validators: Validators | None,
        *,
        said: FeedSaid | None = None,
        error: SourceError | None = None,
    ) -> Poll:
        poll = replace(poll, seconds=round(time.monotonic() - self._started, 3))
        config, settings = self._services.config.schedule, self._feed.settings
        now = self._services.clock()
        if error is None:
            next_poll = schedule.after_success(config, settings, now=now)
        else:
            next_poll = schedule.after_failure(
                config, settings, error, failures=self._feed.failures + 1, now=now
            )
        feed_store.record_poll(
            connection,
            poll,
            next_poll,
            validators=validators,
            validators_of=self._instance,
            said=said,
        )
        return poll


def _counted(poll: Poll, verdicts: Sequence[Verdict], reading: Reading) -> Poll:
    kinds = [verdict.kind for verdict in verdicts]
    new, edited = kinds.count(VerdictKind.NEW), kinds.count(VerdictKind.EDITED)
    return replace(
        poll,
        outcome=Outcome.NEWS if new or edited else Outcome.NO_NEWS,
        new=new,
        edited=edited,
        unchanged=kinds.count(VerdictKind.UNCHANGED) + len(reading.recognised),
        encoding_used=reading.feed.encoding_used,
        encoding_declared=reading.feed.encoding_declared,
        replacement_count=reading.feed.replacement_count,
        warnings=reading.feed.warnings,
    )


def reading_context(feed: FeedState, document: Document) -> Context:
    """What reading a document of this feed needs to know."""
    return Context(
        document=document,
        first_seen_at=document.fetched_at,
        zone=ZoneInfo(feed.settings.timezone or DEFAULT_ZONE),
        feed_title=feed.settings.title or "",
        gmt_is_local=feed.gmt_is_local,
    )


def _log(poll: Poll) -> None:
    context = {"feed": poll.feed_name}
    if poll.error is not None:
        logger.warning("failed: %s (%.2f s)", poll.error, poll.seconds, extra=context)
        return
    logger.info(
        "%s: %d new, %d edited, %d unchanged (%d bytes, %.2f s)",
        poll.outcome.value,
        poll.new,
        poll.edited,
        poll.unchanged,
        poll.size,
        poll.seconds,
        extra=context,
    )
