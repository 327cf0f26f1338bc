"""Ask for a feed as it is now, with the validators that its server can be trusted with.

Where a request with them fails, one without them follows at once; where that one succeeds, a third
tells whether the validators were at fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ingest.errors import ParseError, SourceError
from ingest.feed import FeedState
from ingest.reading.documents import not_a_feed
from ingest.schedule import trust as trusting
from ingest.schedule.trust import Trust
from ingest.services import Services
from ingest.sources import live
from ingest.sources.instances import Answered
from ingest.values import NO_VALIDATORS, Document, NotModified, Validators

_LIED = "it answered 304 (not modified) though its document had changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An answer, and what is known now of the server's way with validators.

    `is_check` says that a whole document was asked for to see whether a 304 could be believed.
    """

    answered: Answered
    trust: Trust
    is_check: bool = False


async def ask(services: Services, feed: FeedState, *, fresh: bool = False) -> Asked:
    """Ask for a feed; with `fresh` without validators. Raise `SourceError`."""
    now, trust = services.clock(), feed.trust
    kept = feed.validators
    why = trusting.why_without(
        trust, services.config.schedule, feed.ways.habits, failures=feed.failures, now=now
    )
    if fresh or why or kept == NO_VALIDATORS:
        answered = await _ask(services, feed, NO_VALIDATORS)
        may_learn = not feed.failures and (not trust.distrusted_at or trust.is_to_be_tried(now))
        return Asked(answered=answered, trust=trust, is_check=kept != NO_VALIDATORS and may_learn)
    sent = trusting.spelled(kept, trust.spelling)
    try:
        answered = await _ask(services, feed, sent)
    except SourceError as error:
        if not trusting.may_be_their_fault(error):
            raise
        return await _ask_again(services, feed, now)
    if isinstance(answered.answer, Document) and answered.was_conditional:
        given = answered.answer.validators
        trust = trusting.after_document(trust, kept, sent, given)
    return Asked(answered=answered, trust=trust)


async def _ask_again(services: Services, feed: FeedState, now: datetime) -> Asked:
    """Ask without validators after a failure; raise `SourceError` if that fails as well."""
    answered = await _ask(services, feed, NO_VALIDATORS)
    trust = feed.trust
    if isinstance(answered.answer, Document):
        reason = await fault_of(services, feed, answered.answer.validators)
        trust = trusting.distrust(trust, reason, now) if reason else trust
    return Asked(answered=answered, trust=trust)


async def fault_of(
    services: Services, feed: FeedState, validators: Validators, *, are_outdated: bool = False
) -> str | None:
    """Ask with these validators, and say what is wrong with the answer; None if it is right.

    `are_outdated` says that they are of a document that is no longer current.
    """
    if validators == NO_VALIDATORS:
        return None
    try:
        answered = await _ask(services, feed, trusting.spelled(validators, feed.trust.spelling))
    except SourceError as error:
        is_theirs = trusting.may_be_their_fault(error)
        return f"a request with them failed: {error}" if is_theirs else None
    return _LIED if are_outdated and isinstance(answered.answer, NotModified) else None


async def _ask(services: Services, feed: FeedState, validators: Validators) -> Answered:
    """Ask once; raise `SourceError`, also where what came in place of a 304 is plainly no feed."""
    answered = await live.fetch_feed(
        services.fetcher, services.instances, feed, validators=validators
    )
    answer = answered.answer
    if answered.was_conditional and isinstance(answer, Document):
        what = not_a_feed.name_bytes(answer.body) or not_a_feed.name_page(answer.body)
        if what:
            raise ParseError(answer.final_url, what)
    return answered


def after_check(trust: Trust, reason: str | None, now: datetime) -> Trust:
    """Learn from having asked with outdated validators."""
    if reason:
        return trusting.distrust(trust, reason, now)
    return trusting.believe(trust)
