"""Poll feeds: request each one, read the answer, store new and edited entries.

This module passes values from stage to stage; the decisions are in `read` and `store.commit`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from ingest.border import border
from ingest.errors import Fault, SourceError
from ingest.feed import Answer, FeedState
from ingest.logs import log_fault
from ingest.manners import Pause
from ingest.manners.limits import PollTurns
from ingest.read import has_news, read
from ingest.reading.read import Reading
from ingest.services import Services, all_or_first_error
from ingest.sources.ask import ask, check_validators
from ingest.store import polls, unread
from ingest.store.commit import commit
from ingest.store.failures import back_off, commit_failure
from ingest.urls import without_secrets
from ingest.values import NotModified, Outcome, Poll

logger = logging.getLogger(__name__)

_MOST_LOGGED = 5  # tracebacks for each document


async def poll_feeds(
    services: Services,
    feeds: Sequence[FeedState],
    on_poll: Callable[[Poll], None],
    *,
    fresh: bool = False,
) -> list[Poll]:
    """Poll each feed once and run the followers; call `on_poll` with each result.

    With `fresh`, whole documents are requested, without validators. A feed that fails does not
    stop the others. If the archive cannot be written, the entries are still stored, and
    `ArchiveError` is raised after all polls. `StoreError` stops the run at once.
    """
    fetch = services.config.fetch
    turns = PollTurns(concurrency=fetch.concurrency, per_site=fetch.per_host)

    async def poll_in_turn(feed: FeedState) -> Poll:
        async with turns.turn(feed.site):
            poll = await poll_feed(services, feed, fresh=fresh)
            if poll.outcome is Outcome.NEWS:
                services.following.wake()
        on_poll(poll)
        return poll

    polls = await all_or_first_error(poll_in_turn(feed) for feed in feeds)
    await services.following.finish()
    return polls


async def poll_feed(services: Services, feed: FeedState, *, fresh: bool = False) -> Poll:
    """Poll one feed, store the result and log it.

    Errors of the feed, and bugs in Guidang, are part of the result; only `StoreError` is raised.
    The poll is postponed if the feed's server is paused. With `fresh`, the whole document is
    requested, without validators.
    """
    began = time.monotonic()
    poll = Poll(
        feed_id=feed.id,
        feed_name=feed.name,
        started_at=services.clock(),
        outcome=Outcome.NO_NEWS,
        url=without_secrets(feed.url),
    )
    pause = services.manners.pause_of(feed.server)
    if pause is not None:
        return await _put_off(services, feed, poll, pause)
    poll = await _ask_read_commit(services, feed, poll, began, fresh=fresh)
    return replace(poll, seconds=_since(began))


async def _ask_read_commit(
    services: Services, feed: FeedState, poll: Poll, began: float, *, fresh: bool
) -> Poll:
    """Request a feed, read the answer and store the result: the core of the program.

    Any exception raised here, except `StoreError`, becomes a failed poll of this feed.
    """
    try:
        with border(poll.url):
            answer = await ask(services.network, feed, fresh=fresh)
            poll = _with_answer(poll, answer)
            ends_pause = services.manners.note_answer(feed.server)
            reading = await read(services, feed, answer)
            if answer.is_check and reading and await has_news(services, feed, reading):
                answer = await check_validators(services.network, feed, answer)
            poll = replace(poll, seconds=_since(began))
            await _log_broken(services, feed, reading)
            rules, now = services.config.schedule, services.clock()
            work = partial(commit, rules=rules, now=now, ends_pause=ends_pause)
            poll = await services.transact_with_health(work, feed, answer, reading, poll)
    except SourceError as error:
        poll = replace(poll, seconds=_since(began))
        poll = await _commit_failure(services, feed, poll, error)
        _log(poll, error)
    else:
        _log(poll)
    return poll


async def _commit_failure(
    services: Services, feed: FeedState, poll: Poll, error: SourceError
) -> Poll:
    """Store a failed poll. If storing raises, only plan the next poll and add a warning."""
    failed = replace(
        poll,
        outcome=Outcome.FAILED,
        status=getattr(error, "status", poll.status),
        error_kind=error.kind,
        error=str(error),
    )
    pause = services.manners.note_failure(feed.server, error)
    rules, now = services.config.schedule, services.clock()
    try:
        with border(poll.url):
            work = partial(commit_failure, rules=rules, now=now, pause=pause)
            return await services.transact_with_health(work, feed, error, failed)
    except Fault as fault:
        unstored = f"the failure could not be stored: {fault}"
        logger.warning("%s", unstored, extra={"feed": feed.name})
    with suppress(Fault), border(poll.url):
        await services.transact(back_off, feed, error, rules=rules, now=now)
    return replace(failed, warnings=(unstored,))


async def _put_off(services: Services, feed: FeedState, poll: Poll, pause: Pause) -> Poll:
    """Postpone the poll to the end of a pause; send no request."""
    reason = f"its server is left alone: {pause.reason}"
    await services.transact(polls.put_off, feed.id, pause.until, reason)
    return replace(poll, outcome=Outcome.PUT_OFF, warnings=(reason,))


def _with_answer(poll: Poll, answer: Answer) -> Poll:
    """Return the poll with the status, address, size and duration of its answer."""
    content = answer.content
    poll = replace(poll, fetch_seconds=content.elapsed.total_seconds())
    if isinstance(content, NotModified):
        return replace(poll, outcome=Outcome.NOT_MODIFIED, status=304)
    return replace(
        poll,
        url=without_secrets(content.final_url),
        status=content.status,
        size=len(content.body),
    )


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)


async def _log_broken(services: Services, feed: FeedState, reading: Reading | None) -> None:
    """Log the traceback of each entry that became unreadable, at most five for a document."""
    broken = {one.item_digest: one for one in reading.broken} if reading else {}
    if not broken:
        return
    for digest in (await services.query(unread.unmarked, feed.id, broken))[:_MOST_LOGGED]:
        one = broken[digest]
        trace = one.fault.trace if isinstance(one.fault, Fault) else ""
        log_fault(logger, one.fault, trace, feed=feed.name, entry=one.name)


def _log(poll: Poll, error: SourceError | None = None) -> None:
    context = {"feed": poll.feed_name}
    if isinstance(error, Fault):
        log_fault(logger, error, error.trace, feed=poll.feed_name)
        return
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
