"""Why a feed is looked at when it is, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import timedelta

    from ingest.schedule.hosts import HostPause
    from ingest.store.feed_state import FeedState


def explanation(feed: FeedState, pause: HostPause | None) -> dict[str, Any]:
    """Everything that bears on the next look; what does not apply is None."""
    habits, move = feed.ways.habits, feed.ways.move
    return {
        "next_poll_at": None if feed.paused_at else feed.next_poll_at,
        "because": feed.paused_reason if feed.paused_at else feed.next_poll_reason,
        "paused_at": feed.paused_at,
        "last_success_at": feed.last_success_at,
        "new_entries_a_day": None if habits.per_day is None else round(habits.per_day, 2),
        "interval": _spoken(habits.interval),
        "gaps": habits.gaps,
        "failures": feed.failures,
        "last_error": feed.last_error,
        "publisher_asks_for": _asked_for(feed),
        "server": feed.server or None,
        "server_left_alone_until": pause and pause.until,
        "server_left_alone_because": pause and pause.reason,
        "moved_to": move.to,
        "moved_since": move.since,
        "asked_there_since": move.taken_at,
    }


def _asked_for(feed: FeedState) -> str | None:
    hints = feed.ways.hints
    waits = {"fresh for": hints.fresh, "<ttl>": hints.ttl, "sy:updatePeriod": hints.period}
    said = [f"{words} {_spoken(wait)}" for words, wait in waits.items() if wait is not None]
    if hints.skip_hours:
        said.append(f"not in the hours {', '.join(map(str, sorted(hints.skip_hours)))} (UTC)")
    if hints.skip_days:
        said.append(f"not on {', '.join(_DAYS[day] for day in sorted(hints.skip_days))} (UTC)")
    return "; ".join(said) or None


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _spoken(wait: timedelta | None) -> str | None:
    from datetime import timedelta

    from ingest.config import format_duration

    if wait is None:
        return None
    return format_duration(timedelta(seconds=round(wait.total_seconds())))
