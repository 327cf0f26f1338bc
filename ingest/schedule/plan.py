"""What follows from a look: what is known of the feed's ways now, and when to look again."""

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
    """What is known of a feed's ways: its habits, its wishes, where it says it is."""

    habits: Habits = field(default_factory=Habits)
    hints: Hints = field(default_factory=Hints)
    move: Move = field(default_factory=Move)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A look that had an answer.

    `since` is the time since the one before, None if there was none. `feed` is the document, None
    if it is the one before; `new` how many of its entries were not known, and `is_familiar`
    whether any was. `published` are the dates of the new ones.
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
        """Whether entries came and went between two looks: nothing was left of the one before."""
        return self.since is not None and self.new > 0 and not self.is_familiar


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The next look, and what it was made of."""

    next_poll: NextPoll
    ways: Ways


def after_answer(
    config: ScheduleConfig, settings: FeedSettings, ways: Ways, look: Look, *, phase: float = 0.0
) -> Plan:
    """Plan the next look after an answer."""
    if look.since is None:
        known = habits.begin(look.published, look.at)
    else:
        known = habits.after_look(ways.habits, new=look.new, since=look.since, is_gap=look.is_gap)
    wished = hints.of_document(look.feed) if look.feed else ways.hints
    wished = hints.with_headers(wished, look.headers, look.at)
    next_poll = waits.after_success(
        config, settings, known, wished, now=look.at, phase=phase, is_gap=look.is_gap
    )
    move = moves.after_answer(
        ways.move,
        look.permanent_url if settings.follow_moves else None,
        is_same_feed=look.since is not None and look.is_familiar,
        now=look.at,
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
    """Plan the next look after `failures` failures in a row, this one counted."""
    next_poll = waits.after_failure(
        config, settings, ways.hints, error, failures=failures, now=now, phase=phase
    )
    return Plan(
        next_poll=next_poll, ways=replace(ways, move=moves.after_failure(ways.move, failures))
    )


def skipped_until(settings: FeedSettings, ways: Ways, now: datetime) -> NextPoll | None:
    """When to look in place of now, if the feed asks to be skipped now; None if it does not.

    A look is planned for a moment that is not skipped, but may come late: the daemon was not
    there, the machine slept, its server was left alone.
    """
    at = hints.after_skipped(ways.hints, now)
    if settings.interval or at == now:
        return None
    return NextPoll(at=at, reason=waits.SKIPPED, interval=at - now)
