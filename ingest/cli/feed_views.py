"""What is shown of a feed: its state, and why it is looked at when it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ingest.cli.output import local, spoken

if TYPE_CHECKING:
    from datetime import timedelta

    from ingest.feed import FeedState
    from ingest.manners import Pause


def all_of(feed: FeedState, entries: int) -> dict[str, Any]:
    """Everything a user may want to know of a feed that has so many entries."""
    from ingest.urls import without_secrets

    return {
        "id": feed.id,
        "url": without_secrets(feed.url),
        "title": feed.name,
        "folder": feed.slug,
        "origin": feed.origin,
        "settings": feed.settings.as_shown(),
        "link": feed.link,
        "language": feed.language,
        "generator": feed.generator,
        "categories": feed.settings.categories or feed.categories,
        "entries": entries,
        "state": condition(feed),
        "failures": feed.failures,
        "last_error": feed.last_error,
        "added_at": feed.added_at,
        "paused_at": feed.paused_at,
        "paused_reason": feed.paused_reason,
        "last_polled_at": feed.last_polled_at,
        "last_success_at": feed.last_success_at,
        "next_poll_at": None if feed.paused_at else feed.next_poll_at,
        "next_poll_reason": feed.next_poll_reason,
    }


_LABELS = {
    "id": "number",
    "url": "address",
    "origin": "named in",
    "link": "site",
    "added_at": "added",
    "last_error": "last error",
    "paused_at": "paused since",
    "paused_reason": "paused because",
    "last_polled_at": "last look",
    "last_success_at": "last success",
    "next_poll_at": "next look",
    "next_poll_reason": "because",
    "new_entries_a_day": "new entries a day",
    "gaps": "times that entries were probably missed",
}


def facts_of(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield values with names that people know, without those that are empty."""
    for name, value in values.items():
        if value not in (None, {}, "", [], (), 0):
            yield _LABELS.get(name, name.replace("_", " ")), spoken(value)


def poll_cells(poll: Mapping[str, Any]) -> tuple[object, ...]:
    """A look as a row of cells: when, how much came, how long it took, what came of it."""
    return local(poll["started_at"]), poll["size"], poll["seconds"], _what_came_of(poll)


def _what_came_of(poll: Mapping[str, Any]) -> str:
    if poll["error"] is not None:
        return f"failed: {poll['error']}"
    warnings = poll["warnings"].splitlines() if poll["warnings"] else ()
    return "; ".join([_counts(poll), *(f"warning: {warning}" for warning in warnings)])


def _counts(poll: Mapping[str, Any]) -> str:
    if poll["outcome"] == "not_modified":
        return "not modified"
    if poll["outcome"] == "no_news" and poll["encoding_used"] is None:
        return "the same document"
    return f"{poll['new']} new, {poll['edited']} edited, {poll['unchanged']} unchanged"


def condition(feed: FeedState) -> str:
    """How it is: paused, failing, fine, or new."""
    if feed.paused_at is not None:
        return "paused"
    if feed.failures:
        return "failing"
    return "fine" if feed.last_success_at else "new"


def next_look(feed: FeedState) -> str:
    """When it is looked at next; nothing if it is paused."""
    return "" if feed.paused_at else local(feed.next_poll_at)


def shown_url(feed: FeedState) -> str:
    """Its address without secrets."""
    from ingest.urls import without_secrets

    return without_secrets(feed.url)


def explanation(feed: FeedState, pause: Pause | None) -> dict[str, Any]:
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
        "entries_may_be_missing": offer(feed),
        "failures": feed.failures,
        "last_error": feed.last_error,
        "publisher_asks_for": _asked_for(feed),
        "validators": _validators(feed),
        "last_whole_document_at": feed.trust.document_at,
        "server": feed.server or None,
        "server_left_alone_until": pause and pause.until,
        "server_left_alone_because": pause and pause.reason,
        "moved_to": move.to,
        "moved_since": move.since,
        "asked_there_since": move.taken_at,
    }


def _validators(feed: FeedState) -> str | None:
    """Whether it is asked with the validators of its last document."""
    from ingest.schedule.trust import spelled
    from ingest.values import NO_VALIDATORS

    trust = feed.trust
    if trust.distrusted_because and trust.distrusted_at:
        return f"not sent since {local(trust.distrusted_at)}: {trust.distrusted_because}"
    if feed.validators == NO_VALIDATORS:
        return None
    sent = spelled(feed.validators, trust.spelling)
    named = {"ETag": sent.etag, "Last-Modified": sent.last_modified}
    said = ", ".join(f"{name} {value}" for name, value in named.items() if value)
    return f"sent: {said}" if said else "not sent: its server does not recognise its own ETag"


def offer(feed: FeedState) -> str | None:
    """How to bring in what was probably missed; None if nothing was."""
    return f"bring them in with: guidang backfill {feed.id}" if feed.ways.habits.gaps else None


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
