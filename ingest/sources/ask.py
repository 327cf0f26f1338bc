"""Request a feed with validators, unless its server handles them wrongly; without the database.

If a request with validators fails, one without them follows at once. If that one succeeds, a third
request shows whether the validators were at fault.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from ingest.config import ScheduleConfig
from ingest.errors import ParseError, SourceError
from ingest.feed import Answer, FeedState
from ingest.fetch import Fetcher
from ingest.reading.documents import not_a_feed
from ingest.schedule import trust as trusting
from ingest.schedule.trust import Trust
from ingest.sources import live
from ingest.sources.instances import Answered, Instances
from ingest.values import NO_VALIDATORS, Document, NotModified, Validators

_LIED = "it answered 304 (not modified) though its document had changed"
# Bytes; a longer document is digested in a thread, so that the event loop is not blocked.
_DIGESTED_AT_ONCE = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The services that requests for feeds need."""

    fetcher: Fetcher
    instances: Instances
    schedule: ScheduleConfig
    clock: Callable[[], datetime]


async def ask(network: Network, feed: FeedState, *, fresh: bool = False) -> Answer:
    """Request a feed. With `fresh`, send no validators. Raise `SourceError`."""
    now, trust = network.clock(), feed.trust
    kept = feed.validators
    why = trusting.why_without(
        trust, network.schedule, feed.ways.habits, failures=feed.failures, now=now
    )
    if fresh or why or kept == NO_VALIDATORS:
        answered = await _request(network, feed, NO_VALIDATORS)
        may_learn = not feed.failures and (not trust.distrusted_at or trust.is_to_be_tried(now))
        is_check = kept != NO_VALIDATORS and may_learn
        return await _answer(answered, trust, is_check=is_check)
    sent = trusting.spelled(kept, trust.spelling)
    try:
        answered = await _request(network, feed, sent)
    except SourceError as error:
        if not trusting.may_be_their_fault(error):
            raise
        return await _ask_without_validators(network, feed, now)
    if isinstance(answered.answer, Document) and answered.was_conditional:
        given = answered.answer.validators
        trust = trusting.after_document(trust, kept, sent, given)
    return await _answer(answered, trust)


async def check_validators(network: Network, feed: FeedState, answer: Answer) -> Answer:
    """Check whether the server handles validators correctly; return the answer with the result.

    The validators of the last document, which is outdated, are sent once more. If the server
    answers 304, they are not trusted.
    """
    reason = await _fault_of(network, feed, feed.validators, are_outdated=True)
    if reason:
        trust = trusting.distrust(answer.trust, reason, network.clock())
    else:
        trust = trusting.believe(answer.trust)
    return replace(answer, trust=trust)


async def _ask_without_validators(network: Network, feed: FeedState, now: datetime) -> Answer:
    """Request a feed again after a failure; raise `SourceError` if that fails, too."""
    answered = await _request(network, feed, NO_VALIDATORS)
    trust = feed.trust
    if isinstance(answered.answer, Document):
        reason = await _fault_of(network, feed, answered.answer.validators)
        trust = trusting.distrust(trust, reason, now) if reason else trust
    return await _answer(answered, trust)


async def _fault_of(
    network: Network, feed: FeedState, validators: Validators, *, are_outdated: bool = False
) -> str | None:
    """Send a request with these validators; return what is wrong with the answer, or None.

    `are_outdated` says that the validators belong to a document that is no longer current.
    """
    if validators == NO_VALIDATORS:
        return None
    try:
        spelled = trusting.spelled(validators, feed.trust.spelling)
        answered = await _request(network, feed, spelled)
    except SourceError as error:
        is_theirs = trusting.may_be_their_fault(error)
        return f"a request with them failed: {error}" if is_theirs else None
    return _LIED if are_outdated and isinstance(answered.answer, NotModified) else None


async def _request(network: Network, feed: FeedState, validators: Validators) -> Answered:
    """Send one request. Raise `SourceError`, also if a page comes instead of a 304 or a feed."""
    answered = await live.fetch_feed(
        network.fetcher, network.instances, feed, validators=validators
    )
    answer = answered.answer
    if answered.was_conditional and isinstance(answer, Document):
        what = not_a_feed.name_bytes(answer.body) or not_a_feed.name_page(answer.body)
        if what:
            raise ParseError(answer.final_url, what)
    return answered


async def _answer(answered: Answered, trust: Trust, *, is_check: bool = False) -> Answer:
    content = answered.answer
    digest = await _digest(content.body) if isinstance(content, Document) else None
    return Answer(
        content=content, trust=trust, digest=digest, instance=answered.instance, is_check=is_check
    )


async def _digest(body: bytes) -> bytes:
    if len(body) > _DIGESTED_AT_ONCE:
        return await asyncio.to_thread(lambda: hashlib.sha256(body).digest())
    return hashlib.sha256(body).digest()
