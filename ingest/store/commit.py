"""Store the entries of a document, plan the next poll and mark entries due, in one transaction.

`commit` stores a poll that had an answer; `failures` stores the other polls. Backfill and replay
call only `keep`, which stores the entries. `keep_again` stores entries that a replay reads
differently. No function uses the network, reads the clock or changes anything outside the database.
So a transaction can run twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain

import sqlalchemy as sa

from ingest import schedule
from ingest.config import ScheduleConfig
from ingest.feed import Answer, FeedState
from ingest.manners.health import Health
from ingest.reading.read import BrokenEntry, Reading
from ingest.rsshub import is_route
from ingest.rsshub.routes import carries_access, generator_of, is_rsshub, matched_pattern
from ingest.schedule.trust import Trust, after_not_modified
from ingest.store import addresses, entries, polls, refusals, revisions, rsshub, supplements, unread
from ingest.store.captures import Body, Seen, keep_captures
from ingest.store.due import mark_due
from ingest.store.judges import Judge, Live
from ingest.store.polls import FeedSaid
from ingest.urls import without_secrets
from ingest.values import (
    NO_VALIDATORS,
    Changes,
    Document,
    NormalEntry,
    NotModified,
    Poll,
    Validators,
)
from models import Feed

# Times are stored in whole seconds. One second is added to each wait, so that rounding does not
# make it too short.
_CLOCK_STEP = timedelta(seconds=1)
_GAP = (
    "nothing was left of what the last poll had seen: entries may have been missed, "
    "so the next poll comes sooner, and guidang backfill may bring them in"
)
_KEY_IN_ADDRESS = (
    "this is an RSSHub, and the address holds its access key: "
    "name the server in rsshub.instances, and the key in rsshub.access_key"
)


def commit(
    connection: sa.Connection,
    feed: FeedState,
    answer: Answer,
    reading: Reading | None,
    poll: Poll,
    *,
    rules: ScheduleConfig,
    now: datetime,
    ends_pause: bool = False,
    health: Sequence[Health] = (),
) -> Poll:
    """Store a poll that had an answer; return it with its counts and warnings.

    `reading` is None if the document has not changed. `ends_pause` is true if the feed's server
    answers again after a pause. `health` is the changed health of RSSHub instances. The function
    may run again after a rollback.
    """
    said = None
    if reading is not None:
        poll, said = _keep_document(connection, feed, answer, reading, poll)
    poll = _with_distrust(connection, feed, answer, poll)
    observed = _observe(feed, answer, reading, poll, now + _CLOCK_STEP)
    poll = _with_gap(poll) if observed.is_gap else poll
    phase = schedule.phase(feed.id, observed.at)
    plan = schedule.after_answer(rules, feed.settings, feed.ways, observed, phase=phase)
    polls.record_poll(
        connection,
        poll,
        plan,
        address=feed.url,
        validators=_validators(feed, answer, said),
        validators_of=answer.instance,
        trust=_trust(answer),
        said=said,
    )
    if ends_pause:
        polls.forgive_host(connection, feed.server)
    rsshub.save_health(connection, health=health)
    return poll


def keep(
    connection: sa.Connection,
    seen: Seen,
    found: Sequence[NormalEntry],
    judge: Judge,
    broken: Sequence[BrokenEntry] = (),
) -> Changes:
    """Store what a document changes in the entries of its feed; return the changes.

    The `judge` decides what changes. If an entry is in `broken`, only its bytes are stored. The
    feed is locked, so that two programs store an entry only once. What was taken down is left out.
    """
    hold_feed(connection, seen.feed_id)
    found, broken, hidden = refusals.allowed(connection, seen.feed_id, found, broken)
    changes = judge.judge(connection, seen, found)
    pictured = supplements.find_pictures(connection, changes.current)
    pictures = supplements.picture_bodies(seen, pictured)
    documents = chain(_bodies(seen, changes), pictures, unread.bodies(seen, broken))
    captures = keep_captures(connection, seen, documents, hidden)
    marked = unread.marks(connection, seen.feed_id)
    since = {**changes.first_seen, **unread.first_seen(marked, changes.new)}
    entries.insert_new(connection, seen, changes.new, captures, since)
    addresses.note_replaced(connection, changes.readdressed, seen.at)
    for verdict in changes.edited:
        entries.replace_text(connection, seen, verdict, captures)
    for earlier in changes.earlier:
        columns = entries.version_columns(earlier.verdict.entry, captures)
        revisions.insert_earlier(connection, earlier, columns)
    changed = [verdict.known.id for verdict in changes.edited if verdict.known]
    changed += addresses.take(connection, changes.moved, captures, seen.at)
    addresses.note_others(connection, changes.elsewhere, seen.at)
    changed += supplements.take_pictures(connection, pictured, captures)
    entries.note_noise(connection, changes.current)
    changed += entries.take_late_dates(connection, changes.dated)
    changed += entries.take_earlier_sightings(connection, changes.verdicts, changes.first_seen)
    changed += supplements.take_full_texts(connection, changes.current, captures)
    mark_due(connection, changed, seen.at)
    unread.forget_read(connection, seen.feed_id, marked, found)
    unread.keep(connection, seen, broken, captures, changes)
    return changes


def keep_again(
    connection: sa.Connection, feed_id: int, again: Mapping[int, NormalEntry], *, at: datetime
) -> int:
    """Store entries that a replay has read again, by entry id; return how many changed."""
    hold_feed(connection, feed_id)
    changed = [key for key, entry in again.items() if entries.renormalize(connection, key, entry)]
    mark_due(connection, changed, at)
    return len(changed)


def hold_feed(connection: sa.Connection, feed_id: int) -> None:
    """Lock a feed's entries against other programs for the rest of this transaction."""
    if connection.dialect.name == "postgresql":
        # SQLite allows only one writer at a time, so it needs no lock here.
        connection.execute(sa.select(Feed.id).where(Feed.id == feed_id).with_for_update())


def _bodies(seen: Seen, changes: Changes) -> Iterator[Body]:
    """Yield the bytes of new and changed entries and of their pages."""
    verdicts = changes.with_bytes
    for verdict in verdicts:
        yield verdict.entry.raw, seen.url, seen.content_type
    yield from supplements.page_bodies([*verdicts, *changes.current])


def _keep_document(
    connection: sa.Connection, feed: FeedState, answer: Answer, reading: Reading, poll: Poll
) -> tuple[Poll, FeedSaid]:
    """Store the entries of a document, and return what it says about its feed."""
    document = answer.content
    if isinstance(document, NotModified):
        raise TypeError("a 304 has no document to read")
    seen = Seen(
        feed_id=feed.id,
        url=without_secrets(document.final_url),
        content_type=document.content_type,
        at=document.fetched_at,
    )
    judge = Live(beside=reading.beside, may_be_empty=feed.last_success_at is None)
    changes = keep(connection, seen, reading.entries, judge, reading.broken)
    # If a page will be requested again, no digest is stored: the next poll needs the whole
    # document.
    is_settled = not any(map(supplements.will_be_tried, changes.verdicts))
    said = _describe(feed, document, reading, answer.digest if is_settled else None)
    poll = replace(poll, feed_name=feed.called(reading.title))
    poll = polls.count(poll, changes.verdicts, reading)
    if is_route(feed.url) or is_rsshub(said.generator):
        pattern = said.rsshub_pattern
        rsshub.learn_categories(connection, feed.id, feed.url, pattern, now=seen.at)
        if answer.instance is None and carries_access(feed.url):
            poll = replace(poll, warnings=(*poll.warnings, _KEY_IN_ADDRESS))
    return poll, said


def _describe(
    feed: FeedState, document: Document, reading: Reading, digest: bytes | None
) -> FeedSaid:
    own = reading.feed
    return FeedSaid(
        title=reading.title,
        link=own.link,
        language=own.language,
        generator=generator_of(document.headers, own.generator, own.description),
        rsshub_pattern=matched_pattern(document.headers) or feed.rsshub_pattern,
        body_digest=digest,
        gmt_is_local=reading.gmt_is_local,
    )


def _with_gap(poll: Poll) -> Poll:
    return replace(poll, is_gap=True, warnings=(*poll.warnings, _GAP))


def _trust(answer: Answer) -> Trust:
    """Return how far the server's validators can be trusted, with the time of a new document."""
    if not isinstance(answer.content, Document):
        return answer.trust
    return replace(answer.trust, document_at=answer.content.fetched_at)


def _validators(feed: FeedState, answer: Answer, said: FeedSaid | None) -> Validators:
    """Return the validators for the next request, or none if it must get the whole document."""
    given = answer.content.validators
    if isinstance(answer.content, NotModified):
        return after_not_modified(feed.validators, given)
    return NO_VALIDATORS if said is not None and said.body_digest is None else given


def _with_distrust(connection: sa.Connection, feed: FeedState, answer: Answer, poll: Poll) -> Poll:
    """After wrong 304s, add a warning; request whole documents for the server's other feeds."""
    if answer.trust.distrusted_at in (None, feed.trust.distrusted_at):
        return poll
    polls.doubt_server(connection, feed.server, feed.id)
    reason = f"its validators are no longer sent: {answer.trust.distrusted_because}"
    return replace(poll, warnings=(*poll.warnings, reason))


def _observe(
    feed: FeedState, answer: Answer, reading: Reading | None, poll: Poll, at: datetime
) -> schedule.Observed:
    last = feed.last_success_at
    return schedule.Observed(
        at=at,
        since=None if last is None else at - last,
        headers=answer.content.headers,
        permanent_url=answer.content.permanent_url,
        feed=reading.feed if reading else None,
        new=poll.new,
        is_familiar=reading is None or poll.edited + poll.unchanged > 0,
        published=[entry.published_at for entry in reading.entries] if reading else (),
    )
