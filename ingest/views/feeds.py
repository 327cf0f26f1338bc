"""Show a feed: its state, and when and why it is polled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import TYPE_CHECKING, Any

from ingest.messages import _, message, recognized
from ingest.urls import without_secrets
from ingest.views.text import in_words, local

if TYPE_CHECKING:
    from datetime import timedelta

    from ingest.feed import FeedState
    from ingest.manners import Pause


def all_of(feed: FeedState, entries: int) -> dict[str, Any]:
    """Return all facts about a feed; `entries` is the number of its entries."""
    return {
        "id": feed.id,
        "url": without_secrets(feed.url),
        "title": feed.name,
        "folder": feed.slug,
        "origin": feed.origin,
        "settings": feed.settings.as_shown(),
        "link": feed.link and without_secrets(feed.link),
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
    "id": message("number"),
    "url": message("address"),
    "title": message("title"),
    "folder": message("folder"),
    "origin": message("listed in"),
    "settings": message("settings"),
    "link": message("site"),
    "language": message("language"),
    "generator": message("generator"),
    "categories": message("categories"),
    "entries": message("entries"),
    "state": message("state"),
    "failures": message("failures"),
    "added_at": message("added at"),
    "last_error": message("last error"),
    "paused_at": message("paused since"),
    "paused_reason": message("paused because"),
    "last_polled_at": message("last poll"),
    "last_success_at": message("last success"),
    "next_poll_at": message("next poll"),
    "next_poll_reason": message("because"),
    "because": message("because"),
    "interval": message("interval"),
    "new_entries_a_day": message("new entries a day"),
    "gaps": message("times that entries were probably missed"),
    "entries_may_be_missing": message("entries may be missing"),
    "publisher_asks_for": message("publisher asks for"),
    "validators": message("validators"),
    "last_whole_document_at": message("last whole document at"),
    "server": message("server"),
    "server_left_alone_until": message("server left alone until"),
    "server_left_alone_because": message("server left alone because"),
    "moved_to": message("moved to"),
    "moved_since": message("moved since"),
    "asked_there_since": message("asked there since"),
}


_ORIGINS = {
    "file": message("the configuration file"),
    "command": message("the database, by a command"),
}
# These values are stored in English or also used in JSON, so they are translated when shown.
_IN_ENGLISH = {
    *("origin", "state", "last_error", "paused_reason", "next_poll_reason", "because"),
    *("entries_may_be_missing", "publisher_asks_for", "validators", "server_left_alone_because"),
}


def facts_of(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the labels and values of a feed, except empty values."""
    for name, value in values.items():
        if value not in (None, {}, "", [], (), 0):
            text = _ORIGINS.get(value, "") if name == "origin" else in_words(value)
            label = _LABELS.get(name, name.replace("_", " "))
            yield recognized(label), recognized(text) if name in _IN_ENGLISH else text


def poll_cells(poll: Mapping[str, Any]) -> tuple[object, ...]:
    """Return a poll as cells of a table: its time, size, duration and result."""
    return local(poll["started_at"]), poll["size"], poll["seconds"], _result_of(poll)


def _result_of(poll: Mapping[str, Any]) -> str:
    if poll["error"] is not None:
        return _("failed: {error}", error=recognized(poll["error"]))
    warnings = poll["warnings"].splitlines() if poll["warnings"] else ()
    return reduce(_and, map(warning_of, warnings), _counts(poll))


def _and(one: str, two: str) -> str:
    return _("{one}; {two}", one=one, two=two)


def warning_of(text: str) -> str:
    """Return a stored warning in the user's language."""
    return _("warning: {text}", text=recognized(text))


def _counts(poll: Mapping[str, Any]) -> str:
    if poll["outcome"] == "not_modified":
        return _("not modified")
    if poll["outcome"] == "no_news" and poll["encoding_used"] is None:
        return _("the same document")
    return counts_of(poll["new"], poll["edited"], poll["unchanged"])


def counts_of(new: int, edited: int, unchanged: int) -> str:
    """Return in words how many entries a poll found."""
    return _(
        "{new} new, {edited} edited, {unchanged} unchanged",
        new=new,
        edited=edited,
        unchanged=unchanged,
    )


def condition(feed: FeedState) -> str:
    """Return the state of a feed: paused, failing, fine or new."""
    if feed.paused_at is not None:
        return message("paused")
    if feed.failures:
        return message("failing")
    return message("fine") if feed.last_success_at else message("new")


def next_poll(feed: FeedState) -> str:
    """Return when a feed is polled next, or an empty string if it is paused."""
    return "" if feed.paused_at else local(feed.next_poll_at)


def shown_url(feed: FeedState) -> str:
    """Return the address of a feed without secrets."""
    return without_secrets(feed.url)


def explanation(feed: FeedState, pause: Pause | None) -> dict[str, Any]:
    """Return all facts that affect the next poll; a fact that does not apply is None."""
    habits, move = feed.ways.habits, feed.ways.move
    return {
        "next_poll_at": None if feed.paused_at else feed.next_poll_at,
        "because": feed.paused_reason if feed.paused_at else feed.next_poll_reason,
        "paused_at": feed.paused_at,
        "last_success_at": feed.last_success_at,
        "new_entries_a_day": None if habits.per_day is None else round(habits.per_day, 2),
        "interval": _duration(habits.interval),
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
        "moved_to": move.to and without_secrets(move.to),
        "moved_since": move.since,
        "asked_there_since": move.taken_at,
    }


def _validators(feed: FeedState) -> str | None:
    """Return in words whether the next request sends validators, or None if there are none."""
    from ingest.schedule.trust import spelled
    from ingest.values import NO_VALIDATORS

    trust = feed.trust
    if trust.distrusted_because and trust.distrusted_at:
        return message(f"not sent since {local(trust.distrusted_at)}: {trust.distrusted_because}")
    if feed.validators == NO_VALIDATORS:
        return None
    sent = spelled(feed.validators, trust.spelling)
    named = {"ETag": sent.etag, "Last-Modified": sent.last_modified}
    said = ", ".join(f"{name} {value}" for name, value in named.items() if value)
    unknown = message("not sent: its server does not recognise its own ETag")
    return message(f"sent: {said}") if said else unknown


def offer(feed: FeedState) -> str | None:
    """Return how to import missed entries, or None if probably none were missed."""
    how = message(f"import them with: guidang backfill {feed.id}")
    return how if feed.ways.habits.gaps else None


def _asked_for(feed: FeedState) -> str | None:
    hints = feed.ways.hints
    waits = {"<ttl>": hints.ttl, "sy:updatePeriod": hints.period}
    asked = [message(f"fresh for {_duration(hints.fresh)}")] if hints.fresh is not None else []
    asked += [f"{words} {_duration(wait)}" for words, wait in waits.items() if wait is not None]
    if hints.skip_hours:
        hours = ", ".join(map(str, sorted(hints.skip_hours)))
        asked.append(message(f"not in the hours {hours} (UTC)"))
    if hints.skip_days:
        days = ", ".join(_DAYS[day] for day in sorted(hints.skip_days))
        asked.append(message(f"not on {days} (UTC)"))
    return "; ".join(asked) or None


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _duration(wait: timedelta | None) -> str | None:
    from datetime import timedelta

    from ingest.config import format_duration

    if wait is None:
        return None
    return format_duration(timedelta(seconds=round(wait.total_seconds())))
