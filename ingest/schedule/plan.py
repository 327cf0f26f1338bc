"""Plan the next poll from the result of a poll; update the feed's habits, wishes and address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ingest.config import FeedSettings, ScheduleConfig
from ingest.errors import SourceError
from ingest.schedule import habits, hints, moves, waits
from ingest.schedule.habits import Habits
from ingest.schedule.hints import Headers, Hints
from ingest.schedule.moves import Move
from ingest.schedule.waits import NextPoll
from ingest.values import ParsedFeed


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The facts that polls have shown about a feed: its habits, its wishes, its new address."""

    habits: Habits = field(default_factory=Habits)
    hints: Hints = field(default_factory=Hints)
    move: Move = field(default_factory=Move)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The result of a poll that had an answer.

    `since` is the time since the last poll, or None if there was none. `feed` is the document, or
    None if it did not change. `new` counts the unknown entries of the document. `is_familiar` is
    true if any entry was known. `published` are the dates of the entries.
    """

    at: datetime
    since: timedelta | None
    headers: Headers = ()
    permanent_url: str | None = None
    feed: ParsedFeed | None = None
    new: int = 0
    is_familiar: bool = True
    published: Sequence[datetime | None] = ()

    @property
    def is_gap(self) -> bool:
        """Return whether entries may have been missed: all entries of the document are new."""
        return self.since is not None and self.new > 0 and not self.is_familiar


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The next poll, and the updated habits, wishes and address of the feed."""

    next_poll: NextPoll
    ways: Ways


def after_answer(
    config: ScheduleConfig,
    settings: FeedSettings,
    ways: Ways,
    seen: Observed,
    *,
    phase: float = 0.0,
) -> Plan:
    """Plan the next poll after an answer."""
    if seen.since is None:
        known = habits.begin(seen.published, seen.at)
    else:
        known = habits.after_poll(ways.habits, new=seen.new, since=seen.since, is_gap=seen.is_gap)
    wished = hints.of_document(seen.feed) if seen.feed else ways.hints
    wished = hints.with_headers(wished, seen.headers, seen.at)
    next_poll = waits.after_success(
        config, settings, known, wished, now=seen.at, phase=phase, is_gap=seen.is_gap
    )
    move = moves.after_answer(
        ways.move,
        seen.permanent_url if settings.follow_moves else None,
        is_same_feed=seen.since is not None and seen.is_familiar,
        now=seen.at,
    )
    known = replace(known, interval=next_poll.interval)
    return Plan(next_poll=next_poll, ways=Ways(habits=known, hints=wished, move=move))


def after_failure(
    config: ScheduleConfig,
    settings: FeedSettings,
    ways: Ways,
    error: SourceError,
    *,
    failures: int,
    now: datetime,
    phase: float = 0.0,
) -> Plan:
    """Plan the next poll after `failures` failures in a row, including this one."""
    next_poll = waits.after_failure(
        config, settings, ways.hints, error, failures=failures, now=now, phase=phase
    )
    return Plan(
        next_poll=next_poll, ways=replace(ways, move=moves.after_failure(ways.move, failures))
    )


def skipped_until(settings: FeedSettings, ways: Ways, now: datetime) -> NextPoll | None:
    """Return when to poll instead if the feed asks to be skipped now, otherwise None.

    Polls are planned for other times, but a poll may be late, for example after the daemon was
    stopped.
    """
    at = hints.after_skipped(ways.hints, now)
    if settings.interval or at == now:
        return None
    return NextPoll(at=at, reason=waits.SKIPPED, interval=at - now)
