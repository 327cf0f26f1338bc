"""Store the outcome of one document of a backfill."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from ingest.errors import Fault, SourceError
from ingest.feed import FeedState
from ingest.logs import log_fault
from ingest.reading import titles
from ingest.reading.entries.normalize import without_program
from ingest.reading.past import Held
from ingest.store import backfills, commit, feed_facts
from ingest.store.backfills import WalkState
from ingest.store.captures import Seen
from ingest.store.judges import Judge, RecordFile
from ingest.values import Counts, Form, NormalEntry, Piece, Planned

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The outcome of one document; `kept` counts its entries by what the store did with them."""

    walk: WalkState
    planned: Planned
    state: str
    reason: str | None = None
    feed: FeedState | None = None
    kept: Counts = field(default_factory=Counts)


def store_outcome(
    connection: sa.Connection,
    seen: Seen,
    outcome: Outcome,
    piece: Piece,
    held: Held,
    wanted: Sequence[NormalEntry],
    judge: Judge,
    more: Sequence[Planned],
) -> Outcome:
    """Store entries, facts about their feed, and the document's outcome.

    The writer calls this again if it has to retry the transaction.
    """
    if piece.form in {Form.FEED, Form.HOLDING}:
        said = held.feed
        title = titles.display_title(said.title, is_text=said.title_is_text)
        feed_facts.introduce(
            connection,
            seen.feed_id,
            title=without_program(title) or None,
            link=said.link,
            language=said.language,
            generator=said.generator,
            newest=max((one.published_at for one in wanted if one.published_at), default=None),
        )
    changes = commit.keep(connection, seen, wanted, judge, held.broken)
    if isinstance(judge, RecordFile):
        judge.records.claim(connection, seen, changes.verdicts)
    if seen.document_id is None:
        raise ValueError("a document of a backfill has a number")
    outcome = replace(outcome, kept=changes.counts)
    note_outcome(connection, seen.document_id, outcome, more)
    return outcome


def note_outcome(
    connection: sa.Connection, document_id: int, outcome: Outcome, more: Sequence[Planned]
) -> None:
    """Store a document's outcome, and put the documents that it named into the queue."""
    if more:
        backfills.plan(connection, outcome.walk.id, more)
    backfills.note_document(
        connection,
        document_id,
        outcome.state,
        feed_id=outcome.feed.id if outcome.feed else None,
        reason=outcome.reason,
        kept=outcome.kept,
    )


def log_if_fault(error: SourceError) -> None:
    """Log a `Fault`, an error in Guidang itself, with its traceback."""
    if isinstance(error, Fault):
        log_fault(logger, error, error.trace)
